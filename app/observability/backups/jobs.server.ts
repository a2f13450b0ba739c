import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { runDrill } from "./drill.server.ts";
import { expireBackups } from "./expire.server.ts";
import { takeBackup, type Progress } from "./take.server.ts";
import { verifyBackup } from "./verify.server.ts";
import { bytes, seconds } from "~/platform/format.ts";
import { Conflict } from "~/platform/errors.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import type { JobHandler, JobRun } from "~/jobs/work.server.ts";

const TITLES = { create: "Take backup", verify: "Verify a backup", drill: "Restore drill" } as const;

/** Asks the collector for a backup, a verification or a drill; one of each kind at a time. */
export const askBackup = mutation({
  name: "backup.ask",
  permission: "database.act",
  input: z.object({ what: z.enum(["create", "verify", "drill"]), backupId: z.uuid().optional() }),
  async run({ ctx, input }) {
    const kind = `backup.${input.what}`;
    const waiting = await firstRow(
      ctx.tx,
      sql`select id::text as id
          from console.job
          where kind = ${kind} and state in ('QUEUED', 'RUNNING') and updated_at > now() - interval '10 minutes'
          limit 1`,
      z.object({ id: z.string() }),
    );
    if (waiting) throw new Conflict(`${TITLES[input.what]}: this is already running`);
    const jobId = await enqueue(ctx, {
      kind,
      title: TITLES[input.what],
      input: { backupId: input.backupId ?? null },
      permission: "database.act",
    });
    await record(ctx, { action: kind, resource: "backup", resourceId: input.backupId, details: { job: jobId } });
    return { jobId };
  },
});

const backupIdOf = (job: JobRun) => z.object({ backupId: z.uuid().nullish() }).parse(job.input).backupId ?? null;
const through =
  (job: JobRun): Progress =>
  (_phase, done, total) =>
    job.progress(done, total ?? undefined);

export const createBackupJob: JobHandler = async (job) => {
  const taken = await takeBackup(job.ctx, through(job));
  const gone = await expireBackups(job.ctx);
  return { size: bytes(taken.bytes), "backups expired": gone.backups, "WAL segments expired": gone.segments };
};

export const verifyBackupJob: JobHandler = async (job) => {
  const result = await verifyBackup(job.ctx, backupIdOf(job), through(job));
  return {
    verdict: result.ok ? "every file and its WAL are unchanged" : `${result.findings[0]!.file} ${result.findings[0]!.says}`,
  };
};

export const drillJob: JobHandler = async (job) => {
  const result = await runDrill(job.ctx, { backupId: backupIdOf(job) }, through(job));
  return {
    verdict: result.ok ? "restored, started and whole" : `${result.findings[0]!.file}: ${result.findings[0]!.says}`,
    "recovery time": seconds(result.rtoMs / 1000),
    "data at risk": result.rpoMs === null ? "not known" : seconds(result.rpoMs / 1000),
  };
};
