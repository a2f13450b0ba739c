import { z } from "zod";
import { clients } from "~/db/clients.server.ts";
import { execute, one } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";
import { messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";

const TTL_SECONDS = 6;
const RENEW_MS = 2000;

export type Lease = { active(): boolean; fence(): number; release(): Promise<void> };

/**
 * Exactly one collector works at a time: a row with an expiry by the database's clock, which also works behind poolers.
 * While the primary is down, nobody else can take it, so the holder goes on (it is the one that still samples standbys).
 */
export async function holdLease(name: string): Promise<Lease> {
  const holder = newId();
  let active = false;
  let fence = 0;
  let stopped = false;

  const renew = async () => {
    try {
      const row = await one(
        clients().primary,
        sql`insert into console.lease as l (name, holder, fence, expires_at) values (${name}, ${holder}, 1, now() + ${TTL_SECONDS} * interval '1 second')
            on conflict (name) do update set
              holder = excluded.holder,
              fence = case when l.holder = excluded.holder then l.fence else l.fence + 1 end,
              expires_at = excluded.expires_at
            where l.holder = excluded.holder or l.expires_at < now()
            returning fence`,
        z.object({ fence: z.number() }),
      );
      if ((row !== null) !== active) log.info({ lease: name, active: row !== null }, "collector lease");
      active = row !== null;
      fence = row?.fence ?? fence;
    } catch (error) {
      log.warn({ lease: name, reason: messageOf(error) }, "the lease could not be renewed");
    }
  };

  await renew();
  const timer = setInterval(() => void renew(), RENEW_MS);
  return {
    active: () => active && !stopped,
    fence: () => fence,
    async release() {
      stopped = true;
      clearInterval(timer);
      await execute(clients().primary, sql`delete from console.lease where name = ${name} and holder = ${holder}`).catch(
        () => undefined,
      );
    },
  };
}
