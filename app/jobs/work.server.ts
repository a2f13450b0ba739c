import { z } from "zod";
import { scopeOf, systemCtx } from "~/access/ctx.server.ts";
import { clients } from "~/db/clients.server.ts";
import type { Ctx, Scope } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { AppError, messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { countJob } from "./measure.server.ts";
import { QUEUE, worker } from "./boss.server.ts";

/** A worker says that it lives; after so long without a word it does not. */
const BEAT_MS = 5000;
export const DEAD_AFTER_S = 45;
/** How often each lane looks for a job; with two lanes someone looks every second. */
const POLL_SECONDS = 2;

/** Someone else has it: this worker had been silent for so long that it was taken for dead. */
class JobLost extends Error {}

export class JobCancelled extends Error {
  override name = "JobCancelled";
}

export type JobRun = {
  id: string;
  input: Record<string, unknown>;
  /** Who asked, with what they may see now. */
  ctx: Ctx;
  /** Says how far it is; throws JobCancelled when someone asked it to stop. */
  progress(done: number, total?: number): Promise<void>;
};

export type JobHandler = (job: JobRun) => Promise<Record<string, unknown> | void>;

const jobRow = z.object({
  id: z.string(),
  runs: z.number(),
  kind: z.string(),
  state: z.string(),
  input: z.record(z.string(), z.unknown()),
  staff_id: z.string().nullable(),
});

function narrowed(now: Scope, asked: unknown): Scope {
  if (!Array.isArray(asked)) return asked === "none" ? { kind: "tenants", ids: [] } : now;
  const ids = asked.filter((id): id is string => typeof id === "string");
  return { kind: "tenants", ids: now.kind === "tenants" ? ids.filter((id) => now.ids.includes(id)) : ids };
}

async function ctxFor(job: z.infer<typeof jobRow>): Promise<Ctx> {
  const base = systemCtx(`job ${job.kind}`);
  if (!job.staff_id) return { ...base, scope: narrowed({ kind: "all" }, job.input["scope"]), requestId: `job-${job.id}` };
  const staff = await firstRow(
    clients().primary,
    sql`select st.id, st.name, st.email, st.role, st.is_active,
               array(select a.college_id::text from console.staff_assignment a where a.staff_id = st.id) as college_ids
        from console.staff st where st.id = ${job.staff_id}`,
    z.object({
      id: z.string(),
      name: z.string(),
      email: z.string(),
      role: z.string(),
      is_active: z.boolean(),
      college_ids: z.array(z.string()),
    }),
  );
  if (!staff?.is_active) throw new AppError("Whoever started this job no longer has permission");
  return {
    ...base,
    requestId: `job-${job.id}`,
    actor: { kind: "staff", id: staff.id, name: staff.name, email: staff.email, role: staff.role },
    scope: narrowed(scopeOf({ role: staff.role, college_ids: staff.college_ids, tenant_id: null }), job.input["scope"]),
    // The step-up happened when the job was asked for; it is not asked again hours later.
    session: { id: job.id, stepUpAt: base.clock.now(), secondFactor: true },
  };
}

async function runJob(id: string, handlers: Record<string, JobHandler>): Promise<void> {
  const { primary: pool, beside } = clients();
  const job = await firstRow(
    pool,
    sql`update console.job
        set state = 'RUNNING', runs = runs + 1, started_at = coalesce(started_at, now()), heartbeat_at = now(),
            updated_at = now()
        where id = ${id} and state = 'QUEUED'
        returning id, runs, kind, state, input, staff_id`,
    jobRow,
  );
  if (!job) return;
  const started = performance.now();
  const finish = (state: string, result: unknown, error: string | null) => {
    countJob(handlers[job.kind] ? job.kind : "unknown", state, (performance.now() - started) / 1000);
    return execute(
      pool,
      sql`update console.job
          set state = ${state}, result = ${result === undefined ? null : JSON.stringify(result)}::jsonb,
              error = ${error}, finished_at = now(), updated_at = now()
          where id = ${id} and runs = ${job.runs} and state = 'RUNNING'`,
    );
  };
  const handler = handlers[job.kind];
  if (!handler) {
    await finish("FAILED", undefined, `no worker handles jobs of kind ${job.kind}`);
    return;
  }
  const beat = setInterval(() => {
    execute(
      beside,
      sql`update console.job set heartbeat_at = now() where id = ${id} and runs = ${job.runs} and state = 'RUNNING'`,
    ).catch(() => undefined);
  }, BEAT_MS);
  try {
    const ctx = await ctxFor(job);
    let last = 0;
    const progress: JobRun["progress"] = async (done, total) => {
      if (Date.now() - last < 200 && done !== total) return;
      last = Date.now();
      const row = await firstRow(
        beside,
        sql`update console.job
            set done = ${done}, total = coalesce(${total ?? null}, total), heartbeat_at = now(), updated_at = now()
            where id = ${id} and runs = ${job.runs} and state = 'RUNNING'
            returning cancel_requested`,
        z.object({ cancel_requested: z.boolean() }),
      );
      if (!row) throw new JobLost("another worker has this job");
      if (row.cancel_requested) throw new JobCancelled();
    };
    await progress(0);
    const result = await handler({ id, input: job.input, ctx, progress });
    await finish("DONE", result ?? {}, null);
  } catch (error) {
    if (error instanceof JobCancelled) {
      await finish("CANCELLED", undefined, null);
      return;
    }
    log.warn({ job: id, kind: job.kind, reason: messageOf(error), stack: (error as Error).stack }, "a job failed");
    await finish("FAILED", undefined, messageOf(error));
  } finally {
    clearInterval(beat);
  }
}

export async function startWorkers(handlers: Record<string, JobHandler>, parallel = 2): Promise<void> {
  const boss = await worker();
  for (let lane = 0; lane < parallel; lane++) {
    await boss.work<{ jobId: string }>(QUEUE, { batchSize: 1, pollingIntervalSeconds: POLL_SECONDS }, async ([job]) => {
      if (job) await runJob(job.data.jobId, handlers);
    });
  }
}
