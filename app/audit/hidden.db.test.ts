import { createHash, generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import { withScope } from "~/db/scope.server.ts";
import { typeParsers } from "~/db/types.server.ts";
import { entryBytes } from "./entry-bytes.ts";
import { ORIGIN, type SigningKey } from "./keys.server.ts";
import { leafHash } from "./merkle.ts";
import { record } from "./record.server.ts";
import { NotContinued } from "./not-continued.ts";
import { createSequencer } from "./sequence.server.ts";
import { verifyLog } from "./verify.server.ts";

// Breaks when a superuser can hide or add something where every hash that is looked at still comes out right.
const db = testDatabase();
const key: SigningKey = { name: ORIGIN, ...generateKeyPairSync("ed25519") };
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "hidden-"));
const anchor = path.join(dir, "anchor.txt");
const WIDTH = 8;
let pool: Pool;
let superuser: pg.Client;
let ctx: Ctx;

const write = (n: number) =>
  withScope(ctx, async (inner) => {
    for (let i = 0; i < n; i++)
      await record(inner, { action: "test.act", resource: "thing", resourceId: `r${i}`, reason: `because of ${i}` });
  });
const drain = async () => {
  const sequencer = createSequencer(pool, key, anchor);
  while ((await sequencer.step()) > 0);
};
const verify = () => verifyLog((run) => run(superuser), key, anchor, undefined, WIDTH);

/** What a superuser does, as verification sees it; taken back afterwards. */
async function tampered(...statements: (string | [string, unknown[]])[]) {
  await superuser.query("begin isolation level repeatable read; set local session_replication_role = replica");
  try {
    for (const statement of statements)
      await (typeof statement === "string" ? superuser.query(statement) : superuser.query(...statement));
    const { ok, findings } = await verify();
    return { ok, says: findings.map((finding) => `${finding.index ?? "-"} ${finding.says}`).join("; ") };
  } finally {
    await superuser.query("rollback");
  }
}
const entryAt = (index: number) => `(select entry_id from audit.leaf where index = ${index})`;

beforeAll(async () => {
  ctx = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
  pool = createPool("sequencer", { url: db.url("sequencer"), applicationName: "test", max: 2 });
  superuser = new pg.Client({ connectionString: db.url("postgres"), types: typeParsers });
  await superuser.connect();
  for (const n of [13, 9, 15]) {
    await write(n);
    await drain();
  }
  expect(await tampered("select 1")).toEqual({ ok: true, says: "" });
});
afterAll(async () => {
  await pool.end();
  await superuser.end();
  fs.rmSync(dir, { recursive: true, force: true });
});

it("a content that is moved into its salt is not the content: the hash over both is the same", async () => {
  for (const move of ["salt = salt || convert_to(body, 'UTF8'), body = ''", "salt = salt || '{'::bytea, body = substr(body, 2)"])
    expect(await tampered(`update audit.content set ${move} where entry_id = ${entryAt(5)}`), move).toEqual({
      ok: false,
      says: "5 its content differs from what the entry commits to",
    });
});

it("a content that nobody declared erased is found gone, by name", async () => {
  expect(await tampered(`delete from audit.content where entry_id = ${entryAt(11)}`)).toEqual({
    ok: false,
    says: "11 its content is gone, and no act of erasing names it",
  });
});

it("an entry with a leaf of its own outside of the tree is found", async () => {
  const forged = {
    id: "01a1f82d-6243-7a47-b369-0f8ad43460e8",
    at: new Date(Date.now() - 60_000),
    actor_kind: "staff",
    actor_id: null,
    session_id: null,
    request_id: "r",
    action: "test.forged",
    resource: "thing",
    resource_id: null,
    college_id: null,
    risk: 0,
    commitment: createHash("sha256").digest(),
  };
  const { says, ok } = await tampered(
    [
      "insert into audit.entry (id, at, actor_kind, request_id, action, resource, commitment) values ($1, $2, 'staff', 'r', 'test.forged', 'thing', $3)",
      [forged.id, forged.at, forged.commitment],
    ],
    [
      "insert into audit.leaf (index, entry_id, at, hash) values (-1, $1, $2, $3)",
      [forged.id, forged.at, leafHash(entryBytes(forged))],
    ],
  );
  expect(ok).toBe(false);
  expect(says).toMatch(/is in the log and in no tree/);
});

it("every node of the stored tree is one of this tree: proofs are made of them", async () => {
  // Within a range, on its edge, and above all ranges.
  for (const [level, index] of [
    [1, 0],
    [2, 5],
    [3, 1],
    [3, 3],
    [4, 1],
    [5, 0],
  ]) {
    const where = `where level = ${level} and index = ${index}`;
    for (const change of [
      `update audit.node set hash = sha256('x') ${where}`,
      `delete from audit.node ${where}`,
      `update audit.node set index = 9999 ${where}`,
    ]) {
      const { ok, says } = await tampered(change);
      expect(ok, change).toBe(false);
      expect(says, change).toContain(`the stored tree differs from the log at node ${index} of level ${level}`);
    }
  }
  expect((await tampered("insert into audit.node (level, index, hash) values (2, 77, sha256('x'))")).says).toBe(
    "- the stored tree has 1 node that is none of this log",
  );
});

it("the sequencer goes on from no tree that its own newest head does not hold, whatever its anchor knows", async () => {
  const fresh = path.join(dir, "fresh.txt");
  await write(3);
  // The edge of the tree: 37 leaves end in a node of 32 and one of 4.
  for (const where of ["level = 5 and index = 0", "level = 2 and index = 8"]) {
    const kept = await superuser.query<{ hash: Buffer }>(`select hash from audit.node where ${where}`);
    await superuser.query(`update audit.node set hash = sha256('x') where ${where}`);
    await expect(createSequencer(pool, key, fresh).step(), where).rejects.toThrow(NotContinued);
    await superuser.query(`delete from audit.node where ${where}`);
    await expect(createSequencer(pool, key, fresh).step(), where).rejects.toThrow(NotContinued);
    const [level, index] = where.match(/\d+/g)!;
    await superuser.query("insert into audit.node (level, index, hash) values ($1, $2, $3)", [level, index, kept.rows[0]!.hash]);
  }
  expect(fs.existsSync(fresh)).toBe(false);
  expect(await createSequencer(pool, key, fresh).step()).toBe(3);
  await superuser.query("begin isolation level repeatable read");
  expect(await verify().finally(() => superuser.query("rollback"))).toMatchObject({ ok: true, size: 40 });
});
