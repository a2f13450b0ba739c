import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { raw, sql } from "~/db/sql.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { zoneOf } from "../../tenants/zone-of.ts";
import { dayIn, startOfDay, validZone } from "~/platform/zone.ts";

const found = z.object({
  id: z.string(),
  college_id: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  recurrence_pattern: z.string().nullable(),
  is_recurring: z.boolean(),
  scheduled_at: z.date(),
  end_date_time: z.date().nullable(),
  repeats_until: z.string().nullable(),
  time_zone: z.string(),
});

/** A series, held, and the moment at which the chosen day begins where its college is. */
export async function holdSeries(ctx: TxCtx, id: string, from: string) {
  const series = await firstRow(
    ctx.tx,
    sql`select s.id, s.college_id, s.title, s.description, s.recurrence_pattern, s.is_recurring, s.scheduled_at,
               s.end_date_time, s.repeats_until::text as repeats_until, ${zoneOf(raw("s.college_id"))} as time_zone
        from public.event s
        where s.id = ${id}::uuid
        for update of s`,
    found,
  );
  if (!series) throw new NotFound("Event not found");
  if (!series.is_recurring) throw new Conflict("This event does not repeat. Change or cancel it alone.");
  const zone = validZone(series.time_zone);
  if (from < dayIn(ctx.clock.now(), zone)) {
    const says = "Choose today or a later day: what took place stays as it was";
    throw new Invalid(says, { from: [says] });
  }
  return { ...series, zone, cut: new Date(startOfDay(from, zone)) };
}

/** What has not been sent of an event that does not take place: nobody is reminded of it. */
export const forgetReminders = (ctx: TxCtx, collegeId: string, events: readonly string[]) =>
  execute(
    ctx.tx,
    sql`delete from public.event_reminder
        where college_id = ${collegeId}::uuid and event_id = any (${[...events]}::uuid[]) and sent_at is null`,
  );
