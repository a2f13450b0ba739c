import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { raw, sql } from "~/db/sql.ts";
import { log } from "~/platform/log.server.ts";
import { zoneOf } from "../../tenants/zone-of.ts";
import { dayAfter, startOfDay, validZone } from "~/platform/zone.ts";
import { momentsOf, wrongRule } from "./recurrence.ts";

/** So far ahead a series has its occurrences. */
const AHEAD_DAYS = 56;
const DAY_MS = 86_400_000;
const BATCH = 20;

const series = z.object({
  id: z.string(),
  college_id: z.string(),
  recurrence_pattern: z.string(),
  scheduled_at: z.date(),
  repeats_until: z.string().nullable(),
  expanded_until: z.date().nullable(),
  time_zone: z.string(),
});
type Series = z.infer<typeof series>;

const COLUMNS = sql`
  s.id, s.college_id, s.recurrence_pattern, s.scheduled_at, s.repeats_until::text as repeats_until,
  s.expanded_until, ${zoneOf(raw("s.college_id"))} as time_zone`;

/** What a series gives its occurrences, but for the moment. */
const SAME = ["title", "description", "type", "priority", "class_id", "subject_id", "exam_id", "is_active"] as const;
const list = (prefix: string) => raw(SAME.map((column) => `${prefix}${column}`).join(", "));

/** An occurrence that nobody changed since it was made follows its series; one that was moved or cancelled alone does not. */
const UNTOUCHED = raw("o.updated_at = o.created_at");

function momentsAhead(of: Series, now: Date, until: Date): Date[] {
  // What fell into a time when nobody expanded it is made up for, unless the series is new.
  const since = of.expanded_until && of.expanded_until < now ? of.expanded_until : now;
  const from = of.scheduled_at > since ? of.scheduled_at : since;
  const end = of.repeats_until ? startOfDay(dayAfter(of.repeats_until), validZone(of.time_zone)) - 1 : Infinity;
  return momentsOf(of.recurrence_pattern, validZone(of.time_zone), from, new Date(Math.min(until.getTime(), end)));
}

/** Reminders stand at the series, and each occurrence gets them as long before. */
async function copyReminders(ctx: TxCtx, id: string, now: Date): Promise<void> {
  await execute(
    ctx.tx,
    sql`delete from public.event_reminder r
        using public.event o
        where o.series_id = ${id}::uuid and o.occurs_at > ${now} and ${UNTOUCHED}
          and r.event_id = o.id and r.college_id = o.college_id and r.sent_at is null`,
  );
  await execute(
    ctx.tx,
    sql`insert into public.event_reminder (id, college_id, event_id, user_id, remind_at)
        select public.invigil_uuid7(), o.college_id, o.id, r.user_id, o.scheduled_at - (s.scheduled_at - r.remind_at)
        from public.event s
          join public.event_reminder r on r.event_id = s.id and r.college_id = s.college_id
          join public.event o on o.series_id = s.id and o.college_id = s.college_id
            and o.occurs_at > ${now}
            and o.is_active
            and ${UNTOUCHED}
        where s.id = ${id}::uuid
          and o.scheduled_at - (s.scheduled_at - r.remind_at) > ${now}
          and not exists (
            select 1
            from public.event_reminder x
            where x.event_id = o.id
              and x.college_id = o.college_id
              and x.user_id is not distinct from r.user_id
              and x.remind_at = o.scheduled_at - (s.scheduled_at - r.remind_at)
          )`,
  );
}

/** The occurrences of one series from now on, as its rule and its fields say today. The caller holds the series. */
async function expandOne(ctx: TxCtx, of: Series): Promise<void> {
  const now = ctx.clock.now();
  const until = new Date(now.getTime() + AHEAD_DAYS * DAY_MS);
  // Rows from before rules were checked: they stay as they are, and repeat nothing.
  const wrong = wrongRule(of.recurrence_pattern);
  if (wrong) log.warn({ event: of.id, reason: wrong }, "a recurring event has no valid rule");
  const moments = wrong ? [] : momentsAhead(of, now, until);
  await execute(
    ctx.tx,
    sql`delete from public.event o
        where o.series_id = ${of.id}::uuid and o.occurs_at > ${now} and ${UNTOUCHED}
          and not (o.occurs_at = any (${moments}::timestamptz[]))
          and not exists (select 1 from public.notification n where n.college_id = o.college_id and n.event_id = o.id)`,
  );
  // People were told of these: they are cancelled, not forgotten.
  await execute(
    ctx.tx,
    sql`update public.event o
        set is_active = false
        where o.series_id = ${of.id}::uuid and o.occurs_at > ${now} and ${UNTOUCHED}
          and not (o.occurs_at = any (${moments}::timestamptz[]))`,
  );
  await execute(
    ctx.tx,
    sql`insert into public.event as o (
          id, college_id, ${list("")}, series_id, occurs_at, scheduled_at, end_date_time, created_at, updated_at
        )
        select public.invigil_uuid7(), s.college_id, ${list("s.")}, s.id, m.at, m.at,
               m.at + (s.end_date_time - s.scheduled_at), ${now}::timestamptz(3), ${now}::timestamptz(3)
        from public.event s
          cross join unnest(${moments}::timestamptz[]) m (at)
        where s.id = ${of.id}::uuid and s.college_id = ${of.college_id}::uuid
        on conflict (college_id, series_id, occurs_at) do update
        set (${list("")}, scheduled_at, end_date_time)
              = row(${list("excluded.")}, excluded.scheduled_at, excluded.end_date_time)
        where ${UNTOUCHED} and o.occurs_at > ${now}`,
  );
  await copyReminders(ctx, of.id, now);
  await execute(
    ctx.tx,
    sql`update public.event
        set expanded_until = ${until}, expanded_from = updated_at
        where id = ${of.id}::uuid and college_id = ${of.college_id}::uuid`,
  );
}

/** At once, in the transaction that made or changed the series. */
export async function expandNow(ctx: TxCtx, id: string): Promise<void> {
  const [found] = await rows(
    ctx.tx,
    sql`select ${COLUMNS}
        from public.event s
        where s.id = ${id}::uuid and s.is_recurring
        for update of s`,
    series,
  );
  if (found) await expandOne(ctx, found);
}

/** A series that another worker holds is that worker's. A reminder that was added to a series since counts as a change. */
const dueSeries = (ctx: TxCtx) => {
  const now = ctx.clock.now();
  return rows(
    ctx.tx,
    sql`select ${COLUMNS}
        from public.event s
        where s.is_recurring
          and (
            s.expanded_until is null
              or s.expanded_until < ${new Date(now.getTime() + (AHEAD_DAYS - 1) * DAY_MS)}
              or s.expanded_from is distinct from s.updated_at
              or exists (
                select 1
                from public.event_reminder r
                where r.event_id = s.id
                  and r.college_id = s.college_id
                  and r.updated_at > s.expanded_until - ${AHEAD_DAYS} * interval '1 day'
              )
          )
        order by s.expanded_until nulls first
        limit ${BATCH}
        for update of s skip locked`,
    series,
  );
};

/** On a clock: every series has its occurrences for the weeks ahead. */
export async function expandSeries(ctx = systemCtx("events")): Promise<number> {
  let expanded = 0;
  for (;;) {
    const n = await withScope(ctx, async (inner) => {
      const due = await dueSeries(inner);
      for (const of of due) await expandOne(inner, of);
      return due.length;
    });
    expanded += n;
    if (n < BATCH) return expanded;
  }
}
