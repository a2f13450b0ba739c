import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { record } from "~/audit/record.server.ts";
import { rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import type { Clock } from "~/platform/clock.ts";
import { endSessionsIn } from "../people/end-sessions.server.ts";

/** On a clock: what ran out is past due, and expires when the grace that its college has is over. */
export async function expireSubscriptions(clock?: Clock): Promise<{ pastDue: number; expired: number }> {
  const ctx = { ...systemCtx("subscriptions"), ...(clock ? { clock } : {}) };
  return withScope(ctx, async (inner) => {
    const now = inner.clock.now();
    const moved = z.object({ id: z.string(), was: z.string() });
    const expired = await rows(
      inner.tx,
      sql`with due as (
            select id, subscription_status as was from public.college
            where subscription_status in ('TRIAL', 'ACTIVE', 'PAST_DUE') and subscription_expiry + grace_days * interval '1 day' < ${now} for update skip locked)
          update public.college c set subscription_status = 'EXPIRED', is_active = false, updated_at = ${now} from due where c.id = due.id returning c.id, due.was`,
      moved,
    );
    const pastDue = await rows(
      inner.tx,
      sql`with due as (
            select id, subscription_status as was from public.college where subscription_status in ('TRIAL', 'ACTIVE') and subscription_expiry < ${now} for update skip locked)
          update public.college c set subscription_status = 'PAST_DUE', updated_at = ${now} from due where c.id = due.id returning c.id, due.was`,
      moved,
    );
    for (const [list, state] of [
      [expired, "EXPIRED"],
      [pastDue, "PAST_DUE"],
    ] as const) {
      for (const one of list) {
        const ended = state === "EXPIRED" ? await endSessionsIn(inner, one.id) : 0;
        await record(inner, {
          action: "tenant.set_subscription",
          resource: "college",
          resourceId: one.id,
          collegeId: one.id,
          reason: "The subscription ran out",
          before: { subscriptionStatus: one.was },
          after: { subscriptionStatus: state },
          details: ended > 0 ? { sessionsEnded: ended } : undefined,
        });
      }
    }
    return { pastDue: pastDue.length, expired: expired.length };
  });
}
