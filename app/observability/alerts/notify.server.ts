import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { clients } from "~/db/clients.server.ts";
import { execute, rows, type Queryable } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { deliverMail, queueMail } from "~/mail/queue.server.ts";
import { handOver } from "~/mail/transport.server.ts";
import { env } from "~/platform/env.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { log } from "~/platform/log.server.ts";
import { safePost } from "~/platform/safe-post.server.ts";
import { safeAddress } from "~/platform/safe-url.server.ts";
import { webhookHeaders } from "~/platform/webhook-signature.ts";
import { atLeast, ruleByKey, SEVERITIES, type Severity } from "./rules.ts";

export type Happening = {
  episodeId: string;
  event: "FIRING" | "RESOLVED";
  rule: string;
  title: string;
  severity: Severity;
  target: string;
  says: string;
  link: string;
};

const targetRow = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["WEBHOOK", "EMAIL"]),
  address: z.string(),
  min_severity: z.enum(SEVERITIES),
});
type Target = z.infer<typeof targetRow>;

const silenceRow = z.object({ rule: z.string(), target: z.string().nullable(), until: z.date() });

/** Recipients, and what they are not sent: as read last, for the time when nothing can be read. */
const lastKnown: { targets: Target[]; silences: z.infer<typeof silenceRow>[] } = { targets: [], silences: [] };

const readTargets = async (on: Queryable) =>
  (lastKnown.targets = await rows(
    on,
    sql`select id, name, kind, address, min_severity from console.notification_target where enabled`,
    targetRow,
  ));

const readSilences = async (on: Queryable, at: Date) =>
  (lastKnown.silences = await rows(
    on,
    sql`select rule, target, until from console.alert_silence where until > ${at}`,
    silenceRow,
  ));

const silencedBy = (silences: typeof lastKnown.silences, one: { rule: string; target: string }, at: Date) =>
  silences.some(
    ({ rule, target, until }) => until > at && (rule === "*" || rule === one.rule) && (target === null || target === one.target),
  );

export const isSilenced = async (on: Queryable, one: { rule: string; target: string }, at: Date) =>
  silencedBy(await readSilences(on, at), one, at);

const subjectOf = (one: Happening) => `${one.event === "RESOLVED" ? "Resolved" : one.severity}: ${one.title} (${one.target})`;

/** In the transaction of the episode: what fired is told, or neither happened. */
export async function queueNotifications(on: Queryable, happening: Happening, at: Date): Promise<void> {
  for (const target of await readTargets(on)) {
    if (!atLeast(happening.severity, target.min_severity)) continue;
    await execute(
      on,
      sql`insert into console.notification_delivery (id, target_id, event, subject, body, next_attempt_at)
          values (
            ${newId()}, ${target.id}, ${happening.event}, ${subjectOf(happening)},
            ${JSON.stringify(happening)}::jsonb, ${at}
          )`,
    );
  }
}

const GIVE_UP_AFTER = 12;

/** Told only once the other side says so. Signed where there is a secret to sign with. */
export async function postWebhook(target: string, body: string, id: string, find = safeAddress): Promise<void> {
  const secret = env().WEBHOOK_SECRET;
  const signed = secret ? webhookHeaders(secret, id, new Date(), body) : {};
  const status = await safePost(target, body, { "Idempotency-Key": id, ...signed }, find);
  if (status < 200 || status >= 300) throw new Error(`it answered ${status}`);
}

async function send(target: Pick<Target, "kind" | "address">, subject: string, body: Happening, id: string): Promise<void> {
  if (target.kind === "WEBHOOK") return postWebhook(target.address, JSON.stringify({ id, subject, ...body }), id);
  // The queue knows this id: however often the delivery is tried, one message leaves.
  await queueMail(clients().primary, { id, purpose: "alert", to: target.address, subject, text: textOf(body) });
  await deliverMail(id);
}

const textOf = (body: Happening) => `${body.says}\n\n${env().INVIGIL_URL}${body.link}`;

const dueRow = z.object({
  id: z.string(),
  kind: z.enum(["WEBHOOK", "EMAIL"]),
  address: z.string(),
  subject: z.string(),
  body: z.custom<Happening>(),
  attempts: z.number(),
});

const untoldRow = z.object({
  id: z.string(),
  rule: z.string(),
  target: z.string(),
  severity: z.enum(SEVERITIES),
  says: z.string(),
  number: z.number().nullable(),
});

/** What began while it was silenced and goes on after that: a silence is for a while, not for a whole episode. */
async function tellWhatGoesOn(tx: Queryable, now: Date): Promise<void> {
  const silences = await readSilences(tx, now);
  const untold = await rows(
    tx,
    sql`select e.id, e.rule, e.target, e.severity, e.says, i.number
        from console.alert_episode e
          left join console.incident i on i.id = e.incident_id
        where e.state = 'FIRING' and e.told_at is null
        for update of e skip locked`,
    untoldRow,
  );
  for (const one of untold.filter((episode) => !silencedBy(silences, episode, now))) {
    await execute(tx, sql`update console.alert_episode set told_at = ${now}, updated_at = now() where id = ${one.id}`);
    const rule = ruleByKey(one.rule);
    const link = one.number ? `/database/incidents/${one.number}` : (rule?.link ?? "/database/alerts");
    await queueNotifications(tx, { ...one, episodeId: one.id, event: "FIRING", title: rule?.title ?? one.rule, link }, now);
  }
}

/** Everything that a round needs of the database, in one transaction: it comes every two seconds. */
const claimDue = (now: Date) =>
  withScope({ ...systemCtx("notifications"), scope: { kind: "all" } }, async ({ tx }) => {
    await readTargets(tx);
    await tellWhatGoesOn(tx, now);
    return rows(
      tx,
      sql`update console.notification_delivery d
          set attempts = attempts + 1,
              next_attempt_at = ${now}::timestamptz + least(3600, 5 * 2 ^ attempts) * interval '1 second',
              updated_at = now()
          from console.notification_target t
          where t.id = d.target_id
            and d.id in (
              select id
              from console.notification_delivery
              where state = 'PENDING' and next_attempt_at <= ${now}
              order by next_attempt_at
              limit 20
              for update skip locked
            )
          returning d.id, t.kind, t.address, d.subject, d.body, d.attempts`,
      dueRow,
    );
  });

/** At least once: a delivery counts as sent only after the other side said so, and is tried again with growing waits. */
export async function deliver(now: Date): Promise<void> {
  const { primary } = clients();
  const due = await claimDue(now);
  await Promise.all(
    due.map(async (one) => {
      try {
        await send(one, one.subject, one.body, one.id);
        await execute(
          primary,
          sql`update console.notification_delivery
              set state = 'SENT', sent_at = now(), error = null, updated_at = now()
              where id = ${one.id}`,
        );
      } catch (error) {
        const state = one.attempts >= GIVE_UP_AFTER ? "FAILED" : "PENDING";
        log.warn({ delivery: one.id, attempts: one.attempts, reason: messageOf(error) }, "a notification could not be delivered");
        await execute(
          primary,
          sql`update console.notification_delivery
              set state = ${state}, error = ${messageOf(error)}, updated_at = now()
              where id = ${one.id}`,
        );
      }
    }),
  );
}

const told = new Set<string>();

/** While the primary is away: straight to the targets last known, but for what was silenced. What is told twice carries the same episode. */
export async function deliverWithoutDatabase(happenings: readonly Happening[]): Promise<void> {
  for (const happening of happenings) {
    if (silencedBy(lastKnown.silences, happening, new Date())) continue;
    for (const target of lastKnown.targets) {
      const id = `${happening.episodeId}-${happening.event}-${target.id}`;
      if (told.has(id) || !atLeast(happening.severity, target.min_severity)) continue;
      try {
        if (target.kind === "EMAIL")
          await handOver({ id, to: target.address, subject: subjectOf(happening), text: textOf(happening) });
        else await send(target, subjectOf(happening), happening, id);
        told.add(id);
      } catch (error) {
        log.warn({ target: target.name, reason: messageOf(error) }, "a notification could not be delivered");
      }
    }
  }
}
