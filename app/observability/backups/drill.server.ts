import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { record } from "~/audit/record.server.ts";
import { clusterPlace, type Place } from "~/db/cluster/place.server.ts";
import { clients, rolePool } from "~/db/clients.server.ts";
import { stopServer } from "~/db/cluster/server.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { execute, one, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { connection } from "~/db/urls.server.ts";
import { Conflict, messageOf } from "~/platform/errors.ts";
import { bytes, count } from "~/platform/format.ts";
import { newId } from "~/platform/ids.ts";
import { layOut, startCopy, type Copy } from "./copy.server.ts";
import { checkCounts, checkIndexes, checkReferences } from "./examine.server.ts";
import { archived, countRows, type Progress } from "./take.server.ts";
import { findBackup, type BackupFinding } from "./verify.server.ts";

export type Phase = { name: string; ms: number; says: string };

export type DrillResult = {
  id: string;
  backupId: string;
  ok: boolean;
  findings: BackupFinding[];
  phases: Phase[];
  targetTime: Date;
  rpoMs: number | null;
  rtoMs: number;
};

const PREFIX = "drill-";

/** What a killed drill left: its server, its files, its line in the ledger. */
export async function cleanUpDrills(place: Place): Promise<void> {
  for (const name of fs.readdirSync(place.home).filter((entry) => entry.startsWith(PREFIX))) {
    const at = path.join(place.home, name);
    if (fs.statSync(at).isDirectory()) await stopServer(at, 200);
    fs.rmSync(at, { recursive: true, force: true });
  }
  await execute(
    clients().primary,
    sql`update console.backup_check set finished_at = now(), ok = false, findings = '[{"file": "drill", "says": "the process ended"}]'::jsonb where kind = 'DRILL' and finished_at is null`,
  );
}

const canaries = (on: Parameters<typeof rows>[0]) =>
  rows(on, sql`select id::text as id, at from console.backup_canary`, z.object({ id: z.string(), at: z.date() }));

/** How long ago the archive last received something: what a loss of the whole machine would cost right now. */
async function exposure(): Promise<number | null> {
  const found = await one(
    rolePool("backup"),
    sql`select (extract(epoch from now() - last_archived_time) * 1000)::bigint as ms from pg_stat_archiver`,
    z.object({ ms: z.number().nullable() }),
  );
  return found?.ms ?? null;
}

/** A row before the target time and one after it; the WAL of both reaches the archive. */
async function plantCanaries(place: Place): Promise<Date> {
  const pool = clients().primary;
  await execute(pool, sql`delete from console.backup_canary where at < now() - interval '30 days'`);
  const plant = () =>
    one(
      pool,
      sql`insert into console.backup_canary (id, at) values (${newId()}, clock_timestamp()) returning at`,
      z.object({ at: z.date() }),
    );
  await plant();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const target = await one(pool, sql`select date_trunc('milliseconds', clock_timestamp()) as at`, z.object({ at: z.date() }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await plant();
  const segment = await one(
    rolePool("backup"),
    sql`select pg_walfile_name(pg_switch_wal()) as name`,
    z.object({ name: z.string() }),
  );
  await archived(place, segment!.name);
  return target!.at;
}

/** Restores a backup beside the running database, starts a real server on it and asks it hard questions. */
export async function runDrill(
  ctx: Ctx,
  asked: { backupId: string | null; toTime?: Date | null },
  progress: Progress,
): Promise<DrillResult> {
  const place = clusterPlace();
  const pool = clients().primary;
  const lock = await rolePool("owner").connect();
  try {
    const { rows: got } = await lock.query<{ got: boolean }>(
      "select pg_try_advisory_lock(hashtext('invigil'), hashtext('drill')) as got",
    );
    if (!got[0]!.got) throw new Conflict("A drill is running already");
    await cleanUpDrills(place);
    const backup = await findBackup(asked.backupId);
    const id = newId();
    const scratch = path.join(place.home, `${PREFIX}${id}`);
    const all: Ctx = { ...ctx, scope: { kind: "all" } };
    await withScope(all, async (inner) => {
      await execute(
        inner.tx,
        sql`insert into console.backup_check (id, backup_id, kind, by_whom) values (${id}, ${backup.id}, 'DRILL', ${ctx.actor.name})`,
      );
      await record(inner, { action: "drill.start", resource: "backup", resourceId: backup.id });
    });
    const phases: Phase[] = [];
    const findings: BackupFinding[] = [];
    const phase = async <T>(name: string, run: () => Promise<{ says: string; value: T }>): Promise<T> => {
      await progress(name, phases.length, 7);
      const started = performance.now();
      const { says, value } = await run();
      phases.push({ name, ms: Math.round(performance.now() - started), says });
      await execute(pool, sql`update console.backup_check set phases = ${JSON.stringify(phases)}::jsonb where id = ${id}`);
      return value;
    };
    let copy: Copy | null = null;
    let rtoMs = 0;
    let rpoMs: number | null = null;
    let targetTime = asked.toTime ?? new Date();
    try {
      rpoMs = await exposure();
      const floors: Record<string, number> = { ...backup.row_counts };
      targetTime = await phase("planting canaries", async () => {
        const before = await countRows();
        const target = await plantCanaries(place);
        const after = await countRows();
        for (const table of Object.keys(floors)) floors[table] = Math.min(floors[table]!, before[table] ?? 0, after[table] ?? 0);
        const at = asked.toTime ?? target;
        return { says: `target ${at.toISOString()}`, value: at };
      });
      const began = performance.now();
      await phase("laying out the files", async () => {
        const laid = await layOut(place, backup.directory, scratch);
        return { says: bytes(laid), value: laid };
      });
      copy = await phase("replaying and starting", async () => {
        const started = await startCopy(place, scratch, targetTime, new URL(connection("owner").url).pathname.slice(1));
        return { says: "consistent, takes connections", value: started };
      });
      rtoMs = Math.round(performance.now() - began);
      const { client } = copy;
      await phase("canaries", async () => {
        const there = new Set((await canaries(client)).map((row) => row.id));
        const planted = (await canaries(pool)).filter((row) => row.at > backup.started_at);
        for (const row of planted) {
          if (row.at <= targetTime && !there.has(row.id))
            findings.push({ file: "canary", says: `written at ${row.at.toISOString()}, before the target, and not there` });
          if (row.at > targetTime && there.has(row.id))
            findings.push({ file: "canary", says: `written at ${row.at.toISOString()}, after the target, and there` });
        }
        const before = planted.filter((row) => row.at <= targetTime).length;
        return { says: `${before} before the target are there, ${planted.length - before} after it are not`, value: null };
      });
      await phase("row counts", async () => {
        const counted = await checkCounts(client, floors);
        findings.push(...counted.findings);
        return { says: `${count(counted.rows)} rows in ${counted.checked} tables`, value: null };
      });
      await phase("references", async () => {
        const checked = await checkReferences(client);
        findings.push(...checked.findings);
        return { says: `${checked.checked} foreign keys, up to 2,000 rows of each`, value: null };
      });
      await phase("indexes", async () => {
        const checked = await checkIndexes(client);
        findings.push(...checked.findings);
        return { says: `${checked.checked} B-trees walked`, value: null };
      });
    } catch (error) {
      if (error instanceof Error && error.name === "JobCancelled") {
        await execute(
          pool,
          sql`update console.backup_check set finished_at = now(), findings = '[{"file": "drill", "says": "somebody stopped it"}]'::jsonb where id = ${id}`,
        );
        throw error;
      }
      findings.push({ file: phases.at(-1)?.name ?? "start", says: messageOf(error) });
    } finally {
      await copy?.stop();
      fs.rmSync(scratch, { recursive: true, force: true });
    }
    const ok = findings.length === 0;
    await withScope(all, async (inner) => {
      await execute(
        inner.tx,
        sql`update console.backup_check set finished_at = now(), ok = ${ok}, findings = ${JSON.stringify(findings.slice(0, 100))}::jsonb, phases = ${JSON.stringify(phases)}::jsonb,
              target_time = ${targetTime}, rpo_ms = ${rpoMs}, rto_ms = ${ok ? rtoMs : null} where id = ${id}`,
      );
      await record(inner, {
        action: "drill.done",
        resource: "backup",
        resourceId: backup.id,
        details: { ok, rtoMs, findings: findings.length },
      });
    });
    return { id, backupId: backup.id, ok, findings, phases, targetTime, rpoMs, rtoMs };
  } finally {
    await lock.query("select pg_advisory_unlock_all()").catch(() => undefined);
    lock.release();
  }
}
