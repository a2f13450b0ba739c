import { z } from "zod";
import type { Tx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { SubscriptionState } from "./subscription.ts";

/** The one way to another state: the database's function, which refuses an illegal move. Tells the state before, by tenant. */
export async function moveSubscriptions(
  tx: Tx,
  ids: readonly string[],
  state: SubscriptionState,
): Promise<{ id: string; was: SubscriptionState }[]> {
  return (await rows(
    tx,
    sql`select id, public.set_subscription_status(id, ${state}) as was
        from unnest(${ids}::uuid[]) as id`,
    z.object({ id: z.string(), was: z.string() }),
  )) as { id: string; was: SubscriptionState }[];
}
