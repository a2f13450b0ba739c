import fs from "node:fs";
import path from "node:path";
import { CronExpressionParser } from "cron-parser";
import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { clusterPlace, hasPlace } from "~/db/cluster/place.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { env } from "~/platform/env.server.ts";
import { current } from "../current.server.ts";
import { primaryFirst } from "../primary-first.server.ts";
import { archivingOf } from "../replication/archiving.ts";
import { PROMISE } from "./expire.server.ts";
import { questionAnswer } from "./questions/expected.ts";
import { gapsIn, isSegment, positionOf, segmentName } from "./wal.ts";

const backupLine = z.object({
  id: z.string(),
  state: z.string(),
  started_at: z.date(),
  finished_at: z.date().nullable(),
  size_bytes: z.number().nullable(),
  start_lsn: z.string().nullable(),
  timeline: z.number().nullable(),
  error: z.string().nullable(),
  by_whom: z.string(),
  wal: z.array(z.string()),
  verified_at: z.date().nullable(),
  verified: z.boolean().nullable(),
  drilled_at: z.date().nullable(),
  drilled: z.boolean().nullable(),
});
/** `whole`: the archive has the WAL that was written while it was taken. */
export type BackupLine = Omit<z.infer<typeof backupLine>, "wal"> & { whole: boolean };

const checkLine = z.object({
  id: z.string(),
  backup_id: z.string(),
  kind: z.enum(["VERIFY", "DRILL"]),
  started_at: z.date(),
  finished_at: z.date().nullable(),
  ok: z.boolean().nullable(),
  findings: z.array(z.object({ file: z.string(), says: z.string() })),
  phases: z.array(z.object({ name: z.string(), ms: z.number(), says: z.string() })),
  questions: z.array(questionAnswer),
  target_time: z.date().nullable(),
  rpo_ms: z.number().nullable(),
  rto_ms: z.number().nullable(),
  stopped: z.boolean(),
  by_whom: z.string(),
});
export type CheckLine = z.infer<typeof checkLine>;

const jobLine = z.object({
  id: z.string(),
  kind: z.string(),
  done: z.number().nullable(),
  total: z.number().nullable(),
  stopping: z.boolean(),
});

/** Archive and disk, read where they lie. */
function store(oldest: { start_lsn: string | null; timeline: number | null } | undefined) {
  if (!hasPlace()) return null;
  const place = clusterPlace();
  const segments = fs.readdirSync(place.archive).filter(isSegment);
  const from = oldest?.start_lsn && oldest.timeline ? segmentName(oldest.timeline, positionOf(oldest.start_lsn)) : "";
  const status = path.join(place.dataDir, "pg_wal", "archive_status");
  const disk = fs.statfsSync(place.home);
  return {
    directory: place.store,
    archive: place.archive,
    segments: segments.length,
    // Holes matter from the oldest kept backup on; what lies before is waiting to be removed.
    gaps: gapsIn(segments.filter((name) => name >= from)).map((gap) => ({
      ...gap,
      from: fs.statSync(path.join(place.archive, gap.after)).mtime,
      to: fs.statSync(path.join(place.archive, gap.before)).mtime,
    })),
    ready: fs.existsSync(status) ? fs.readdirSync(status).filter((name) => name.endsWith(".ready")).length : null,
    free: disk.bavail * disk.bsize,
    used: disk.blocks > 0 ? 1 - disk.bavail / disk.blocks : 0,
  };
}

export const NIGHTLY = { verify: "30 2 * * *", drill: "0 3 * * 0" };
const next = (cron: string) => CronExpressionParser.parse(cron, { tz: "UTC" }).next().toDate();

/** As many as a calendar of six weeks may show. */
const SHOWN_DAYS = 42;

const report = {
  name: "backup.report",
  permission: "database.read",
  input: z.object({}),
  async run({ ctx }: { ctx: TxCtx }) {
    const backups = await rows(
      ctx.tx,
      sql`select b.id, b.state, b.started_at, b.finished_at, b.size_bytes, b.start_lsn, b.timeline, b.error,
                 b.by_whom, array(select jsonb_object_keys(b.wal)) as wal, v.finished_at as verified_at,
                 v.ok as verified, d.finished_at as drilled_at, d.ok as drilled
          from console.backup b
            left join lateral (
              select finished_at, ok
              from console.backup_check c
              where c.backup_id = b.id and c.kind = 'VERIFY' and c.finished_at is not null
              order by started_at desc
              limit 1
            ) v on true
            left join lateral (
              select finished_at, ok
              from console.backup_check c
              where c.backup_id = b.id and c.kind = 'DRILL' and c.finished_at is not null
              order by started_at desc
              limit 1
            ) d on true
          where b.state = 'DONE' or b.started_at > now() - ${SHOWN_DAYS} * interval '1 day'
          order by b.started_at desc
          limit 300`,
      backupLine,
    );
    const checks = await rows(
      ctx.tx,
      sql`select id, backup_id, kind, started_at, finished_at, ok, findings, phases, questions, target_time, rpo_ms,
                 rto_ms, stopped, by_whom
          from console.backup_check
          order by started_at desc
          limit 100`,
      checkLine,
    );
    const jobs = await rows(
      ctx.tx,
      sql`select id, kind, done::bigint as done, total::bigint as total, cancel_requested as stopping
          from console.job
          where kind in ('backup.create', 'backup.verify', 'backup.drill')
            and state in ('QUEUED', 'RUNNING')
            and updated_at > now() - interval '10 minutes'`,
      jobLine,
    );
    const { rows: seen, missing } = await current("archiver");
    const done = backups.filter((row) => row.state === "DONE");
    const kept = new Set(hasPlace() ? fs.readdirSync(clusterPlace().archive) : []);
    return {
      backups: backups.map(({ wal, ...row }) => ({ ...row, whole: row.state === "DONE" && wal.every((name) => kept.has(name)) })),
      checks,
      jobs,
      /** Null: the primary can't be asked. */
      archiver: seen?.[0] ?? null,
      archiving: seen?.[0] ? archivingOf(seen[0], ctx.clock.now().getTime()) : null,
      archiverMissing: missing?.reason ?? null,
      store: store(done.at(-1)),
      promise: PROMISE,
      runs: { create: next(env().BACKUP_SCHEDULE), verify: next(NIGHTLY.verify), drill: next(NIGHTLY.drill) },
    };
  },
} as const;

export type BackupReport = Awaited<ReturnType<(typeof report)["run"]>>;

export const backupReport = primaryFirst(read({ ...report, on: "primary" }), read(report));
