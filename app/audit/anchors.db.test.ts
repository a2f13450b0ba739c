import { generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import { withScope, withSnapshot } from "~/db/scope.server.ts";
import { appendAnchor, epochText, furthest, readAnchor, signedBy } from "./anchor.server.ts";
import { ORIGIN, type SigningKey } from "./keys.server.ts";
import { NotContinued } from "./not-continued.ts";
import { checkpointText, signNote } from "./note.ts";
import { record } from "./record.server.ts";
import { createSequencer } from "./sequence.server.ts";
import { verifyLog } from "./verify.server.ts";
import { createWitness } from "./witness.server.ts";

// Breaks when a healthy log is accused because of how its anchor was written, or when a cut is seen on one machine only.
const db = testDatabase();
const key: SigningKey = { name: ORIGIN, ...generateKeyPairSync("ed25519") };
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "anchors-"));
const [here, there] = [path.join(dir, "here.txt"), path.join(dir, "there.txt")];
let pool: Pool;
let ctx: Ctx;

beforeAll(async () => {
  ctx = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
  pool = createPool("sequencer", { url: db.url("sequencer"), applicationName: "test", max: 2 });
});
afterAll(async () => {
  await pool.end();
  fs.rmSync(dir, { recursive: true, force: true });
});

async function grow(n: number, anchor: string): Promise<void> {
  await withScope(ctx, async (inner) => {
    for (let i = 0; i < n; i++) await record(inner, { action: "test.act", resource: "thing" });
  });
  const sequencer = createSequencer(pool, key, anchor);
  while ((await sequencer.step()) > 0);
}
async function cut(to: number): Promise<void> {
  await db.owner.query(
    "begin; set local session_replication_role = replica; create temporary table gone on commit drop as select entry_id from audit.leaf where index >= " +
      `${to}; delete from audit.leaf where index >= ${to}; delete from audit.entry where id in (select entry_id from gone); delete from audit.node where (index + 1) * (2 ^ level) > ${to}; delete from audit.checkpoint where size > ${to}; commit`,
  );
}
const verify = (anchor: string) => verifyLog((run) => withSnapshot(ctx, (inner) => run(inner.tx)), key, anchor);
const head = (size: number, by = key, root = Buffer.alloc(32, 7)) =>
  signNote(checkpointText({ origin: ORIGIN, size, root }), ORIGIN, by.privateKey);
const read = (file: string) => readAnchor(file, key.name, key.publicKey);
const newest = (file: string) => furthest(read(file).heads, signedBy(key.name, key.publicKey))?.size;

it("a head that a crash cut off, or that is being written, accuses nobody and spoils no other", async () => {
  await grow(5, here);
  const whole = fs.readFileSync(here, "utf8");
  for (const torn of [10, 60, 100, 150]) {
    fs.writeFileSync(here, whole + head(6).slice(0, torn));
    expect(await verify(here), `${torn} bytes, at the end`).toMatchObject({ ok: true, anchors: 1 });
    appendAnchor(here, whole.slice(0, whole.indexOf("\n====\n")));
    expect(read(here), `${torn} bytes, in between`).toMatchObject({ heads: [{}, {}], foreign: 0 });
    expect(await verify(here)).toMatchObject({ ok: true, anchors: 2 });
  }
  fs.writeFileSync(here, whole);
});

it("a head of another key, and a forged one that names ours, are told from a log that was changed", async () => {
  const whole = fs.readFileSync(here, "utf8");
  const other: SigningKey = { name: ORIGIN, ...generateKeyPairSync("ed25519") };
  appendAnchor(here, head(3, other));
  expect((await verify(here)).findings).toMatchObject([{ says: "1 anchored heads are not signed by this key" }]);
  const signature = /\n— (\S+ \S+)\n/.exec(head(5))![1]!;
  for (const size of [3, 5, 99]) {
    fs.writeFileSync(here, whole);
    appendAnchor(here, `${checkpointText({ origin: ORIGIN, size, root: Buffer.alloc(32, 9) })}\n— ${signature}\n`);
    const { findings } = await verify(here);
    expect(
      findings.some(({ cut: ends, says }) => ends ?? /tree differs/.test(says)),
      `size ${size}`,
    ).toBe(false);
  }
  fs.writeFileSync(here, whole);
  // Two heads of one size, both signed, and one of them not of this tree: the key has signed two histories.
  appendAnchor(here, head(5));
  expect((await verify(here)).findings[0]!.says).toMatch(/differs from the head anchored at 5/);
  fs.writeFileSync(here, whole);
});

it("heads in another order are taken by their size", async () => {
  await grow(3, here);
  const [a, b] = fs.readFileSync(here, "utf8").split("\n====\n");
  fs.writeFileSync(here, `${b}\n====\n${a}\n====\n`);
  expect(newest(here)).toBe(8);
  expect(await verify(here)).toMatchObject({ ok: true, size: 8 });
});

it("a machine that only waits knows what the other has sequenced, and finds the end cut", async () => {
  const witness = createWitness(key, there);
  expect(await witness.look(pool)).toBe(true);
  await grow(4, here);
  expect(await witness.look(pool)).toBe(true);
  expect(await witness.look(pool)).toBe(false);
  expect(newest(there)).toBe(12);
  expect(await verify(there)).toMatchObject({ ok: true, anchors: 2 });

  await cut(8);
  expect((await verify(there)).findings[0]).toMatchObject({ cut: true, index: 8 });
  await expect(witness.look(pool)).rejects.toThrow(NotContinued);
  await expect(createWitness(key, there).look(pool)).rejects.toThrow(NotContinued);

  // Declared on the other machine: known here by the note in the database, which is signed.
  const note = signNote(
    epochText({ fromSize: 12, toSize: 8, reason: "restored after a lost disk", by: "Sam Reyes", at: new Date().toISOString() }),
    ORIGIN,
    key.privateKey,
  );
  appendAnchor(here, note);
  await db.owner.query("insert into audit.epoch (id, at, note) values (gen_random_uuid(), now(), $1)", [note]);
  await grow(2, here);
  expect(await witness.look(pool)).toBe(true);
  expect(newest(there)).toBe(10);
  expect(await verify(there)).toMatchObject({ ok: true, size: 10, epochs: [{ fromSize: 12, toSize: 8 }] });
  expect(read(there).epochs).toHaveLength(1);
});

it("a second history under the same key is refused by who has seen the first", async () => {
  const witness = createWitness(key, there);
  await grow(3, here);
  await witness.look(pool);
  await cut(10);
  fs.writeFileSync(here, "");
  await grow(6, here);
  await expect(createWitness(key, there).look(pool)).rejects.toThrow(/does not continue/);
  await expect(witness.look(pool)).rejects.toThrow(/does not continue/);
  expect(newest(there)).toBe(13);
  expect((await verify(there)).findings[0]!.says).toMatch(/differs from the head anchored at 13/);
});

it("a restore that was declared long ago explains no cut of today", async () => {
  const late = path.join(dir, "late.txt");
  // A machine that came after the restore of this log has never heard of it.
  const old = (await db.owner.query<{ note: string }>("select note from audit.epoch")).rows[0]!.note;
  await createWitness(key, late).look(pool);
  fs.writeFileSync(here, fs.readFileSync(late));
  await grow(9, here);
  const witness = createWitness(key, late);
  await witness.look(pool);
  const size = newest(late)!;
  await cut(size - 3);
  fs.writeFileSync(here, "");
  await grow(1, here);
  expect(old).toContain("restored after a lost disk");
  await expect(createWitness(key, late).look(pool)).rejects.toThrow(/does not continue/);
  await expect(witness.look(pool)).rejects.toThrow(/does not continue/);
  expect(newest(late)).toBe(size);
  expect((await verify(late)).ok).toBe(false);
});
