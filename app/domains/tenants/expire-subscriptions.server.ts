import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { record } from "~/audit/record.server.ts";
import { execute, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql, type Sql } from "~/db/sql.ts";
import type { Clock } from "~/platform/clock.ts";
import { endSessionsIn } from "../people/end-sessions.server.ts";
import { moveSubscriptions } from "./move-subscription.server.ts";

/** On a clock: what ran out is past due, and expires when the grace that its college has is over. */
export async function expireSubscriptions(clock?: Clock): Promise<{ pastDue: number; expired: number }> {
  const ctx = { ...systemCtx("subscriptions"), ...(clock ? { clock } : {}) };
  return withScope(ctx, async (inner) => {
    const now = inner.clock.now();
    const ids = async (query: Sql) => (await rows(inner.tx, query, z.object({ id: z.string() }))).map((row) => row.id);
    const expired = await moveSubscriptions(
      inner.tx,
      await ids(sql`select id from public.college
          where subscription_status in ('TRIAL', 'ACTIVE', 'PAST_DUE')
            and subscription_expiry + grace_days * interval '1 day' < ${now}
          for update skip locked`),
      "EXPIRED",
    );
    await execute(
      inner.tx,
      sql`update public.college set is_active = false, updated_at = ${now}
          where id = any (${expired.map((college) => college.id)}::uuid[])`,
    );
    const pastDue = await moveSubscriptions(
      inner.tx,
      await ids(sql`select id from public.college
          where subscription_status in ('TRIAL', 'ACTIVE')
            and subscription_expiry < ${now}
          for update skip locked`),
      "PAST_DUE",
    );
    await execute(
      inner.tx,
      sql`update public.college set updated_at = ${now}
          where id = any (${pastDue.map((college) => college.id)}::uuid[])`,
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
