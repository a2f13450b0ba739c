import { record } from "~/audit/record.server.ts";
import { measure } from "~/access/measure.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import type { Unsubscribe } from "./token.server.ts";

/** By whoever holds the link, without logging in: no more e-mail of this kind, nor what was about to leave. Twice is once. */
export function unsubscribe(ctx: Ctx, { collegeId, userId, type }: Unsubscribe): Promise<{ ended: boolean }> {
  return measure("event_subscription.unsubscribe", ctx, () =>
    withScope({ ...ctx, scope: { kind: "tenants", ids: [collegeId] } }, async (inner) => {
      const ended = await execute(
        inner.tx,
        sql`delete from public.event_subscription
            where college_id = ${collegeId}::uuid
              and user_id = ${userId}::uuid
              and type = ${type}
              and channel = 'EMAIL'`,
      );
      if (ended === 0) return { ended: false };
      const stopped = await execute(
        inner.tx,
        sql`update public.notification n
            set status = 'FAILED', last_error = 'the person unsubscribed', updated_at = ${ctx.clock.now()}
            where n.college_id = ${collegeId}::uuid
              and n.user_id = ${userId}::uuid
              and n.channel = 'EMAIL'
              and n.status = 'PENDING'
              and coalesce(
                (select e.type from public.event e where e.id = n.event_id and e.college_id = n.college_id),
                'ANNOUNCEMENT'
              ) = ${type}`,
      );
      await record(inner, {
        action: "event_subscription.unsubscribe",
        resource: "user",
        resourceId: userId,
        collegeId,
        before: { type, channel: "EMAIL" },
        after: null,
        details: { stopped },
      });
      return { ended: true };
    }),
  );
}
