import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { raw, sql, type Sql } from "~/db/sql.ts";

export type Quiet = readonly { id: string; until: Date }[];

/** These ring or blink; an inbox and a machine do not. */
const RINGS = raw("('EMAIL', 'SMS', 'PUSH')");

const urgent = sql`exists (
  select 1
  from public.event q
  where q.id = n.event_id and q.college_id = n.college_id and q.priority = 'URGENT'
)`;

/** Of a notification `n`: it may be sent now. What is urgent may at any hour. */
export const notQuiet = (quiet: Quiet): Sql =>
  quiet.length === 0
    ? sql`true`
    : sql`(n.channel not in ${RINGS} or not n.college_id = any (${quiet.map(({ id }) => id)}::uuid[]) or ${urgent})`;

/** What is due in quiet hours is due when they end. */
export async function holdForQuiet(ctx: TxCtx, quiet: Quiet): Promise<void> {
  const now = ctx.clock.now();
  if (quiet.length === 0) return;
  await execute(
    ctx.tx,
    sql`update public.notification n
        set next_attempt_at = q.until, updated_at = ${now}
        from unnest(
          ${quiet.map(({ id }) => id)}::uuid[],
          ${quiet.map(({ until }) => until)}::timestamptz[]
        ) q (id, until)
        where n.college_id = q.id
          and n.status = 'PENDING'
          and n.channel in ${RINGS}
          and (n.next_attempt_at is null or n.next_attempt_at <= ${now})
          and not ${urgent}`,
  );
}
