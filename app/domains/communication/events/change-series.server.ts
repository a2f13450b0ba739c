import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { dayBefore } from "./days.ts";
import { expandNow } from "./expand.server.ts";
import { firstMomentOf, wrongRule } from "./recurrence.ts";
import { holdSeries } from "./series.server.ts";

const input = z.object({
  id: z.uuid(),
  from: z.iso.date("Choose a day"),
  title: z.string().trim().min(1, "Title is required").max(200, "At most 200 characters"),
  rule: z.string().trim().max(200, "At most 200 characters"),
  minutes: z.coerce
    .number("Enter a whole number")
    .int("Enter a whole number")
    .min(0, "At least 0")
    .max(14 * 1440, "At most 14 days"),
});
type Wanted = z.output<typeof input>;

type Held = Awaited<ReturnType<typeof holdSeries>>;

function firstMoment(series: Held, rule: string): Date {
  const wrong = wrongRule(rule);
  if (wrong) throw new Invalid(wrong, { rule: [wrong] });
  return firstMomentOf(rule, series.zone, series.cut);
}

/** What was to take place from the day on makes room: nobody was told of it, or it stays as cancelled. */
async function clearFrom(ctx: TxCtx, series: Held): Promise<void> {
  const now = ctx.clock.now();
  const from = series.cut > now ? series.cut : now;
  await execute(
    ctx.tx,
    sql`delete from public.event o
        where o.college_id = ${series.college_id}::uuid
          and o.series_id = ${series.id}::uuid
          and o.scheduled_at >= ${from}
          and not exists (select 1 from public.notification n where n.college_id = o.college_id and n.event_id = o.id)`,
  );
  await execute(
    ctx.tx,
    sql`update public.event
        set is_active = false, updated_at = ${now}
        where college_id = ${series.college_id}::uuid and series_id = ${series.id}::uuid and scheduled_at >= ${from}`,
  );
}

/** The rest of a series becomes one of its own: with the same class and reminders, and from its day on as it is said now. */
async function splitAt(ctx: TxCtx, series: Held, wanted: Wanted, first: Date, end: Date | null): Promise<string> {
  const now = ctx.clock.now();
  const id = newId(now.getTime());
  await execute(
    ctx.tx,
    sql`insert into public.event (
          id, college_id, title, description, type, priority, class_id, subject_id, is_active, is_recurring,
          recurrence_pattern, repeats_until, scheduled_at, end_date_time, created_at, updated_at
        )
        select ${id}::uuid, college_id, ${wanted.title}, description, type, priority, class_id, subject_id,
               is_active, true, ${wanted.rule}, repeats_until, ${first}, ${end}, ${now}, ${now}
        from public.event
        where id = ${series.id}::uuid and college_id = ${series.college_id}::uuid`,
  );
  await execute(
    ctx.tx,
    sql`insert into public.event_reminder (id, college_id, event_id, user_id, remind_at)
        select public.invigil_uuid7(), college_id, ${id}::uuid, user_id,
               ${first}::timestamptz - (${series.scheduled_at}::timestamptz - remind_at)
        from public.event_reminder
        where college_id = ${series.college_id}::uuid and event_id = ${series.id}::uuid`,
  );
  await execute(
    ctx.tx,
    sql`update public.event
        set repeats_until = ${dayBefore(wanted.from)}::date, updated_at = ${now}, expanded_from = ${now}
        where id = ${series.id}::uuid and college_id = ${series.college_id}::uuid`,
  );
  return id;
}

/** A whole series from a day on: title, rule and length. Occurrences that were changed alone from then on are replaced too. */
export const changeSeries = mutation({
  name: "event.change_series",
  permission: "platform.manage",
  input,
  async run({ ctx, input: wanted }) {
    const series = await holdSeries(ctx, wanted.id, wanted.from);
    const first = firstMoment(series, wanted.rule);
    const end = wanted.minutes > 0 ? new Date(first.getTime() + wanted.minutes * 60_000) : null;
    await clearFrom(ctx, series);
    let id = series.id;
    if (series.cut <= series.scheduled_at) {
      await execute(
        ctx.tx,
        sql`update public.event_reminder
            set remind_at = ${first}::timestamptz - (${series.scheduled_at}::timestamptz - remind_at)
            where college_id = ${series.college_id}::uuid and event_id = ${series.id}::uuid`,
      );
      await execute(
        ctx.tx,
        sql`update public.event
            set title = ${wanted.title}, recurrence_pattern = ${wanted.rule}, scheduled_at = ${first},
                end_date_time = ${end}, updated_at = ${ctx.clock.now()}
            where id = ${series.id}::uuid and college_id = ${series.college_id}::uuid`,
      );
    } else id = await splitAt(ctx, series, wanted, first, end);
    await expandNow(ctx, id);
    await record(ctx, {
      action: "event.change_series",
      resource: "event",
      resourceId: series.id,
      collegeId: series.college_id,
      before: { title: series.title, rule: series.recurrence_pattern },
      after: { title: wanted.title, rule: wanted.rule, minutes: wanted.minutes, from: wanted.from },
      details: id === series.id ? {} : { continuedAs: id },
    });
    return { id };
  },
});
