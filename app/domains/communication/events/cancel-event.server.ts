import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, NotFound } from "~/platform/errors.ts";
import { reasonField } from "~/platform/reason-field.ts";
import { dayBefore } from "./days.ts";
import { forgetReminders, holdSeries } from "./series.server.ts";

/** One event, or one occurrence of a series: the others take place. */
export const cancelEvent = mutation({
  name: "event.cancel",
  permission: "platform.manage",
  input: z.object({ id: z.uuid(), reason: reasonField }),
  async run({ ctx, input }) {
    const event = await firstRow(
      ctx.tx,
      sql`select college_id, is_active, is_recurring, id = exam_id as of_exam
          from public.event
          where id = ${input.id}::uuid
          for update`,
      z.object({
        college_id: z.string(),
        is_active: z.boolean(),
        is_recurring: z.boolean(),
        of_exam: z.boolean().nullable(),
      }),
    );
    if (!event) throw new NotFound("Event not found");
    if (event.is_recurring) throw new Conflict("This is a series. Choose the day from which it ends.");
    if (event.of_exam) throw new Conflict("This event belongs to an exam. Move or cancel the exam.");
    if (!event.is_active) throw new Conflict("This event is cancelled already");
    await execute(
      ctx.tx,
      sql`update public.event set is_active = false, updated_at = ${ctx.clock.now()} where id = ${input.id}::uuid`,
    );
    await forgetReminders(ctx, event.college_id, [input.id]);
    await record(ctx, {
      action: "event.cancel",
      resource: "event",
      resourceId: input.id,
      collegeId: event.college_id,
      reason: input.reason,
      before: { isActive: true },
      after: { isActive: false },
    });
  },
});

/** A whole series from a day on, with what was changed alone in it. What took place before stays. */
export const endSeries = mutation({
  name: "event.end_series",
  permission: "platform.manage",
  input: z.object({ id: z.uuid(), from: z.iso.date("Choose a day"), reason: reasonField }),
  async run({ ctx, input }) {
    const series = await holdSeries(ctx, input.id, input.from);
    const now = ctx.clock.now();
    const whole = series.cut <= series.scheduled_at;
    await execute(
      ctx.tx,
      sql`update public.event
          set repeats_until = ${dayBefore(input.from)}::date, is_active = is_active and not ${whole},
              updated_at = ${now}, expanded_from = ${now}
          where id = ${series.id}::uuid and college_id = ${series.college_id}::uuid`,
    );
    const cancelled = await rows(
      ctx.tx,
      sql`update public.event
          set is_active = false, updated_at = ${now}
          where college_id = ${series.college_id}::uuid
            and series_id = ${series.id}::uuid
            and scheduled_at >= ${series.cut > now ? series.cut : now}
            and is_active
          returning id`,
      z.object({ id: z.string() }),
    );
    await forgetReminders(
      ctx,
      series.college_id,
      cancelled.map((row) => row.id),
    );
    await record(ctx, {
      action: "event.end_series",
      resource: "event",
      resourceId: series.id,
      collegeId: series.college_id,
      reason: input.reason,
      before: { repeatsUntil: series.repeats_until },
      after: { repeatsUntil: dayBefore(input.from) },
      details: { cancelled: cancelled.length },
    });
    return { cancelled: cancelled.length };
  },
});
