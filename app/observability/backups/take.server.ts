import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { record } from "~/audit/record.server.ts";
import { clusterPlace, type Place } from "~/db/cluster/place.server.ts";
import { privateDir } from "~/db/cluster/server.server.ts";
import { clients, rolePool } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { replicationClient } from "~/db/replication-client.server.ts";
import { withScope } from "~/db/scope.server.ts";
import { ident, sql } from "~/db/sql.ts";
import { messageOf, Unavailable } from "~/platform/errors.ts";
import { bytes } from "~/platform/format.ts";
import { newId } from "~/platform/ids.ts";
import { diskFullOr } from "./disk-full.ts";
import { readManifest } from "./manifest.ts";
import { cleanUpBackups, directoryName, endSenders, exclusive } from "./exclusive.server.ts";
import { segmentsBetween } from "./wal.ts";

export type Progress = (phase: string, done: number, total: number | null) => Promise<void>;

export const ROOM_LEFT = 200 * 1024 * 1024;

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(fs.createReadStream(file), hash);
  return hash.digest("hex");
}

const countable = z.object({ schema: z.string(), name: z.string(), readable: z.boolean() });

/** What must come back; telemetry forgets by itself and is left out. */
const tables = () =>
  rows(
    rolePool("owner"),
    sql`select n.nspname as schema, c.relname as name, has_table_privilege(c.oid, 'select') as readable
        from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'console', 'audit')
          and c.relkind = 'r'
          and c.relname not in ('pending', 'job', 'login_throttle', 'lease', 'staff_session', 'backup_canary')
        order by 1, 2`,
    countable,
  );

/** Tables that someone else made and keeps: they are in the backup, and nobody here may count them. */
export const uncounted = async () =>
  (await tables()).filter((one) => !one.readable).map(({ schema, name }) => `${schema}.${name}`);

export async function countRows(): Promise<Record<string, number>> {
  const pool = rolePool("owner");
  const counts: Record<string, number> = {};
  for (const table of (await tables()).filter((one) => one.readable)) {
    const counted = await firstRow(
      pool,
      sql`select count(*)::bigint as n from ${ident(table.schema)}.${ident(table.name)}`,
      z.object({ n: z.number() }),
    );
    counts[`${table.schema}.${table.name}`] = counted!.n;
  }
  return counts;
}

/** Waits until the archive has this segment: a backup without its WAL is none. */
export async function archived(place: Place, segment: string, withinMs = 30_000): Promise<void> {
  const until = Date.now() + withinMs;
  while (!fs.existsSync(path.join(place.archive, segment))) {
    if (Date.now() > until)
      throw new Unavailable(
        `the archive has not received ${segment} within ${withinMs / 1000} s: archiving fails or is far behind`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A backup over the replication protocol, written by the server itself. Listed as a backup only when it is whole. */
export function takeBackup(ctx: Ctx, progress: Progress): Promise<{ id: string; bytes: number }> {
  return exclusive("backup", () => take(ctx, clusterPlace(), progress));
}

async function take(ctx: Ctx, place: Place, progress: Progress): Promise<{ id: string; bytes: number }> {
  privateDir(place.store, place.account);
  await cleanUpBackups(place);
  const size = await firstRow(
    rolePool("backup"),
    sql`select sum(pg_database_size(oid))::bigint as n from pg_database`,
    z.object({ n: z.number() }),
  );
  const disk = fs.statfsSync(place.store);
  const free = disk.bavail * disk.bsize;
  if (free < size!.n + ROOM_LEFT)
    throw new Unavailable(
      `There is not enough room: the database has ${bytes(size!.n)}, the disk of ${place.store} has ${bytes(free)} free`,
    );
  const id = newId();
  const directory = path.join(place.store, directoryName(new Date(), id));
  const all: Ctx = { ...ctx, scope: { kind: "all" } };
  await withScope(all, async (inner) => {
    await execute(
      inner.tx,
      sql`insert into console.backup (id, directory, by_whom) values (${id}, ${directory}, ${ctx.actor.name})`,
    );
    await record(inner, { action: "backup.start", resource: "backup", resourceId: id });
  });
  const client = await replicationClient("backup").catch((error: unknown) => error as Error);
  let polling: NodeJS.Timeout | undefined;
  let cancelled: unknown;
  try {
    if (client instanceof Error) throw client;
    const counts = await countRows();
    polling = setInterval(() => {
      void firstRow(
        rolePool("backup"),
        sql`select phase, backup_streamed::bigint as done, backup_total::bigint as total
            from pg_stat_progress_basebackup
            limit 1`,
        z.object({ phase: z.string(), done: z.number(), total: z.number().nullable() }),
      )
        .then((row) => (row ? progress(row.phase, row.done, row.total) : undefined))
        .catch((error: unknown) => {
          // Someone asked the job to stop: the server is told by the end of its connection.
          if (error instanceof Error && error.name === "JobCancelled") cancelled ??= error;
          if (cancelled) void endSenders().catch(() => undefined);
        });
    }, 300);
    await client.query(
      `BASE_BACKUP (LABEL 'invigil', TARGET 'server', TARGET_DETAIL '${directory.replaceAll("'", "''")}', CHECKPOINT 'fast', WAL false, PROGRESS true, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256', COMPRESSION 'gzip', COMPRESSION_DETAIL 'level=1')`,
    );
    clearInterval(polling);
    if (cancelled) throw cancelled;
    await progress("archiving its WAL", 0, null);
    const manifest = readManifest(fs.readFileSync(path.join(directory, "backup_manifest"), "utf8"));
    await rolePool("backup").query("select pg_switch_wal()");
    const segments = segmentsBetween(manifest.timeline, manifest.startLsn, manifest.stopLsn);
    await archived(place, segments.at(-1)!);
    const wal: Record<string, string> = {};
    for (const name of segments) wal[name] = await sha256Of(path.join(place.archive, name));
    const taken = fs.readdirSync(directory).reduce((sum, name) => sum + fs.statSync(path.join(directory, name)).size, 0);
    await withScope(all, async (inner) => {
      await execute(
        inner.tx,
        sql`update console.backup
            set state = 'DONE', finished_at = now(), size_bytes = ${taken}, start_lsn = ${manifest.startLsn},
                stop_lsn = ${manifest.stopLsn}, timeline = ${manifest.timeline}, system_id = ${manifest.systemId},
                wal = ${JSON.stringify(wal)}::jsonb, row_counts = ${JSON.stringify(counts)}::jsonb
            where id = ${id}`,
      );
      // In the log, where nobody changes it: a manifest that is computed anew beside changed files agrees with them.
      const details = { bytes: taken, manifest: await sha256Of(path.join(directory, "backup_manifest")) };
      await record(inner, { action: "backup.done", resource: "backup", resourceId: id, details });
    });
    return { id, bytes: taken };
  } catch (thrown) {
    clearInterval(polling);
    // The connection was lost because someone asked for it.
    const error = cancelled ?? diskFullOr(thrown, place.store);
    const stopped = error instanceof Error && error.name === "JobCancelled";
    // Nothing half-taken is ever listed, or left lying about.
    await endSenders().catch(() => undefined);
    fs.rmSync(directory, { recursive: true, force: true });
    await execute(
      clients().primary,
      sql`update console.backup
          set state = ${stopped ? "CANCELLED" : "FAILED"}, finished_at = now(),
              error = ${stopped ? "someone stopped it" : messageOf(error)}
          where id = ${id}`,
    ).catch(() => undefined);
    throw error;
  } finally {
    if (!(client instanceof Error)) await client.end().catch(() => undefined);
  }
}
