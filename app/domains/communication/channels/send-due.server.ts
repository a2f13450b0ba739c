import { z } from "zod";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { notQuiet, type Quiet } from "../quiet.server.ts";
import { keepInOutbox } from "./outbox.server.ts";
import { MayHaveArrived, Refused, type Outgoing, type Provider } from "./provider.ts";

const BATCH = 20;
const GIVE_UP_AFTER = 8;
/** Longer than any provider is waited for: whoever claimed it then is gone. */
const ABANDONED = "2 minutes";

const claimed = z.object({
  id: z.string(),
  college_id: z.string(),
  user_id: z.string(),
  channel: z.string(),
  type: z.string(),
  title: z.string(),
  message: z.string(),
  attempts: z.number(),
  next_attempt_at: z.date(),
  address: z.string().nullable(),
});
type Claimed = z.infer<typeof claimed>;

/** Claimed, and the claim committed, before a byte leaves. The next try is further away each time. */
const claim = (ctx: TxCtx, channels: string[], quiet: Quiet) => {
  const now = ctx.clock.now();
  return rows(
    ctx.tx,
    sql`with due as (
          select n.id, n.college_id
          from public.notification n
          where n.status = 'PENDING'
            and n.channel = any (${channels})
            and (n.next_attempt_at is null or n.next_attempt_at <= ${now})
            and ${notQuiet(quiet)}
          order by n.next_attempt_at nulls first
          limit ${BATCH}
          for update skip locked
        )
        update public.notification n
        set status = 'SENDING', attempts = n.attempts + 1, updated_at = ${now},
            next_attempt_at = ${now}::timestamptz + least(3600, 15 * 2 ^ n.attempts) * interval '1 second'
        from due
          left join lateral (
            select case when x.channel = 'SMS' then nullif(u.phone, '')
                   else (
                     select s.address
                     from public.event_subscription s
                     where s.college_id = x.college_id and s.user_id = x.user_id and s.channel = x.channel
                       and s.address is not null
                     order by s.type = coalesce(e.type, 'ANNOUNCEMENT') desc
                     limit 1
                   ) end as address
            from public.notification x
              join public."user" u on u.id = x.user_id and u.college_id = x.college_id and u.deleted_at is null
              left join public.event e on e.id = x.event_id and e.college_id = x.college_id
            where x.id = due.id and x.college_id = due.college_id
          ) a on true
        where n.id = due.id and n.college_id = due.college_id
        returning n.id, n.college_id, n.user_id, n.channel, n.type, n.title, n.message, n.attempts, n.next_attempt_at,
                  a.address`,
    claimed,
  );
};

type Outcome = { status: "SENT" | "PENDING" | "FAILED" | "OUTBOX"; error: string | null; ref: string | null; gone?: boolean };

async function outcomeOf(provider: Provider, row: Claimed): Promise<Outcome> {
  if (!row.address)
    return { status: "FAILED", error: `this person has no address for it: it takes ${provider.needs}`, ref: null };
  const message: Outgoing = { ...row, collegeId: row.college_id, to: row.address };
  const { id, collegeId, type, title, message: text, to } = message;
  try {
    if (provider.missing().length > 0) {
      const kept = keepInOutbox(provider, { id, collegeId, type, title, message: text, to });
      return { status: "OUTBOX", error: kept, ref: null };
    }
    return { status: "SENT", error: null, ref: await provider.send({ id, collegeId, type, title, message: text, to }) };
  } catch (error) {
    log.warn(
      { notification: row.id, channel: row.channel, attempts: row.attempts, reason: messageOf(error) },
      "a message was not sent",
    );
    if (error instanceof MayHaveArrived && provider.channel === "SMS")
      return { status: "FAILED", error: `it may have arrived: ${error.message}`, ref: null };
    const ended = error instanceof Refused || row.attempts >= GIVE_UP_AFTER;
    const gone = error instanceof Refused && error.gone;
    return { status: ended ? "FAILED" : "PENDING", error: messageOf(error).slice(0, 500), ref: null, gone };
  }
}

async function settle(ctx: TxCtx, row: Claimed, outcome: Outcome): Promise<void> {
  const now = ctx.clock.now();
  await execute(
    ctx.tx,
    sql`update public.notification
        set status = ${outcome.status}, last_error = ${outcome.error}, provider_ref = ${outcome.ref},
            updated_at = ${now}, sent_at = case when ${outcome.status} = 'SENT' then ${now}::timestamptz end
        where id = ${row.id}::uuid and college_id = ${row.college_id}::uuid and status = 'SENDING'`,
  );
  if (outcome.gone)
    await execute(
      ctx.tx,
      sql`delete from public.event_subscription
          where college_id = ${row.college_id}::uuid and user_id = ${row.user_id}::uuid and channel = ${row.channel}
            and address = ${row.address}`,
    );
}

/** One round of the channels that lead over a service. Nothing is held open while a service thinks. */
export async function sendDue(ctx: Ctx, providers: readonly Provider[], quiet: Quiet): Promise<number> {
  const byChannel = new Map<string, Provider>(providers.map((provider) => [provider.channel, provider]));
  const due = await withScope(ctx, (inner) => claim(inner, [...byChannel.keys()], quiet));
  if (due.length === 0) return 0;
  const outcomes = await Promise.all(due.map((row) => outcomeOf(byChannel.get(row.channel)!, row)));
  await withScope(ctx, async (inner) => {
    for (const [index, row] of due.entries()) await settle(inner, row, outcomes[index]!);
  });
  return due.length;
}

/** What was being sent by a process that is gone. */
export const giveUpAbandonedMessages = (ctx: TxCtx): Promise<number> =>
  execute(
    ctx.tx,
    sql`update public.notification
        set status = 'FAILED', updated_at = ${ctx.clock.now()},
            last_error = 'it may have arrived: the process ended while it was sent'
        where status = 'SENDING'
          and channel in ('SMS', 'PUSH', 'WEBHOOK')
          and updated_at < ${ctx.clock.now()}::timestamptz - ${ABANDONED}::interval`,
  );
