import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../../tests/database.ts";
import { anchorFile, signingKey } from "../../audit/keys.server.ts";
import { record } from "../../audit/record.server.ts";
import { NotContinued } from "../../audit/not-continued.ts";
import { createSequencer } from "../../audit/sequence.server.ts";
import { rolePool } from "../../db/clients.server.ts";
import type { Ctx } from "../../db/ctx.ts";
import { withScope } from "../../db/scope.server.ts";
import { env } from "../../platform/env.server.ts";
import { systemCtx } from "../ctx.server.ts";
import { declareEpoch } from "./epoch.server.ts";
import { eraseContent } from "./erase.server.ts";
import { verifyAndKeep } from "./verify.server.ts";

const db = testDatabase();
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "epoch-"));
const by = "Sam Reyes";
const why = "restored after a lost disk";
let ctx: Ctx;
let superuser: pg.Client;

beforeAll(async () => {
  env().dataDir = dir;
  ctx = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
  superuser = new pg.Client({ connectionString: db.url("postgres") });
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  fs.rmSync(dir, { recursive: true, force: true });
});

const write = (n: number) =>
  withScope(ctx, async (inner) => {
    for (let i = 0; i < n; i++)
      await record(inner, { action: "test.act", resource: "thing", resourceId: `r${i}`, reason: `because of ${i}` });
  });
const begin = () => createSequencer(rolePool("sequencer"), signingKey(), anchorFile());
const drain = async (sequencer = begin()) => {
  while ((await sequencer.step()) > 0);
};

/** What a restore does to the log: its last entries were never there. */
async function cut(to: number): Promise<void> {
  await superuser.query("begin; set local session_replication_role = replica");
  await superuser.query(
    "with gone as (delete from audit.leaf where index >= $1 returning entry_id) delete from audit.entry where id in (select entry_id from gone)",
    [to],
  );
  await superuser.query("delete from audit.node where (index + 1) * (2 ^ level) > $1", [to]);
  await superuser.query("delete from audit.checkpoint where size > $1", [to]);
  await superuser.query("commit");
}

it("sequences nothing beside an anchor that knows more, until the restore is declared; a changed log is never talked away", async () => {
  await write(20);
  await drain();
  await write(20);
  await drain();
  await expect(declareEpoch(systemCtx("test"), by, why)).rejects.toThrow(/not shorter than its anchor/);
  await cut(20);
  await write(3);
  await expect(drain()).rejects.toThrow(NotContinued);
  expect((await verifyAndKeep(systemCtx("test"))).ok).toBe(false);
  await expect(declareEpoch(systemCtx("test"), by, "why")).rejects.toThrow(/Enter a reason/);
  await expect(declareEpoch(systemCtx("test"), "", why)).rejects.toThrow(/who/);

  const [victim] = (await superuser.query<{ entry_id: string }>("select entry_id from audit.leaf where index = 7")).rows;
  await superuser.query("update audit.entry set action = 'test.other' where id = $1", [victim!.entry_id]);
  await expect(declareEpoch(systemCtx("test"), by, why)).rejects.toThrow(/was changed/);
  await superuser.query("update audit.entry set action = 'test.act' where id = $1", [victim!.entry_id]);

  expect(await declareEpoch(systemCtx("test"), by, why)).toMatchObject({ fromSize: 40, toSize: 20 });
  await drain();
  const after = await verifyAndKeep(systemCtx("test"));
  expect(after).toMatchObject({ ok: true, epochs: [{ fromSize: 40, toSize: 20, by, reason: why }] });
  expect(after.size).toBeGreaterThan(23);
  expect((await superuser.query("select 1 from audit.epoch")).rowCount).toBe(1);
  expect((await superuser.query("select 1 from audit.entry where action = 'audit.epoch'")).rowCount).toBe(1);
});

it("erases what is personal about an entry, says so, and the proof stands", async () => {
  const [entry] = (await superuser.query<{ entry_id: string }>("select entry_id from audit.leaf where index = 3")).rows;
  await expect(eraseContent(systemCtx("test"), ["nonsense"], why)).rejects.toThrow(/not the id/);
  await expect(eraseContent(systemCtx("test"), [entry!.entry_id], "no")).rejects.toThrow(/Enter a reason/);
  expect(await eraseContent(systemCtx("test"), [entry!.entry_id], "asked for by the person")).toBe(1);
  await expect(eraseContent(systemCtx("test"), [entry!.entry_id], "asked for by the person")).rejects.toThrow(/erased before/);
  // Before its entry is sequenced and after.
  expect(await verifyAndKeep(systemCtx("test"))).toMatchObject({ ok: true, erased: 1 });
  await drain();
  expect(await verifyAndKeep(systemCtx("test"))).toMatchObject({ ok: true, erased: 1 });
  const acts = (await superuser.query<{ id: string }>("select id from audit.entry where action = 'audit.erase'")).rows;
  await expect(eraseContent(systemCtx("test"), [acts[0]!.id], "to hide what was erased")).rejects.toThrow(/says which contents/);
  expect((await superuser.query("select 1 from audit.entry where action = 'audit.erase'")).rowCount).toBe(2);
});
