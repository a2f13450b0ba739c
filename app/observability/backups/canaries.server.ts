import { z } from "zod";
import { clients, rolePool } from "~/db/clients.server.ts";
import type { Place } from "~/db/cluster/place.server.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";
import { archived } from "./take.server.ts";
import type { BackupFinding } from "./verify.server.ts";

const canaries = (on: Parameters<typeof rows>[0]) =>
  rows(on, sql`select id::text as id, at from console.backup_canary`, z.object({ id: z.string(), at: z.date() }));

/** A row before the target time and one after it; the WAL of both reaches the archive. */
export async function plantCanaries(place: Place): Promise<Date> {
  const pool = clients().primary;
  await execute(pool, sql`delete from console.backup_canary where at < now() - interval '30 days'`);
  const plant = () =>
    firstRow(
      pool,
      sql`insert into console.backup_canary (id, at) values (${newId()}, clock_timestamp()) returning at`,
      z.object({ at: z.date() }),
    );
  await plant();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const target = await firstRow(
    pool,
    sql`select date_trunc('milliseconds', clock_timestamp()) as at`,
    z.object({ at: z.date() }),
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  await plant();
  const segment = await firstRow(
    rolePool("backup"),
    sql`select pg_walfile_name(pg_switch_wal()) as name`,
    z.object({ name: z.string() }),
  );
  await archived(place, segment!.name);
  return target!.at;
}

/** What was written before the target must be there, and what was written after it must not. */
export async function checkCanaries(
  copy: Parameters<typeof rows>[0],
  since: Date,
  target: Date,
): Promise<{ says: string; findings: BackupFinding[] }> {
  const findings: BackupFinding[] = [];
  const there = new Set((await canaries(copy)).map((row) => row.id));
  const planted = (await canaries(clients().primary)).filter((row) => row.at > since);
  for (const row of planted) {
    if (row.at <= target && !there.has(row.id))
      findings.push({ file: "canary", says: `written at ${row.at.toISOString()}, before the target, and not there` });
    if (row.at > target && there.has(row.id))
      findings.push({ file: "canary", says: `written at ${row.at.toISOString()}, after the target, and there` });
  }
  const before = planted.filter((row) => row.at <= target).length;
  return { says: `${before} before the target are there, ${planted.length - before} after it are not`, findings };
}
