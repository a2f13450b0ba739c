import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

const counted = z.object({ id: z.string(), user_id: z.string(), course_id: z.string(), completed_at: z.date().nullable() });

/** A course's progress from its lessons: how many are done of how many there are, in whole percent, and for how long. */
export function countProgress(ctx: TxCtx, collegeId: string, progressIds: readonly string[]) {
  return rows(
    ctx.tx,
    sql`with held as (
          select id, course_id
          from public.course_progress
          where college_id = ${collegeId}::uuid and id = any(${progressIds}::uuid[])
        ),
        lessons as (
          select m.course_id, count(*)::int as total
          from public.course_module m
            join public.lesson l on l.module_id = m.id and l.college_id = m.college_id
          where m.college_id = ${collegeId}::uuid and m.course_id in (select course_id from held)
          group by m.course_id
        ),
        done as (
          select progress_id, count(*) filter (where completed)::int as completed, sum(watch_time_seconds) as seconds,
                 min(started_at) as started_at, max(last_watched_at) as last_at, max(completed_at) as completed_at
          from public.lesson_progress
          where college_id = ${collegeId}::uuid and progress_id = any(${progressIds}::uuid[])
          group by progress_id
        ),
        sums as (
          select held.id, lessons.total, coalesce(done.seconds, 0) as seconds, done.started_at, done.last_at,
                 done.completed_at, least(greatest(done.completed, p.completed_lessons), lessons.total) as completed,
                 coalesce(done.completed, 0) = lessons.total as whole
          from held
            join lessons on lessons.course_id = held.course_id
            left join done on done.progress_id = held.id
            join public.course_progress p on p.id = held.id and p.college_id = ${collegeId}::uuid
        )
        update public.course_progress p
        set completed_lessons = s.completed, total_lessons = s.total,
            progress_percent = greatest(p.progress_percent, s.completed * 100 / s.total),
            time_spent_seconds = greatest(p.time_spent_seconds, least(s.seconds, 2147483647)),
            started_at = least(p.started_at, s.started_at),
            last_accessed_at = greatest(p.last_accessed_at, s.last_at),
            completed_at = case when p.completed_at is null and s.whole then s.completed_at else p.completed_at end,
            updated_at = ${ctx.clock.now()}
        from sums s
        where p.id = s.id and p.college_id = ${collegeId}::uuid
        returning p.id, p.user_id, p.course_id, p.completed_at`,
    counted,
  );
}
