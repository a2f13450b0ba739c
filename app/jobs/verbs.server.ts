import { z } from "zod";
import { reach } from "~/access/policy.ts";
import { mutation, read, record } from "~/access/verb.server.ts";
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

export const listJobs = read({
  name: "jobs.list",
  permission: "jobs.read",
  on: "primary",
  input: z.object({}),
  run: ({ ctx }) =>
    ctx.tx.prisma.job.findMany({
      where: reach(ctx.actor.role, "jobs.read") === "all" ? {} : { staffId: ctx.actor.id ?? "" },
      select: shown,
      orderBy: { id: "desc" },
      take: 100,
    }),
});

export const getJob = read({
  name: "jobs.get",
  permission: "jobs.read",
  on: "primary",
  input: z.object({ id: z.string() }),
  async run({ ctx, input }) {
    const job = await ctx.tx.prisma.job.findUnique({
      where: { id: input.id },
      select: { ...shown, files: { select: { id: true, name: true } } },
    });
    if (!job) throw new NotFound("There is no such job");
    if (job.staffId !== ctx.actor.id && reach(ctx.actor.role, "jobs.read") !== "all")
      throw new Forbidden("This is somebody else's job");
    return job;
  },
});

export const cancelJob = mutation({
  name: "jobs.cancel",
  permission: "jobs.read",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const job = await ctx.tx.prisma.job.findUnique({ where: { id: input.id } });
    if (!job) throw new NotFound("There is no such job");
    if (job.staffId !== ctx.actor.id && ctx.actor.role !== "SUPER_ADMIN") throw new Forbidden("This is somebody else's job");
    const asked = await ctx.tx.prisma.job.updateMany({
      where: { id: input.id, state: { in: ["QUEUED", "RUNNING"] } },
      data: { cancelRequested: true },
    });
    if (asked.count === 0) throw new Conflict("This job has ended already");
    await record(ctx, { action: "job.cancel", resource: "job", resourceId: input.id, details: { title: job.title } });
  },
});
