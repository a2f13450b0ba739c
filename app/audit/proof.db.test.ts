import { generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import { withScope } from "~/db/scope.server.ts";
import { appendAnchor, epochText } from "./anchor.server.ts";
import { ORIGIN, type SigningKey } from "./keys.server.ts";
import { signNote } from "./note.ts";
import { record } from "./record.server.ts";
import { NotContinued } from "./not-continued.ts";
import { createSequencer, type Sequencer } from "./sequence.server.ts";
import { verifyLog, type Snapshot } from "./verify.server.ts";

// Breaks when a change of the log by the database's own administrator could go unnoticed, or an entry could be lost or doubled.
const db = testDatabase();
const keys = generateKeyPairSync("ed25519");
const key: SigningKey = { name: ORIGIN, ...keys };
const anchor = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "anchor-")), "anchor.txt");
let pool: Pool;
let superuser: pg.Client;
let sequencer: Sequencer;
let ctx: Ctx;
let college: string;

const write = (n = 1, action = "test.act") =>
  withScope(ctx, async (inner) => {
    for (let i = 0; i < n; i++)
      await record(inner, {
        action,
        resource: "thing",
        resourceId: `r${i}`,
        collegeId: college,
        reason: `because ${i} \u202e مرحبا`,
        after: { value: i },
      });
  });

async function drain(): Promise<void> {
  while ((await sequencer.step()) > 0);
}

/** As of this superuser's transaction, where one is open: what is tampered there is seen there alone. */
const inPlace: Snapshot = (run) => run(superuser);
const snapshot: Snapshot = async (run) => {
  await superuser.query("begin isolation level repeatable read");
  return run(superuser).finally(() => superuser.query("rollback"));
};
const verify = (as: Snapshot = snapshot) => verifyLog(as, key, anchor);
const BEGIN = "begin isolation level repeatable read";

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  ctx = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
  pool = createPool("sequencer", { url: db.url("sequencer"), applicationName: "test", max: 2 });
  const { typeParsers } = await import("~/db/types.server.ts");
  superuser = new pg.Client({ connectionString: db.url("postgres"), types: typeParsers });
  await superuser.connect();
  sequencer = createSequencer(pool, key, anchor);
});
afterAll(async () => {
  await pool.end();
  await superuser.end();
});

describe("the sequencer", () => {
  it("gives every committed entry one place, without gaps, under 64 writers with rollbacks, killed writers and a killed sequencer", async () => {
    let rolledBack = 0;
    const writers = Array.from({ length: 64 }, async (_, n) => {
      for (let i = 0; i < 4; i++) {
        await withScope(ctx, async (inner) => {
          await record(inner, { action: "race.act", resource: "thing", resourceId: `${n}-${i}` });
          if (n % 8 === 3 && i === 2) await inner.tx.query({ text: "select pg_terminate_backend(pg_backend_pid())" });
          if (n % 5 === 0 && i % 2 === 1) throw new Error("rolled back");
        }).catch(() => rolledBack++);
      }
    });
    let going = true;
    const work = (async () => {
      while (going) {
        await sequencer.step().catch(() => undefined);
        if (Math.random() < 0.2) sequencer = createSequencer(pool, key, anchor);
      }
    })();
    const other = (async () => {
      const second = createSequencer(pool, key, anchor);
      while (going) await second.step().catch(() => undefined);
    })();
    await Promise.all(writers);
    going = false;
    await Promise.all([work, other]);
    await drain();
    expect(rolledBack).toBeGreaterThan(10);
    const { rows } =
      await superuser.query(`select (select count(*)::int from audit.entry) as entries, (select count(*)::int from audit.leaf) as leaves, (select max(index)::int + 1 from audit.leaf) as size,
      (select count(*)::int from audit.pending) as pending, (select count(distinct entry_id)::int from audit.leaf) as distinct_entries`);
    expect(rows[0]).toMatchObject({
      entries: 256 - rolledBack,
      leaves: 256 - rolledBack,
      size: 256 - rolledBack,
      pending: 0,
      distinct_entries: 256 - rolledBack,
    });
    expect(await verify()).toMatchObject({ ok: true, findings: [] });
  });

  it("does not wait for a transaction that stays open", async () => {
    const open = new pg.Client({ connectionString: db.url("app") });
    await open.connect();
    await open.query("begin");
    await open.query("select pg_current_xact_id()");
    await write(3);
    await drain();
    const { rows } = await superuser.query("select count(*)::int as n from audit.pending");
    expect(rows[0].n).toBe(0);
    await open.query("rollback");
    await open.end();
  });

  it("can't be gone around: no runtime role changes, deletes or empties the log", async () => {
    for (const role of ["app", "sequencer"] as const) {
      const client = new pg.Client({ connectionString: db.url(role) });
      await client.connect();
      for (const statement of [
        "update audit.entry set risk = 0",
        "delete from audit.entry",
        "truncate audit.entry",
        "update audit.leaf set index = 1",
        "delete from audit.leaf",
        "delete from audit.checkpoint",
      ]) {
        await expect(client.query(statement), `${role}: ${statement}`).rejects.toMatchObject({ code: "42501" });
      }
      await client.end();
    }
  });
});

describe("verification", () => {
  /** What a superuser does, undone afterwards: the state is put back from copies. */
  async function tampered(run: () => Promise<void>): Promise<Awaited<ReturnType<typeof verify>>> {
    await superuser.query(BEGIN);
    await superuser.query("set local session_replication_role = replica");
    try {
      await run();
      return await verify(inPlace);
    } finally {
      await superuser.query("rollback");
    }
  }

  beforeAll(async () => {
    await write(60);
    await drain();
  });

  it("finds a change of any field of any entry, and names it", async () => {
    const { rows } = await superuser.query<{ index: number; entry_id: string }>(
      "select index, entry_id from audit.leaf order by index desc limit 4",
    );
    const fields = [
      "at = at + interval '1 millisecond'",
      "actor_kind = 'x'",
      "actor_id = gen_random_uuid()",
      "session_id = gen_random_uuid()",
      "request_id = 'x'",
      "action = 'x'",
      "resource = 'x'",
      "resource_id = 'x'",
      "college_id = gen_random_uuid()",
      "risk = risk + 1",
      "commitment = set_byte(commitment, 3, (get_byte(commitment, 3) + 1) % 256)",
    ];
    for (const { index, entry_id } of rows) {
      for (const change of fields) {
        const result = await tampered(
          async () => void (await superuser.query(`update audit.entry set ${change} where id = $1`, [entry_id])),
        );
        expect(result.ok, change).toBe(false);
        expect(result.findings[0], change).toMatchObject({ index, entry: entry_id });
      }
    }
  });

  it("finds changed content, deleted, swapped and inserted entries, a cut end, and a rewritten tree", async () => {
    const { rows } = await superuser.query<{ index: number; entry_id: string; hash: Buffer }>(
      "select index, entry_id, hash from audit.leaf order by index desc limit 2",
    );
    const [last, before] = rows as [(typeof rows)[0], (typeof rows)[0]];
    const cases: [string, () => Promise<unknown>, RegExp, number | null][] = [
      [
        "content",
        () =>
          superuser.query("update audit.content set body = replace(body, 'because', 'becauze') where entry_id = $1", [
            last.entry_id,
          ]),
        /content differs/,
        last.index,
      ],
      ["delete", () => superuser.query("delete from audit.entry where id = $1", [before.entry_id]), /is gone/, before.index],
      [
        "swap",
        async () => {
          await superuser.query("drop index audit.leaf_entry_idx");
          await superuser.query(
            "update audit.leaf l set entry_id = o.entry_id, at = o.at from audit.leaf o where l.index in ($1, $2) and o.index = $1::bigint + $2::bigint - l.index",
            [last.index, before.index],
          );
        },
        /differs/,
        before.index,
      ],
      [
        "insert",
        () =>
          superuser.query(
            "insert into audit.entry (id, at, actor_kind, request_id, action, resource, commitment) values (gen_random_uuid(), now(), 'staff', 'forged', 'x.y', 'z', 'x')",
          ),
        /around the sequencer/,
        null,
      ],
      [
        "cut",
        () =>
          superuser.query(
            "with gone as (delete from audit.leaf where index >= $1 returning entry_id) delete from audit.entry where id in (select entry_id from gone)",
            [before.index],
          ),
        /cut|newest head/,
        null,
      ],
    ];
    for (const [label, run, says, index] of cases) {
      const result = await tampered(async () => void (await run()));
      expect(result.ok, label).toBe(false);
      expect(result.findings.map((finding) => finding.says).join("; "), label).toMatch(says);
      if (index !== null) expect(result.findings[0]!.index, label).toBe(index);
    }
  });

  it("finds a whole tree made anew over forged entries, against the anchor", async () => {
    await superuser.query(BEGIN);
    await superuser.query("set local session_replication_role = replica");
    await superuser.query(
      "update audit.entry set action = 'forged.act' where id = (select entry_id from audit.leaf order by index limit 1 offset 5)",
    );
    const all = await superuser.query(
      "select l.index, e.* from audit.leaf l join audit.entry e on e.id = l.entry_id order by l.index",
    );
    const { entryBytes } = await import("./entry-bytes.ts");
    const { Frontier, leafHash } = await import("./merkle.ts");
    const { checkpointText } = await import("./note.ts");
    const frontier = new Frontier();
    for (const row of all.rows) {
      const hash = leafHash(entryBytes(row));
      frontier.append(hash);
      await superuser.query("update audit.leaf set hash = $1 where index = $2", [hash, row.index]);
    }
    const note = signNote(
      checkpointText({ origin: ORIGIN, size: frontier.size, root: frontier.root() }),
      ORIGIN,
      keys.privateKey,
    );
    await superuser.query("update audit.checkpoint set note = $1 where size = $2", [note, frontier.size]);
    const result = await verify(inPlace);
    await superuser.query("rollback");
    expect(result.ok).toBe(false);
    expect(result.findings[0]!.says).toMatch(/differs from the head anchored/);
  });

  it("finds heads of another key", async () => {
    const other = { name: ORIGIN, ...generateKeyPairSync("ed25519") };
    const result = await verifyLog(snapshot, other, anchor);
    expect(result.ok).toBe(false);
    expect(result.findings.map((finding) => finding.says).join()).toMatch(/not signed by this key/);
  });

  it("accepts content that was declared erased, and a restore that an epoch declares", async () => {
    const { rows } = await superuser.query<{ id: string }>("select entry_id as id from audit.leaf order by index desc limit 1");
    await withScope(ctx, (inner) =>
      record(inner, { action: "audit.erase", resource: "audit", details: { entries: [rows[0]!.id] } }),
    );
    await drain();
    await superuser.query(BEGIN);
    await superuser.query("delete from audit.content where entry_id = $1", [rows[0]!.id]);
    const erased = await verify(inPlace);
    expect(erased).toMatchObject({ ok: true, erased: 1 });
    await superuser.query("rollback");
    const size = (await verify()).size;
    await superuser.query("set session_replication_role = replica");
    await superuser.query(
      "with gone as (delete from audit.leaf where index >= $1 returning entry_id) delete from audit.entry where id in (select entry_id from gone)",
      [size - 10],
    );
    await superuser.query("delete from audit.node where (index + 1) * (2 ^ level) > $1", [size - 10]);
    await superuser.query("delete from audit.checkpoint where size > $1", [size - 10]);
    await superuser.query("set session_replication_role = origin");
    expect((await verify()).findings.map((finding) => finding.says).join()).toMatch(/older state was brought back/);
    await write(5);
    await expect(createSequencer(pool, key, anchor).step()).rejects.toThrow(NotContinued);
    appendAnchor(
      anchor,
      signNote(
        epochText({
          fromSize: size,
          toSize: size - 10,
          reason: "restored after a lost disk",
          by: "Sam Reyes",
          at: new Date().toISOString(),
        }),
        ORIGIN,
        keys.privateKey,
      ),
    );
    sequencer = createSequencer(pool, key, anchor);
    await drain();
    expect(await verify()).toMatchObject({ ok: true, size: size - 5 });
  });
});
