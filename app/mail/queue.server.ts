import { z } from "zod";
import { clients } from "~/db/clients.server.ts";
import { execute, rows, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { handOver, Unsure } from "./transport.server.ts";

export type Purpose = "alert" | "invitation" | "notification" | "password";
export type Mail = {
  id: string;
  purpose: Purpose;
  to: string;
  subject: string;
  text: string;
  collegeId?: string | null;
  /** Where its person ends what it comes of. */ unsubscribe?: string;
};

const GIVE_UP_AFTER = 12;
/** Longer than any hand-over may take: whoever claimed it then is gone. */
const ABANDONED = "2 minutes";

/** In the caller's transaction: the message exists exactly when what it tells of happened. The same id is one message. */
export async function queueMail(on: Queryable, mail: Mail): Promise<void> {
  await execute(
    on,
    sql`insert into console.mail (id, purpose, college_id, to_address, subject, body, unsubscribe_url)
        values (
          ${mail.id}::uuid, ${mail.purpose}, ${mail.collegeId ?? null}::uuid, ${mail.to}, ${mail.subject},
          ${mail.text}, ${mail.unsubscribe ?? null}
        )
        on conflict (id) do nothing`,
  );
}

const claimed = z.object({
  id: z.string(),
  to_address: z.string(),
  subject: z.string(),
  body: z.string(),
  unsubscribe_url: z.string().nullable(),
  attempts: z.number(),
});

async function settle(id: string, state: "SENT" | "PENDING" | "FAILED" | "UNSURE", error: string | null): Promise<void> {
  await execute(
    clients().primary,
    sql`update console.mail
        set state = ${state}, error = ${error?.slice(0, 500) ?? null},
            body = case when ${state} = 'PENDING' then body end, sent_at = case when ${state} = 'SENT' then now() end,
            updated_at = now()
        where id = ${id}::uuid and state = 'SENDING'`,
  );
}

async function sendClaimed(mail: z.infer<typeof claimed>): Promise<void> {
  try {
    const { id, to_address: to, subject, body: text, unsubscribe_url } = mail;
    await handOver({ id, to, subject, text, unsubscribe: unsubscribe_url ?? undefined });
  } catch (error) {
    log.warn({ mail: mail.id, attempts: mail.attempts, reason: messageOf(error) }, "a message could not be handed over");
    const refusedForGood = ((error as { responseCode?: number }).responseCode ?? 0) >= 500;
    const state = error instanceof Unsure ? "UNSURE" : refusedForGood || mail.attempts >= GIVE_UP_AFTER ? "FAILED" : "PENDING";
    await settle(mail.id, state, messageOf(error));
    return;
  }
  await settle(mail.id, "SENT", null);
}

/** What was being handed over by a process that is gone: it may have arrived. */
export async function giveUpAbandoned(): Promise<void> {
  await execute(
    clients().primary,
    sql`update console.mail
        set state = 'UNSURE', body = null, error = 'the process ended while it was handed over', updated_at = now()
        where state = 'SENDING' and claimed_at < now() - ${ABANDONED}::interval`,
  );
}

/** Moments are kept in whole milliseconds, rounded: what is due now may stand half of one ahead. */
const ROUNDED = "1 millisecond";

/**
 * At most once: a message is claimed, and the claim committed, before a byte of it leaves. Whoever dies in between
 * leaves a claim that nobody takes up again: the message may have arrived, and that is what it then says.
 */
export async function deliverMail(only?: string): Promise<number> {
  const due = await rows(
    clients().primary,
    sql`update console.mail
        set state = 'SENDING', claimed_at = now(), attempts = attempts + 1,
            next_attempt_at = now() + least(3600, 5 * 2 ^ attempts) * interval '1 second', updated_at = now()
        where id in (
          select id
          from console.mail
          where state = 'PENDING'
            and next_attempt_at < now() + ${ROUNDED}::interval
            and (${only ?? null}::uuid is null or id = ${only ?? null}::uuid)
          order by next_attempt_at
          limit 20
          for update skip locked
        )
        returning id, to_address, subject, body, unsubscribe_url, attempts`,
    claimed,
  );
  await Promise.all(due.map(sendClaimed));
  return due.length;
}
