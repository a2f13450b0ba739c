import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { raw, sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { zoneOf } from "../../tenants/zone-of.ts";
import { dayIn, validZone } from "~/platform/zone.ts";

const MOST = 60;

const event = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  type: z.string(),
  priority: z.string(),
  scheduled_at: z.date(),
  end_date_time: z.date().nullable(),
  is_recurring: z.boolean(),
  recurrence_pattern: z.string().nullable(),
  repeats_until: z.string().nullable(),
  is_active: z.boolean(),
  series_id: z.string().nullable(),
  series_title: z.string().nullable(),
  occurs_at: z.date().nullable(),
  exam_id: z.string().nullable(),
  class_id: z.string().nullable(),
  time_zone: z.string(),
});

const occurrencesOf = (ctx: TxCtx, id: string) =>
  rows(
    ctx.tx,
    sql`select id, title, scheduled_at, end_date_time, is_active, scheduled_at <> occurs_at as moved
        from public.event
        where series_id = ${id}::uuid and scheduled_at >= ${ctx.clock.now()}
        order by scheduled_at
        limit ${MOST}`,
    z.object({
      id: z.string(),
      title: z.string(),
      scheduled_at: z.date(),
      end_date_time: z.date().nullable(),
      is_active: z.boolean(),
      moved: z.boolean(),
    }),
  );

const remindersOf = (ctx: TxCtx, id: string) =>
  rows(
    ctx.tx,
    sql`select r.id, r.remind_at, r.sent_at, u.name as person
        from public.event_reminder r
          left join public."user" u on u.id = r.user_id and u.college_id = r.college_id
        where r.event_id = ${id}::uuid
        order by r.remind_at
        limit ${MOST}`,
    z.object({ id: z.string(), remind_at: z.date(), sent_at: z.date().nullable(), person: z.string().nullable() }),
  );

/** An event with its reminders; of a series also what takes place in the weeks ahead. */
export const eventFacts = read({
  name: "event.facts",
  permission: "platform.read",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const found = await firstRow(
      ctx.tx,
      sql`select e.id, e.title, e.description, e.type, e.priority, e.scheduled_at, e.end_date_time, e.is_recurring,
                 e.recurrence_pattern, e.repeats_until::text as repeats_until, e.is_active, e.series_id,
                 s.title as series_title, e.occurs_at, e.exam_id, e.class_id,
                 ${zoneOf(raw("e.college_id"))} as time_zone
          from public.event e
            left join public.event s on s.id = e.series_id and s.college_id = e.college_id
          where e.id = ${input.id}::uuid`,
      event,
    );
    if (!found) throw new NotFound("Event not found");
    return {
      event: found,
      today: dayIn(ctx.clock.now(), validZone(found.time_zone)),
      occurrences: found.is_recurring ? await occurrencesOf(ctx, found.id) : [],
      reminders: await remindersOf(ctx, found.id),
    };
  },
});
