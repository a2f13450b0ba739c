import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { countProgress } from "./count.server.ts";

export type LessonStep = { userId: string; lessonId: string | null; percent: number | null; seconds: number; at: Date };
export type CompletedCourse = { userId: string; courseId: string; at: Date };

/**
 * Lessons first, then the courses that hold them, for any number of learners at once. Everything only grows: a late or
 * repeated step never lowers what was reached. Answers which courses were completed by it.
 */
export async function applyLessons(ctx: TxCtx, collegeId: string, given: readonly LessonStep[]): Promise<CompletedCourse[]> {
  const steps = given.filter((step) => step.lessonId !== null);
  if (steps.length === 0) return [];
  const now = ctx.clock.now();
  const input = sql`unnest(
      ${steps.map((step) => step.userId)}::uuid[],
      ${steps.map((step) => step.lessonId)}::uuid[],
      ${steps.map((step) => step.percent ?? 0)}::int[],
      ${steps.map((step) => step.seconds)}::int[],
      ${steps.map((step) => step.at.toISOString())}::timestamptz[]
    ) s (user_id, lesson_id, percent, seconds, at)
    join public.lesson l on l.id = s.lesson_id and l.college_id = ${collegeId}::uuid
    join public.course_module m on m.id = l.module_id and m.college_id = l.college_id`;
  // In one order for everyone, then locked in one order: two batches about the same learners wait, and never deadlock.
  await execute(
    ctx.tx,
    sql`insert into public.course_progress (
          id, college_id, user_id, course_id, started_at, last_accessed_at, created_at, updated_at
        )
        select public.invigil_uuid7(${now}), ${collegeId}::uuid, s.user_id, m.course_id, min(s.at), max(s.at), ${now},
               ${now}
        from ${input}
        group by s.user_id, m.course_id
        order by s.user_id, m.course_id
        on conflict (college_id, user_id, course_id) do nothing`,
  );
  const held = await rows(
    ctx.tx,
    sql`select p.id, p.completed_at
        from public.course_progress p
        where p.college_id = ${collegeId}::uuid
          and (p.user_id, p.course_id) in (select s.user_id, m.course_id from ${input})
        order by p.id
        for no key update of p`,
    z.object({ id: z.string(), completed_at: z.date().nullable() }),
  );
  await execute(
    ctx.tx,
    sql`insert into public.lesson_progress as known (
          id, college_id, progress_id, lesson_id, progress_percent, completed, completed_at, watch_time_seconds,
          started_at, last_watched_at, created_at, updated_at
        )
        select public.invigil_uuid7(${now}), ${collegeId}::uuid, p.id, s.lesson_id, max(s.percent),
               max(s.percent) = 100, min(s.at) filter (where s.percent = 100), least(sum(s.seconds), 2147483647),
               min(s.at), max(s.at), ${now}, ${now}
        from ${input}
          join public.course_progress p on p.college_id = ${collegeId}::uuid
            and p.user_id = s.user_id
            and p.course_id = m.course_id
        group by p.id, s.lesson_id
        on conflict (college_id, progress_id, lesson_id) do update
        set progress_percent = greatest(known.progress_percent, excluded.progress_percent),
            completed = known.completed or excluded.completed,
            completed_at = least(known.completed_at, excluded.completed_at),
            watch_time_seconds = least(known.watch_time_seconds::bigint + excluded.watch_time_seconds, 2147483647),
            started_at = least(known.started_at, excluded.started_at),
            last_watched_at = greatest(known.last_watched_at, excluded.last_watched_at),
            updated_at = excluded.updated_at`,
  );
  const counted = await countProgress(
    ctx,
    collegeId,
    held.map((row) => row.id),
  );
  const before = new Set(held.filter((row) => row.completed_at === null).map((row) => row.id));
  return counted
    .filter((row) => row.completed_at !== null && before.has(row.id))
    .map((row) => ({ userId: row.user_id, courseId: row.course_id, at: row.completed_at! }));
}
