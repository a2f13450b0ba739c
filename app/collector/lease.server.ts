import { z } from "zod";
import { clients } from "~/db/clients.server.ts";
import { execute, firstRow, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { isUnavailable } from "~/db/retry.ts";
import { cutWhenSilent } from "~/db/silence.ts";
import type { Maker } from "~/observability/sampler/terms.server.ts";
import { newId } from "~/platform/ids.ts";
import { messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";

const TTL_SECONDS = 6;
const RENEW_MS = 2000;
/** Who held the lease before the primary went away gets it back first: its samples of that time are older. */
const AFTER_YOU_MS = 5000;
/** A start does not wait longer than this for a primary that takes connections and says nothing. */
const FIRST_ANSWER_MS = 3000;

export type Lease = { active(): boolean; maker(): Maker; release(): Promise<void> };

/** A renewal is the same however often it is done: one that waits for a server that fell silent is given up. */
async function askPrimary<T>(run: (on: Queryable) => Promise<T>): Promise<T> {
  const { primary } = clients();
  const client = await primary.connect();
  try {
    return await cutWhenSilent(primary, client, () => run(client));
  } finally {
    client.release();
  }
}

/**
 * Takes or renews the lease, by the database's clock. With a new holder a new term begins, in the same statement: from now
 * on, or from where it began to work provisionally, but not before what has been written already.
 */
const taking = (name: string, holder: string, provisional: Date | null) => sql`
  with taken as (
    insert into console.lease as l (name, holder, fence, expires_at)
    values (${name}, ${holder}, 1, now() + ${TTL_SECONDS} * interval '1 second')
    on conflict (name) do update
    set holder = excluded.holder, fence = case when l.holder = excluded.holder then l.fence else l.fence + 1 end,
        expires_at = excluded.expires_at
    where l.holder = excluded.holder or l.expires_at < now()
    returning fence
  ),
  begun as (
    insert into telemetry.term (holder, began_at)
    select ${holder},
           least(
             now(),
             greatest(
               coalesce(${provisional}::timestamptz, now()), (select at from telemetry.batch order by id desc limit 1)
             )
           )
    from taken
    where ${holder} is distinct from (select holder from telemetry.term order by id desc limit 1)
  )
  select fence
  from taken`;

/**
 * Exactly one collector works at a time: a row with an expiry by the database's clock, which also works behind poolers.
 * While the primary is down, nobody else can take it, so the holder goes on (it is the one that still samples standbys).
 * One that starts meanwhile works provisionally: what it keeps is written only if the lease becomes its own.
 */
export async function holdLease(name: string): Promise<Lease> {
  const holder = newId();
  let active = false;
  let stopped = false;
  let provisional: Date | null = null;
  let contact = false;
  let missed = false;
  let notBefore = 0;
  let asking = false;

  const away = () => {
    missed = true;
    if (contact || provisional) return;
    provisional = new Date();
    log.warn({ lease: name }, "the primary is away: working provisionally until it can say who holds the lease");
  };

  const renew = async () => {
    // One at a time: a renewal that waits for a primary that hangs would only be followed by more that wait for it.
    if (asking || Date.now() < notBefore) return;
    asking = true;
    try {
      if (missed && !active) {
        await askPrimary((on) => execute(on, sql`select 1`));
        missed = false;
        notBefore = Date.now() + AFTER_YOU_MS;
        return;
      }
      const row = await askPrimary((on) => firstRow(on, taking(name, holder, provisional), z.object({ fence: z.number() })));
      if ((row !== null) !== active) log.info({ lease: name, active: row !== null }, "collector lease");
      active = row !== null;
      provisional = null;
      contact = true;
    } catch (error) {
      if (isUnavailable(error)) away();
      log.warn({ lease: name, reason: messageOf(error) }, "the lease could not be renewed");
    } finally {
      asking = false;
    }
  };

  const silence = new Promise<"silence">((resolve) => setTimeout(() => resolve("silence"), FIRST_ANSWER_MS).unref());
  if ((await Promise.race([renew(), silence])) === "silence") away();
  const timer = setInterval(() => void renew(), RENEW_MS);
  return {
    active: () => (active || provisional !== null) && !stopped,
    maker: () => ({ holder, ...(provisional ? { provisional: true } : {}) }),
    async release() {
      stopped = true;
      clearInterval(timer);
      // It ends and stays: the fence of the next holder is a higher one.
      await execute(
        clients().primary,
        sql`update console.lease
            set expires_at = now()
            where name = ${name} and holder = ${holder} and expires_at > now()`,
      ).catch(() => undefined);
    },
  };
}

/** Terms as old as the coarsest samples that they explain; the one that lasts stays. */
export async function forgetOldTerms(): Promise<void> {
  await execute(
    clients().primary,
    sql`delete from telemetry.term
        where began_at < now() - interval '13 months' and id <> (select max(id) from telemetry.term)`,
  );
}
