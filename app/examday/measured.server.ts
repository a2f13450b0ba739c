import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import {
  ACTIVE_PRIOR,
  COMMITS_PRIOR,
  CONNECTIONS_PRIOR,
  fitLine,
  WAL_PRIOR,
  WRITES_PRIOR,
  type Line,
  type Prior,
} from "./model.ts";

const DAYS = 14;

const METRICS = ["db.commits_per_s", "db.rows_written_per_s", "wal.bytes_per_s"];

const observation = z.object({
  sitting: z.number(),
  connections: z.number(),
  active: z.number(),
  commits: z.number().nullable(),
  written: z.number().nullable(),
  wal: z.number().nullable(),
});

/** Past five minutes with their students and what the database did: the same clock for the calendar and for the database. */
async function observations(ctx: TxCtx, now: Date) {
  const from = new Date(now.getTime() - DAYS * 86_400_000);
  // What is not rolled up yet: the raw samples of the last minutes.
  const recent = new Date(now.getTime() - 3_600_000);
  const rolled = (name: string) =>
    sql`at > ${recent}
          and at > coalesce(
            (select until from telemetry.rollup where name = ${name}), '-infinity'
          ) + interval '5 minutes'`;
  return rows(
    ctx.tx,
    // What happened during an incident is not what an exam costs.
    sql`with ticks as (
          select date_bin('5 minutes', at, '2020-01-01T00:00:00Z') as t, sum(ticks)::float8 as ticks,
                 sum(total)::float8 as total
          from (
            select at, ticks, total
            from telemetry.tick_5m
            where target = 'primary' and at > ${from}
            union all select at, ticks, total
            from telemetry.tick
            where target = 'primary' and ${rolled("tick_5m")}
          ) x
          group by 1
        ),
        busy as (
          select date_bin('5 minutes', at, '2020-01-01T00:00:00Z') as t, sum(n)::float8 as n
          from (
            select at, n
            from telemetry.load_5m
            where target = 'primary' and wait_class = 'CPU' and at > ${from}
            union all select at, n
            from telemetry.load
            where target = 'primary' and wait_class = 'CPU' and ${rolled("load_5m")}
          ) x
          group by 1
        ),
        rates as (
          select date_bin('5 minutes', at, '2020-01-01T00:00:00Z') as t,
                 avg(value) filter (where name = 'db.commits_per_s') as commits,
                 avg(value) filter (where name = 'db.rows_written_per_s') as written,
                 avg(value) filter (where name = 'wal.bytes_per_s') as wal
          from (
            select at, name, value
            from telemetry.metric_5m
            where target = 'primary' and name = any(${METRICS}) and at > ${from}
            union all select at, name, value
            from telemetry.metric
            where target = 'primary' and name = any(${METRICS}) and ${rolled("metric_5m")}
          ) x
          group by 1
        ),
        calm as (
          select *
          from ticks s
          where ticks > 0
            and not exists (
              select 1
              from console.incident i
              where i.from_at < s.t + interval '5 minutes' and coalesce(i.to_at, now()) > s.t
            )
        )
        select s.total / s.ticks as connections, coalesce(b.n, 0) / s.ticks as active, r.commits, r.written, r.wal,
               (
                 select count(*)::int
                 from public.student_exam_attempt a
                 where a.started_at < s.t + interval '5 minutes'
                   and a.started_at > s.t - interval '1 day'
                   and coalesce(a.ended_at, ${now}) > s.t
               ) as sitting
        from calm s
          left join busy b using (t)
          left join rates r using (t)
        order by s.t desc
        limit 2000`,
    observation,
  );
}

export type Cost = Record<"connections" | "active" | "commits" | "written" | "wal", Line> & {
  turnout: number;
  turnoutOf: number;
};

/** Fitted over all tenants: the database does not know whose student a connection serves. */
export async function measureCost(ctx: TxCtx, now: Date): Promise<Cost> {
  const seen = await observations(ctx, now);
  const turnout = await firstRow(
    ctx.tx,
    sql`select count(*)::int as expected,
               count(*) filter (
                 where exists (
                   select 1
                   from public.student_exam_attempt a
                   where a.college_id = n.college_id and a.exam_id = e.id and a.user_id = n.user_id
                 )
               )::int as came
        from (
          select id, college_id, class_id
          from public.exam
          where end_time < ${now}
            and end_time > ${new Date(now.getTime() - 30 * 86_400_000)}
            and status in ('CLOSED', 'GRADED', 'PUBLISHED')
          order by end_time desc
          limit 60
        ) e
          join public.enrollment n on n.college_id = e.college_id and n.class_id = e.class_id and n.status = 'ACTIVE'`,
    z.object({ expected: z.number(), came: z.number() }),
  );
  const line = (of: Exclude<keyof z.infer<typeof observation>, "sitting">, prior: Prior) =>
    fitLine(
      seen.flatMap((row) => (row[of] === null ? [] : [{ sitting: row.sitting, value: row[of] }])),
      prior,
    );
  return {
    connections: line("connections", CONNECTIONS_PRIOR),
    active: line("active", ACTIVE_PRIOR),
    commits: line("commits", COMMITS_PRIOR),
    written: line("written", WRITES_PRIOR),
    wal: line("wal", WAL_PRIOR),
    turnout: turnout!.expected > 0 ? turnout!.came / turnout!.expected : 0.95,
    turnoutOf: turnout!.expected,
  };
}
