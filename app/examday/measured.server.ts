import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { one, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { ACTIVE_PRIOR, CONNECTIONS_PRIOR, fitLine, type Line } from "./model.ts";

const DAYS = 14;

/** Past five minutes with their students and their sessions: the same clock for the calendar and for the database. */
async function observations(ctx: TxCtx, now: Date) {
  return rows(
    ctx.tx,
    sql`with spans as (
          select date_bin('5 minutes', at, '2020-01-01T00:00:00Z') as t, sum(total)::float8 / sum(ticks) as connections, sum(active)::float8 / sum(ticks) as active
          from (select at, ticks, total, active from telemetry.tick_5m where target = 'primary' and at > ${new Date(now.getTime() - DAYS * 86_400_000)}
                union all select at, ticks, total, active from telemetry.tick where target = 'primary' and at > ${new Date(now.getTime() - 3_600_000)}
                  and at > coalesce((select max(at) + interval '5 minutes' from telemetry.tick_5m where target = 'primary'), '-infinity')) x
          group by 1),
        calm as (
          -- What happened during an incident is not what an exam costs.
          select * from spans s where not exists (select 1 from console.incident i where i.from_at < s.t + interval '5 minutes' and coalesce(i.to_at, now()) > s.t))
        select s.connections, s.active, (select count(*)::int from public.student_exam_attempt a where a.started_at < s.t + interval '5 minutes' and a.started_at > s.t - interval '1 day' and coalesce(a.ended_at, ${now}) > s.t) as sitting
        from calm s order by s.t desc limit 2000`,
    z.object({ connections: z.number(), active: z.number(), sitting: z.number() }),
  );
}

export type Cost = { connections: Line; active: Line; turnout: number; turnoutOf: number };

/** Fitted over all tenants: the database does not know whose student a connection serves. */
export async function measureCost(ctx: TxCtx, now: Date): Promise<Cost> {
  const seen = await observations(ctx, now);
  const turnout = await one(
    ctx.tx,
    sql`select count(*)::int as expected, count(*) filter (where exists (select 1 from public.student_exam_attempt a where a.college_id = n.college_id and a.exam_id = e.id and a.user_id = n.user_id))::int as came
        from (select id, college_id, class_id from public.exam where end_time < ${now} and end_time > ${new Date(now.getTime() - 30 * 86_400_000)} and status in ('CLOSED', 'GRADED', 'PUBLISHED') order by end_time desc limit 60) e
        join public.enrollment n on n.college_id = e.college_id and n.class_id = e.class_id and n.status = 'ACTIVE'`,
    z.object({ expected: z.number(), came: z.number() }),
  );
  return {
    connections: fitLine(
      seen.map((row) => ({ sitting: row.sitting, value: row.connections })),
      CONNECTIONS_PRIOR,
    ),
    active: fitLine(
      seen.map((row) => ({ sitting: row.sitting, value: row.active })),
      ACTIVE_PRIOR,
    ),
    turnout: turnout!.expected > 0 ? turnout!.came / turnout!.expected : 0.95,
    turnoutOf: turnout!.expected,
  };
}
