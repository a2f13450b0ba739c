import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { tenantIs } from "~/db/tenant.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

const DAY = 86_400_000;

const dayRow = z.object({
  day: z.string(),
  learners: z.number(),
  sessions: z.number(),
  average_minutes: z.number(),
  minutes: z.number(),
});

/** The guide's learning analytics: sessions by day, where each college is, and what was reached in these days. */
export const learningActivity = read({
  name: "learning.activity",
  permission: "platform.read",
  input: z.object({ days: z.number().int().min(1).max(366).default(30) }),
  async run({ ctx, input }) {
    const until = ctx.clock.now();
    const since = new Date(until.getTime() - input.days * DAY);
    const days = await rows(
      ctx.tx,
      sql`select (s.started_at at time zone c.time_zone)::date::text as day, count(distinct s.user_id)::int as learners,
            count(*)::int as sessions, round(avg(s.duration_minutes), 1)::float8 as average_minutes,
            sum(s.duration_minutes)::int as minutes
          from public.learning_session s
          join public.college c on c.id = s.college_id
          where ${tenantIs(ctx, "s.college_id")} and s.started_at > ${since} and s.started_at <= ${until}
          group by 1
          order by 1`,
      dayRow,
    );
    const reached = await firstRow(
      ctx.tx,
      sql`select (
                   select count(distinct user_id)::int
                   from public.story_progress
                   where ${tenantIs(ctx)} and completion_percentage >= 100 and last_accessed_at > ${since}
                 ) as finished_stories,
                 (
                   select count(*)::int
                   from public.course_progress
                   where ${tenantIs(ctx)} and completed_at > ${since}
                 ) as completed_courses,
                 (
                   select count(distinct user_id)::int
                   from public.user_vocabulary_progress
                   where ${tenantIs(ctx)} and last_reviewed_at > ${since}
                 ) as word_learners,
                 (
                   select round(avg(mastery_level) / 100, 2)::float8
                   from public.user_vocabulary_progress
                   where ${tenantIs(ctx)} and last_reviewed_at > ${since}
                 ) as mastery`,
      z.object({
        finished_stories: z.number(),
        completed_courses: z.number(),
        word_learners: z.number(),
        mastery: z.number().nullable(),
      }),
    );
    return { since, until, days, reached: reached! };
  },
});
