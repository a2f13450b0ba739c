import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

const moduleRow = z.object({
  id: z.string(),
  title: z.string(),
  lessons: z.number(),
  completed: z.number(),
  seconds: z.number(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
});

const courseRow = z.object({
  id: z.string(),
  title: z.string(),
  completed_lessons: z.number(),
  total_lessons: z.number(),
  progress_percent: z.number(),
  time_spent_seconds: z.number(),
  started_at: z.date(),
  last_accessed_at: z.date(),
  completed_at: z.date().nullable(),
  modules: z.array(moduleRow),
});

/** One learner's courses, and within each its modules: a module is completed when all of its lessons are. */
export const learnerCourses = read({
  name: "learning.courses",
  permission: "platform.read",
  input: z.object({ userId: z.uuid() }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`select c.id, c.title, p.completed_lessons, p.total_lessons, p.progress_percent, p.time_spent_seconds,
                 p.started_at, p.last_accessed_at, p.completed_at,
                 (
                   select coalesce(jsonb_agg(to_jsonb(m) - 'order_index' order by m.order_index, m.id), '[]')
                   from (
                     select d.id, d.title, d.order_index, count(*)::int as lessons,
                            count(*) filter (where lp.completed)::int as completed,
                            coalesce(sum(lp.watch_time_seconds), 0)::int as seconds, min(lp.started_at) as started_at,
                            case
                              when bool_and(coalesce(lp.completed, false)) then max(lp.completed_at)
                            end as completed_at
                     from public.course_module d
                       join public.lesson l on l.module_id = d.id and l.college_id = d.college_id
                       left join public.lesson_progress lp on lp.college_id = l.college_id
                         and lp.progress_id = p.id
                         and lp.lesson_id = l.id
                     where d.college_id = p.college_id and d.course_id = p.course_id
                     group by d.id, d.title, d.order_index
                   ) m
                 ) as modules
          from public."user" u
            join public.course_progress p on p.college_id = u.college_id and p.user_id = u.id
            join public.course c on c.id = p.course_id and c.college_id = p.college_id
          where u.id = ${input.userId}::uuid
          order by p.last_accessed_at desc
          limit 20`,
      courseRow,
    ),
});

/** What one learner did last, session by session. */
export const learnerSessions = read({
  name: "learning.sessions",
  permission: "platform.read",
  input: z.object({ userId: z.uuid() }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`select s.id, s.started_at, s.completed_at, s.duration_minutes, count(e.id)::int as events
          from public."user" u
          join public.learning_session s on s.college_id = u.college_id and s.user_id = u.id
          left join public.user_event e on e.college_id = s.college_id and e.session_id = s.id
          where u.id = ${input.userId}::uuid
          group by s.id, s.college_id
          order by s.started_at desc
          limit 15`,
      z.object({
        id: z.string(),
        started_at: z.date(),
        completed_at: z.date().nullable(),
        duration_minutes: z.number(),
        events: z.number(),
      }),
    ),
});
