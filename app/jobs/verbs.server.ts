import { z } from "zod";
import { reach } from "~/access/policy.ts";
import { mutation, read, record } from "~/access/verb.server.ts";
import { readerOf } from "./reach.server.ts";
import { Conflict, Forbidden, NotFound } from "~/platform/errors.ts";

const shown = {
  id: true,
  kind: true,
  title: true,
  state: true,
  done: true,
  total: true,
  error: true,
  result: true,
  createdAt: true,
  startedAt: true,
  finishedAt: true,
  staffId: true,
  cancelRequested: true,
} as const;

/** What decides who may read it; it goes no further. */
const rights = { permission: true, collegeId: true, input: true } as const;

type Rights = { permission: string | null; collegeId: string | null; input: unknown };

/** A job of one's own that one may not read any more still says that it ended, and nothing of what it found. */
function asRead<J extends Rights & { staffId: string | null; result: unknown; error: string | null }>(
  mayRead: (job: J) => boolean,
  job: J,
) {
  const { permission: _permission, collegeId: _college, input: _input, ...seen } = job;
  return mayRead(job) ? { ...seen, withheld: false } : { ...seen, result: null, error: null, withheld: true };
}

export const listJobs = read({
  name: "jobs.list",
  permission: "jobs.read",
  on: "primary",
  input: z.object({}),
  async run({ ctx }) {
    const mayRead = await readerOf(ctx);
    const jobs = await ctx.tx.prisma.job.findMany({
      where: reach(ctx.actor.role, "jobs.read") === "all" ? {} : { staffId: ctx.actor.id ?? "" },
      select: { ...shown, ...rights },
      orderBy: { id: "desc" },
      take: 100,
    });
    return jobs.map((job) => asRead(mayRead, job));
  },
});

export const getJob = read({
  name: "jobs.get",
  permission: "jobs.read",
  on: "primary",
  input: z.object({ id: z.string() }),
  async run({ ctx, input }) {
    const job = await ctx.tx.prisma.job.findUnique({
      where: { id: input.id },
      select: { ...shown, ...rights, files: { select: { id: true, name: true } } },
    });
    if (!job) throw new NotFound("Job not found");
    if (job.staffId !== ctx.actor.id && reach(ctx.actor.role, "jobs.read") !== "all")
      throw new Forbidden("This job belongs to someone else");
    const seen = asRead(await readerOf(ctx), job);
    return { ...seen, files: seen.withheld ? [] : job.files };
  },
});

export const cancelJob = mutation({
  name: "jobs.cancel",
  permission: "jobs.read",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const job = await ctx.tx.prisma.job.findUnique({ where: { id: input.id } });
    if (!job) throw new NotFound("Job not found");
    if (job.staffId !== ctx.actor.id && reach(ctx.actor.role, "jobs.read") !== "all")
      throw new Forbidden("This job belongs to someone else");
    const asked = await ctx.tx.prisma.job.updateMany({
      where: { id: input.id, state: { in: ["QUEUED", "RUNNING"] } },
      data: { cancelRequested: true },
    });
    if (asked.count === 0) throw new Conflict("This job has already ended");
    await record(ctx, { action: "job.cancel", resource: "job", resourceId: input.id, details: { title: job.title } });
  },
});
