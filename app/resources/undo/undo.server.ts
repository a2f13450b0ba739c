import { z } from "zod";
import { may } from "~/access/policy.ts";
import { mutation, read, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import { readerOf } from "~/jobs/reach.server.ts";
import { Conflict, Forbidden, NotFound } from "~/platform/errors.ts";
import { resourceNamed } from "../registry.ts";
import { IMPORTED, UNDO_DAYS } from "./keep.server.ts";
import { undoPermission } from "./rights.ts";
import { reasonField } from "~/platform/reason-field.ts";

const setRow = z.object({
  resource: z.string(),
  act: z.string(),
  undo_job_id: z.string().nullable(),
  created_at: z.date(),
  /** Not yet tried. */
  left: z.number(),
});

const findSet = (ctx: TxCtx, jobId: string) =>
  firstRow(
    ctx.tx,
    sql`select s.resource, s.act, s.undo_job_id, s.created_at,
               (select count(*)::int from console.change_row r where r.job_id = s.job_id and r.outcome is null) as "left"
        from console.change_set s
        where s.job_id = ${jobId}::uuid`,
    setRow,
  );

const ENDED = ["DONE", "FAILED", "CANCELLED"];

/** The job that does it, while it goes on or once it came to its end. One that broke off is taken up by another. */
async function undoneBy(ctx: TxCtx, undoJobId: string | null) {
  const job = undoJobId && (await ctx.tx.prisma.job.findUnique({ where: { id: undoJobId }, select: { id: true, state: true } }));
  return job && !["FAILED", "CANCELLED"].includes(job.state) ? job : null;
}

const untilOf = (created: Date) => new Date(created.getTime() + UNDO_DAYS * 86_400_000);

/** Whether what a job wrote can be taken back, and until when. */
export const undoOffer = read({
  name: "resources.undo_offer",
  permission: "jobs.read",
  on: "primary",
  input: z.object({ jobId: z.uuid() }),
  async run({ ctx, input }) {
    const set = await findSet(ctx, input.jobId);
    if (!set) return null;
    const job = await ctx.tx.prisma.job.findUnique({ where: { id: input.jobId } });
    if (!job || !(await readerOf(ctx))(job)) return null;
    const resource = resourceNamed(set.resource);
    const permission = undoPermission(resource, set.act);
    const running = await undoneBy(ctx, set.undo_job_id);
    const until = untilOf(set.created_at);
    return {
      rows: set.left,
      nouns: (set.left === 1 ? resource.one : resource.many).toLowerCase(),
      created: set.act === IMPORTED,
      trash: resource.softDelete,
      until,
      job: running,
      may:
        !running &&
        set.left > 0 &&
        ENDED.includes(job.state) &&
        until > ctx.clock.now() &&
        permission !== null &&
        may(ctx.actor.role, permission),
    };
  },
});

/** Takes back what a job wrote, as a job of its own. Of two who ask at once, one does it. */
export const startUndo = mutation({
  name: "resources.undo",
  permission: "jobs.read",
  stepUp: true,
  input: z.object({
    jobId: z.uuid(),
    reason: reasonField,
  }),
  async run({ ctx, input }) {
    await firstRow(
      ctx.tx,
      sql`select job_id from console.change_set where job_id = ${input.jobId}::uuid for update`,
      z.object({ job_id: z.string() }),
    );
    const set = await findSet(ctx, input.jobId);
    const job = await ctx.tx.prisma.job.findUnique({ where: { id: input.jobId } });
    if (!job || !(await readerOf(ctx))(job)) throw new NotFound("Job not found");
    if (!set || untilOf(set.created_at) <= ctx.clock.now())
      throw new Conflict(`What this job wrote is no longer kept. It can be undone for ${UNDO_DAYS} days`);
    const resource = resourceNamed(set.resource);
    const permission = undoPermission(resource, set.act);
    if (!permission || !may(ctx.actor.role, permission)) throw new Forbidden(`Your role may not undo this for ${resource.many}`);
    if (!ENDED.includes(job.state)) throw new Conflict("This job has not ended. Cancel it, then undo it");
    if (await undoneBy(ctx, set.undo_job_id)) throw new Conflict("This job is already being undone, or was undone");
    if (set.left === 0) throw new Conflict("There is nothing left to undo");
    const jobId = await enqueue(ctx, {
      kind: "resource.undo",
      title: `Undo: ${job.title}`,
      input: { jobId: input.jobId, reason: input.reason },
      collegeId: job.collegeId,
      permission,
    });
    await ctx.tx.prisma.changeSet.update({ where: { jobId: input.jobId }, data: { undoJobId: jobId } });
    await record(ctx, {
      action: set.act === IMPORTED ? "import.undo" : "bulk.undo",
      resource: resource.name,
      collegeId: job.collegeId,
      reason: input.reason,
      details: { undone: input.jobId, title: job.title, rows: set.left, job: jobId },
    });
    return { jobId };
  },
});
