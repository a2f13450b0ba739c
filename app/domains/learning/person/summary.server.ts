import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

const summaryRow = z.object({
  courses: z.number(),
  courses_completed: z.number(),
  average_progress: z.number().nullable(),
  seconds: z.number(),
  stories: z.number(),
  stories_completed: z.number(),
  words: z.number(),
  words_mastered: z.number(),
  average_mastery: z.number().nullable(),
  words_due: z.number(),
  last_activity: z.date().nullable(),
  active_days: z.number(),
  streak: z.number(),
});

/**
 * The guide's summary of one learner. A day counts when a session began on it, where the college is; the streak are the days
 * in a row up to today, or up to yesterday while today is not over. A word is mastered from 0.8.
 */
export const learningSummary = read({
  name: "learning.summary",
  permission: "platform.read",
  input: z.object({ userId: z.uuid() }),
  async run({ ctx, input }) {
    const now = ctx.clock.now();
    return firstRow(
      ctx.tx,
      sql`with learner as (
            select u.id, u.college_id, c.time_zone, (${now}::timestamptz at time zone c.time_zone)::date as today
            from public."user" u
              join public.college c on c.id = u.college_id
            where u.id = ${input.userId}::uuid
          ),
          days as (
            select distinct (s.started_at at time zone l.time_zone)::date as day
            from learner l
              join public.learning_session s on s.college_id = l.college_id and s.user_id = l.id
            where s.started_at <= ${now}
          ),
          numbered as (select day, day + (row_number() over (order by day desc))::int as run from days),
          streaks as (select max(day) as last, count(*)::int as days from numbered group by run)
          select p.*, t.*, w.*,
                 greatest(
                   p.last_course, t.last_story, w.last_word,
                   (
                     select max(started_at)
                     from public.learning_session
                     where college_id = l.college_id and user_id = l.id
                   )
                 ) as last_activity,
                 (select count(*)::int from days where day > l.today - 30) as active_days,
                 coalesce(
                   (select days from streaks where last >= l.today - 1 order by last desc limit 1), 0
                 ) as streak
          from learner l
            cross join lateral (
              select count(*)::int as courses, count(completed_at)::int as courses_completed,
                     round(avg(progress_percent), 1)::float8 as average_progress,
                     max(last_accessed_at) as last_course,
                     (
                       coalesce(sum(time_spent_seconds), 0) + (
                         select coalesce(sum(time_spent), 0)
                         from public.story_progress
                         where college_id = l.college_id and user_id = l.id
                       )
                     )::float8 as seconds
              from public.course_progress
              where college_id = l.college_id and user_id = l.id
            ) p
            cross join lateral (
              select count(*)::int as stories,
                     count(*) filter (where completion_percentage >= 100)::int as stories_completed,
                     max(last_accessed_at) as last_story
              from public.story_progress
              where college_id = l.college_id and user_id = l.id
            ) t
            cross join lateral (
              select count(*)::int as words, count(*) filter (where mastery_level >= 80)::int as words_mastered,
                     round(avg(mastery_level) / 100, 2)::float8 as average_mastery,
                     count(*) filter (where next_review_on <= l.today)::int as words_due,
                     max(last_reviewed_at) as last_word
              from public.user_vocabulary_progress
              where college_id = l.college_id and user_id = l.id
            ) w`,
      summaryRow,
    );
  },
});
