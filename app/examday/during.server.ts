import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { unlessLocked } from "~/db/lock-timeout.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** The database as one tenant's exam feels it: its sessions now, how many wait for a lock, and what is open. */
export const databaseForExam = read({
  name: "exam.database",
  permission: "exams.live",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await firstRow(
      ctx.tx,
      sql`select c.code, e.start_time
          from public.exam e
            join public.college c on c.id = e.college_id
          where e.id = ${input.examId}::uuid`,
      z.object({ code: z.string(), start_time: z.date() }),
    );
    if (!exam) return null;
    const now = ctx.clock.now();
    const since = new Date(now.getTime() - 60_000);
    const load = await firstRow(
      ctx.tx,
      sql`select (select sum(ticks)::int from telemetry.tick where target = 'primary' and at > ${since}) as ticks,
                 (
                   select coalesce(sum(n), 0)::int
                   from telemetry.load
                   where target = 'primary' and at > ${since} and tenant = ${exam.code}
                 ) as active,
                 (
                   select coalesce(sum(n), 0)::int
                   from telemetry.load
                   where target = 'primary' and at > ${since} and tenant = ${exam.code} and wait_class = 'Lock'
                 ) as waiting,
                 (
                   select coalesce(sum(n), 0)::int
                   from telemetry.load
                   where target = 'primary' and at > ${since}
                 ) as everybody,
                 (select max(at) from telemetry.tick where target = 'primary') as newest`,
      z.object({
        ticks: z.number().nullable(),
        active: z.number(),
        waiting: z.number(),
        everybody: z.number(),
        newest: z.date().nullable(),
      }),
    );
    const incidents = await rows(
      ctx.tx,
      sql`select number, title, state, from_at, to_at
          from console.incident
          where coalesce(to_at, 'infinity') > greatest(
            ${exam.start_time}::timestamptz, ${new Date(now.getTime() - 6 * 3_600_000)}::timestamptz
          )
          order by number desc
          limit 5`,
      z.object({ number: z.number(), title: z.string(), state: z.string(), from_at: z.date(), to_at: z.date().nullable() }),
    );
    const saves = await unlessLocked(ctx, 250, () =>
      firstRow(
        ctx.tx,
        sql`select count(*)::int as n
            from public.student_answer s
              join public.student_exam_attempt a on a.id = s.attempt_id and a.college_id = s.college_id
            where a.exam_id = ${input.examId}::uuid and a.state = 'IN_PROGRESS' and s.answered_at > ${since}`,
        z.object({ n: z.number() }),
      ),
    );
    const ticks = load!.ticks ?? 0;
    return {
      code: exam.code,
      // No sample within the minute is not a zero.
      known: ticks > 0,
      newest: load!.newest,
      active: ticks > 0 ? load!.active / ticks : null,
      waiting: ticks > 0 ? load!.waiting / ticks : null,
      everybody: ticks > 0 ? load!.everybody / ticks : null,
      /** Null: someone holds the answers, so nothing is saved and nothing can be counted. */
      savesPerMinute: saves?.n ?? null,
      incidents,
    };
  },
});
