import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { raw, sql } from "~/db/sql.ts";
import { queueMail } from "~/mail/queue.server.ts";
import { quietColleges } from "../tenants/quiet-colleges.server.ts";
import { zoneOf } from "../tenants/zone-of.ts";
import { newId } from "~/platform/ids.ts";

import { PROVIDERS } from "./channels/all.server.ts";
import { giveUpAbandonedMessages, sendDue } from "./channels/send-due.server.ts";
import { holdForQuiet, notQuiet, type Quiet } from "./quiet.server.ts";
import { unsubscribeUrl } from "./unsubscribe/token.server.ts";

const BATCH = 200;

/**
 * A reminder becomes a notification for its person, or for everyone in the event's class; once, whoever runs it. Those of a
 * series are what its occurrences' own are copied from.
 */
async function remind(ctx: TxCtx): Promise<number> {
  const now = ctx.clock.now();
  return execute(
    ctx.tx,
    sql`with due as (
          select r.id, r.college_id, r.event_id, r.user_id
          from public.event_reminder r
            join public.event s on s.id = r.event_id and s.college_id = r.college_id and not s.is_recurring
          where r.sent_at is null and r.remind_at <= ${now}
          order by r.remind_at
          limit ${BATCH}
          for update of r skip locked
        ),
        told as (
          insert into public.notification (
            id, college_id, user_id, event_id, title, message, type, channel, status, dedupe_key
          )
          select public.invigil_uuid7(), u.college_id, u.id, e.id, e.title,
                 coalesce(nullif(e.description, ''), e.title) || E'\\n\\n'
                   || to_char(e.scheduled_at at time zone z.zone, 'FMDay, DD FMMonth YYYY, HH24:MI')
                   || ' (' || z.zone || ')',
                 'REMINDER', coalesce(s.channel, 'IN_APP'), 'PENDING',
                 'reminder:' || due.id || ':' || u.id || ':' || coalesce(s.channel, 'IN_APP')
          from due
            join public.event e on e.id = due.event_id and e.college_id = due.college_id and e.is_active
            cross join lateral (select ${zoneOf(raw("e.college_id"))} as zone) z
            join public."user" u on u.college_id = due.college_id
              and u.deleted_at is null
              and u.is_active
              and (
                u.id = due.user_id
                  or (
                    due.user_id is null
                      and e.class_id is not null
                      and u.id in (
                        select x.user_id
                        from public.enrollment x
                        where x.college_id = e.college_id and x.class_id = e.class_id and x.status = 'ACTIVE'
                      )
                  )
              )
            left join public.event_subscription s on s.college_id = u.college_id
              and s.user_id = u.id
              and s.type = e.type
          on conflict (college_id, dedupe_key) do nothing
        )
        update public.event_reminder r
        set sent_at = ${now}, updated_at = ${now}
        from due
        where r.id = due.id and r.college_id = due.college_id`,
  );
}

const dueMail = z.object({
  id: z.string(),
  college_id: z.string(),
  user_id: z.string(),
  title: z.string(),
  message: z.string(),
  email: z.string().nullable(),
  /** What the person subscribed to. */
  about: z.enum(["EXAM", "ASSIGNMENT", "ANNOUNCEMENT", "OTHER"]),
});

/** An e-mail is in the queue and in the log in the same transaction that marks its notification: never twice, never half. */
async function queueEmails(ctx: TxCtx, quiet: Quiet): Promise<number> {
  const now = ctx.clock.now();
  const due = await rows(
    ctx.tx,
    sql`with due as (
          select n.id, n.college_id, n.user_id
          from public.notification n
          where n.status = 'PENDING'
            and n.channel = 'EMAIL'
            and (n.next_attempt_at is null or n.next_attempt_at <= ${now})
            and ${notQuiet(quiet)}
          order by n.next_attempt_at nulls first
          limit ${BATCH}
          for update of n skip locked
        )
        update public.notification n
        set status = 'SENDING', attempts = n.attempts + 1, updated_at = ${now}
        from due
          left join public."user" u on u.id = due.user_id and u.college_id = due.college_id and u.deleted_at is null
        where n.id = due.id and n.college_id = due.college_id
        returning n.id, n.college_id, n.user_id, n.title, n.message, nullif(u.email, '') as email,
                  coalesce(
                    (select e.type from public.event e where e.id = n.event_id and e.college_id = n.college_id),
                    'ANNOUNCEMENT'
                  ) as about`,
    dueMail,
  );
  for (const mail of due) {
    if (!mail.email) {
      await fail(ctx, mail.id, "this person no longer has an e-mail address");
      continue;
    }
    const id = newId(now.getTime());
    const unsubscribe = unsubscribeUrl({ collegeId: mail.college_id, userId: mail.user_id, type: mail.about });
    await execute(
      ctx.tx,
      sql`insert into public.email_log (
            id, college_id, user_id, notification_id, to_address, subject, status, message_id
          )
          values (
            ${id}::uuid, ${mail.college_id}::uuid, ${mail.user_id}::uuid, ${mail.id}::uuid, ${mail.email},
            ${mail.title}, 'QUEUED', ${`<${id}@invigil>`}
          )`,
    );
    await queueMail(ctx.tx, {
      id,
      purpose: "notification",
      collegeId: mail.college_id,
      to: mail.email,
      subject: mail.title,
      text: `${mail.message}\n\n--\nNo more e-mails of this kind: ${unsubscribe}\n`,
      unsubscribe,
    });
  }
  return due.length;
}

const fail = (ctx: TxCtx, id: string, why: string) =>
  execute(
    ctx.tx,
    sql`update public.notification
        set status = 'FAILED', last_error = ${why}, updated_at = ${ctx.clock.now()}
        where id = ${id}::uuid`,
  );

/** What became of the messages in the queue, written where people look for it. */
async function settle(ctx: TxCtx): Promise<number> {
  const now = ctx.clock.now();
  return execute(
    ctx.tx,
    sql`with done as (
          select l.id, l.college_id, l.notification_id, m.state, m.error, m.sent_at
          from public.email_log l
            join console.mail m on m.id = l.id and m.state in ('SENT', 'FAILED', 'UNSURE')
          where l.status = 'QUEUED'
          limit ${BATCH}
          for update of l skip locked
        ),
        told as (
          update public.notification n
          set status = case when done.state = 'SENT' then 'SENT' else 'FAILED' end, sent_at = done.sent_at,
              last_error = case when done.state = 'UNSURE' then 'it may have arrived: ' else '' end || done.error,
              updated_at = ${now}
          from done
          where n.id = done.notification_id and n.college_id = done.college_id and n.status = 'SENDING'
        )
        update public.email_log l
        set status = case when done.state = 'SENT' then 'SENT' else 'FAILED' end, sent_at = done.sent_at,
            error = done.error, updated_at = ${now}
        from done
        where l.id = done.id and l.college_id = done.college_id`,
  );
}

/** In the platform's own inbox it has arrived when it is there. */
async function placeInInbox(ctx: TxCtx): Promise<number> {
  const now = ctx.clock.now();
  return execute(
    ctx.tx,
    sql`with due as (
          select id, college_id
          from public.notification
          where status = 'PENDING' and channel = 'IN_APP' and (next_attempt_at is null or next_attempt_at <= ${now})
          limit 1000
          for update skip locked
        )
        update public.notification n
        set attempts = n.attempts + 1, updated_at = ${now}, status = 'DELIVERED', sent_at = ${now},
            delivered_at = ${now}
        from due
        where n.id = due.id and n.college_id = due.college_id`,
  );
}

/** Most rounds have nothing to do: that takes one small question, not four transactions that write nothing. */
async function anythingDue(ctx: TxCtx): Promise<boolean> {
  const now = ctx.clock.now();
  const row = await firstRow(
    ctx.tx,
    sql`select exists (select from public.event_reminder r
                       join public.event s on s.id = r.event_id and s.college_id = r.college_id and not s.is_recurring
                       where r.sent_at is null and r.remind_at <= ${now})
            or exists (select from public.notification
                       where status = 'PENDING' and (next_attempt_at is null or next_attempt_at <= ${now}))
            or exists (select from public.email_log l
                       join console.mail m on m.id = l.id and m.state in ('SENT', 'FAILED', 'UNSURE')
                       where l.status = 'QUEUED')
            or exists (select from public.notification
                       where status = 'SENDING'
                         and channel <> 'EMAIL'
                         and updated_at < ${now}::timestamptz - interval '2 minutes') as due`,
    z.object({ due: z.boolean() }),
  );
  return row!.due;
}

/** On a clock: reminders that are due, and the way of every notification to its person. */
export async function deliverNotifications(ctx = systemCtx("notifications"), providers = PROVIDERS): Promise<void> {
  if (!(await withScope(ctx, anythingDue))) return;
  while ((await withScope(ctx, remind)) >= BATCH);
  const quiet = await withScope(ctx, async (inner) => {
    const now = await quietColleges(inner);
    await holdForQuiet(inner, now);
    await giveUpAbandonedMessages(inner);
    return now;
  });
  for (const step of [placeInInbox, (inner: TxCtx) => queueEmails(inner, quiet), settle])
    while ((await withScope(ctx, step)) >= BATCH);
  while ((await sendDue(ctx, providers, quiet)) > 0);
}
