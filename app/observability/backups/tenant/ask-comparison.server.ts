import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { exactTime } from "~/platform/format.ts";
import { newId } from "~/platform/ids.ts";
import { reasonField } from "~/platform/reason-field.ts";

const askInput = z.object({
  collegeId: z.uuid("Choose a tenant"),
  moment: z.iso.datetime({ offset: true, error: "Enter a date and a time" }).transform((text) => new Date(text)),
  reason: reasonField,
  /** False: whoever asks compares by themselves, as the command line does. */
  queue: z.boolean().default(true),
});

/** Asks the collector to compare one tenant as it was at a moment with today. Nothing of the tenant is changed. */
export const askComparison = mutation({
  name: "restore.compare",
  permission: "tenants.manage",
  stepUp: true,
  input: askInput,
  async run({ ctx, input }) {
    const college = await ctx.tx.prisma.college.findUnique({ where: { id: input.collegeId } });
    if (!college) throw new NotFound("Tenant not found");
    if (input.moment > ctx.clock.now())
      throw new Invalid("The moment is in the future", { moment: ["Choose an earlier moment"] });
    const reach = await firstRow(
      ctx.tx,
      sql`select min(finished_at) as first from console.backup where state = 'DONE'`,
      z.object({ first: z.date().nullable() }),
    );
    if (!reach?.first) throw new Invalid("There is no backup yet, so no earlier moment can be read. Take a backup.");
    if (input.moment < reach.first) {
      const message = `The oldest backup reaches back to ${exactTime(reach.first)}. Choose a later moment.`;
      throw new Invalid(message, { moment: [message] });
    }
    const waiting = await firstRow(
      ctx.tx,
      sql`select id::text as id from console.restore_comparison where state in ('QUEUED', 'RUNNING') limit 1`,
      z.object({ id: z.string() }),
    );
    if (waiting) throw new Conflict("A comparison is already running. Wait until it has ended.");
    const id = newId(ctx.clock.now().getTime());
    const job = {
      kind: "restore.compare",
      title: `Compare ${college.name} with ${exactTime(input.moment)}`,
      input: { comparisonId: id },
      collegeId: college.id,
      permission: "tenants.manage" as const,
    };
    const jobId = input.queue ? await enqueue(ctx, job) : null;
    await execute(
      ctx.tx,
      sql`insert into console.restore_comparison (id, college_id, moment, reason, by_staff, by_whom, job_id, created_at)
          values (
            ${id}, ${college.id}, ${input.moment}, ${input.reason}, ${ctx.actor.id}, ${ctx.actor.name}, ${jobId},
            ${ctx.clock.now()}
          )`,
    );
    await record(ctx, {
      action: "restore.compare",
      resource: "college",
      resourceId: college.id,
      collegeId: college.id,
      reason: input.reason,
      details: { comparison: id, moment: input.moment.toISOString(), job: jobId },
    });
    return { id, jobId };
  },
});
