import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { record } from "~/audit/record.server.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { withScope } from "~/db/scope.server.ts";
import { newId } from "~/platform/ids.ts";
import { readiness } from "./readiness.server.ts";

const SOON_MS = 24 * 3_600_000;

/** On a clock: writes down what is forecast for the exams of the next day, until each begins. */
export async function keepForecasts(): Promise<number> {
  const system = systemCtx("forecasts");
  const { exams } = await readiness({ ctx: system, input: {} });
  const soon = exams.filter((exam) => exam.start.getTime() > Date.now() && exam.start.getTime() - Date.now() < SOON_MS);
  if (soon.length === 0) return 0;
  return withScope(system, async (ctx) => {
    for (const exam of soon) {
      await execute(
        ctx.tx,
        sql`insert into public.forecast (
              id, college_id, exam_id, made_at, start_time, students, sitting, connections, connections_error,
              active_hundredths, verdict
            )
            select ${newId()}, e.college_id, e.id, ${ctx.clock.now()}, ${exam.start}, ${exam.students}, ${exam.peak},
                   ${Math.round(exam.connections)}, ${Math.round(exam.connectionsError)},
                   ${Math.round(exam.active * 100)}, ${exam.verdict}
            from public.exam e
            where e.id = ${exam.id}::uuid
            on conflict (college_id, exam_id) do update
            set made_at = excluded.made_at, start_time = excluded.start_time, students = excluded.students,
                sitting = excluded.sitting, connections = excluded.connections,
                connections_error = excluded.connections_error, active_hundredths = excluded.active_hundredths,
                verdict = excluded.verdict, updated_at = excluded.made_at
            where forecast.judged_at is null`,
      );
    }
    return soon.length;
  });
}

/** The window that is looked at ends ten minutes after the exam, and its samples are put together some minutes later. */
const SETTLED_MINUTES = 25;

/** On a clock: what came, for exams that took place and whose telemetry is still there. Where it is not, nothing is made up. */
export async function judgeForecasts(): Promise<number> {
  return withScope(systemCtx("forecasts"), async (ctx) => {
    const now = ctx.clock.now();
    const over = await rows(
      ctx.tx,
      sql`select f.id, f.college_id, f.exam_id, e.start_time,
                 least(e.end_time, e.start_time + (e.duration_minutes + 10) * interval '1 minute') as until
          from public.forecast f
            join public.exam e on e.id = f.exam_id and e.college_id = f.college_id
          where f.judged_at is null
            and e.status not in ('DRAFT', 'CANCELLED')
            and e.deleted_at is null
            and e.start_time + (e.duration_minutes + ${SETTLED_MINUTES}) * interval '1 minute' < ${now}
          order by e.start_time
          limit 100`,
      z.object({ id: z.string(), college_id: z.string(), exam_id: z.string(), start_time: z.date(), until: z.date() }),
    );
    for (const exam of over) {
      const came = await firstRow(
        ctx.tx,
        sql`select (
                     select count(*)::int
                     from public.student_exam_attempt a
                     where a.college_id = ${exam.college_id}::uuid and a.exam_id = ${exam.exam_id}::uuid
                   ) as students,
                   (
                     select max(total::float8 / ticks)
                     from telemetry.tick_5m
                     where target = 'primary' and at >= ${exam.start_time} and at < ${exam.until}
                   ) as connections,
                   (
                     select max(active::float8 / ticks)
                     from telemetry.tick_5m
                     where target = 'primary' and at >= ${exam.start_time} and at < ${exam.until}
                   ) as active`,
        z.object({ students: z.number(), connections: z.number().nullable(), active: z.number().nullable() }),
      );
      await execute(
        ctx.tx,
        sql`update public.forecast
            set judged_at = ${now}, updated_at = ${now}, actual_students = ${came!.students},
                actual_connections = ${came!.connections === null ? null : Math.round(came!.connections)},
                actual_active_hundredths = ${came!.active === null ? null : Math.round(came!.active * 100)}
            where id = ${exam.id}::uuid and college_id = ${exam.college_id}::uuid`,
      );
    }
    if (over.length > 0) await record(ctx, { action: "forecast.judge", resource: "forecast", details: { exams: over.length } });
    return over.length;
  });
}
