import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../../tests/database.ts";
import { anchorFile, signingKey } from "~/audit/keys.server.ts";
import { record } from "~/audit/record.server.ts";
import { createSequencer } from "~/audit/sequence.server.ts";
import { rolePool } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { env } from "~/platform/env.server.ts";
import { head, proveEntry } from "./proofs.server.ts";
import { verifyAndKeep } from "./verify.server.ts";

// Breaks when the page of an entry shows a proof that is not of what it shows, or of nothing.
const db = testDatabase();
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "prove-"));
let auditor: Ctx;
let entry: { id: string; at: Date };

const drain = async () => {
  const sequencer = createSequencer(rolePool("sequencer"), signingKey(), anchorFile());
  while ((await sequencer.step()) > 0);
};
const prove = () => proveEntry({ ctx: auditor, input: entry });
/** By a superuser, looked at, and put back. */
async function changed(change: string, back: string) {
  await db.owner.query(change);
  return prove().finally(() => db.owner.query(back));
}

beforeAll(async () => {
  env().dataDir = dir;
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
  for (let i = 0; i < 9; i++)
    await withScope(auditor, (inner) =>
      record(inner, { action: "test.prove", resource: "thing", resourceId: `r${i}`, reason: "so" }),
    );
  await drain();
  entry = (await db.owner.query<{ id: string; at: Date }>("select id, at from audit.entry where resource_id = 'r4'")).rows[0]!;
});
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

it("an entry is as it was signed, or is said not to be", async () => {
  expect(await prove()).toMatchObject({ index: 4, size: 9, holds: true, contentHolds: true });
  const where = `where id = '${entry.id}'`;
  expect(
    await changed(
      `update audit.entry set action = 'test.other' ${where}`,
      `update audit.entry set action = 'test.prove' ${where}`,
    ),
  ).toMatchObject({ holds: false, contentHolds: true });
  await db.owner.query("create table public.kept as select * from audit.content");
  for (const change of ["body = '{}'", "salt = salt || convert_to(body, 'UTF8'), body = ''"])
    expect(
      await changed(
        `update audit.content set ${change} where entry_id = '${entry.id}'`,
        "update audit.content c set salt = k.salt, body = k.body from public.kept k where k.entry_id = c.entry_id",
      ),
      change,
    ).toMatchObject({ holds: true, contentHolds: false });
  await db.owner.query("drop table public.kept");
  expect(await prove()).toMatchObject({ holds: true, contentHolds: true });
});

it("a tree that someone took a node out of leaves the entry to be read, without a proof", async () => {
  const back = "insert into audit.node select * from public.kept; drop table public.kept";
  const gone = await changed("create table public.kept as select * from audit.node; delete from audit.node", back);
  expect(gone).toMatchObject({ index: 4, holds: false, proof: [] });
});

it("a verification without an anchor is kept as one that could not see the end", async () => {
  await verifyAndKeep(auditor);
  expect((await head({ ctx: auditor, input: {} })).verification).toMatchObject({ ok: true, anchors: 1 });
  fs.renameSync(anchorFile(), `${anchorFile()}.away`);
  await verifyAndKeep(auditor);
  expect((await head({ ctx: auditor, input: {} })).verification).toMatchObject({ ok: true, anchors: 0 });
  fs.renameSync(`${anchorFile()}.away`, anchorFile());
});
