import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

const MOST = 100;

/** Words of one learner that are due: by the date that it is where their college is. */
export const dueWords = read({
  name: "vocabulary.due",
  permission: "platform.read",
  input: z.object({ userId: z.uuid() }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`select v.id, v.word, v.definition, p.mastery_level, p.review_count, p.lapses, p.next_review_on::text as due_on
          from public."user" u
          join public.college c on c.id = u.college_id
          join public.user_vocabulary_progress p on p.college_id = u.college_id and p.user_id = u.id
          join public.vocabulary v on v.id = p.vocabulary_id and v.college_id = p.college_id
          where u.id = ${input.userId}::uuid
            and p.next_review_on <= (${ctx.clock.now()}::timestamptz at time zone c.time_zone)::date
          order by p.next_review_on, p.mastery_level, v.word
          limit ${MOST}`,
      z.object({
        id: z.string(),
        word: z.string(),
        definition: z.string(),
        mastery_level: z.number(),
        review_count: z.number(),
        lapses: z.number(),
        due_on: z.string(),
      }),
    ),
});

/**
 * The guide's recommendation: urgency 0.4, how near the word is to the level of the stories that were read 0.3, how common it
 * is 0.3; of words that are not known yet (mastery below 0.9) and at most half a level too hard.
 */
export const recommendedWords = read({
  name: "vocabulary.recommended",
  permission: "platform.read",
  input: z.object({ userId: z.uuid(), limit: z.number().int().min(1).max(50).default(10) }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`with learner as (
            select u.id, u.college_id, (${ctx.clock.now()}::timestamptz at time zone c.time_zone)::date as today
            from public."user" u
              join public.college c on c.id = u.college_id
            where u.id = ${input.userId}::uuid
          ),
          level as (
            select coalesce(avg(s.difficulty_score), 100) as difficulty
            from learner
              join public.story_progress p on p.college_id = learner.college_id and p.user_id = learner.id
              join public.story s on s.id = p.story_id and s.college_id = p.college_id
            where p.completion_percentage > 80
          ),
          scored as (
            select v.id, v.word, v.definition, v.frequency, coalesce(p.mastery_level, 0) as mastery_level,
                   case
                     when p.next_review_on is null or p.next_review_on <= l.today then 1.0
                     when p.last_reviewed_at < l.today - 7 then 0.9
                     when p.last_reviewed_at < l.today - 3 then 0.7
                     else 0.3
                   end as urgency,
                   1.0 - abs(v.difficulty_level - level.difficulty) / 200.0 as match,
                   least(v.frequency / 1000.0, 1.0) as common
            from learner l
              cross join level
              join public.vocabulary v on v.college_id = l.college_id
              left join public.user_vocabulary_progress p on p.college_id = l.college_id
                and p.user_id = l.id
                and p.vocabulary_id = v.id
            where v.difficulty_level <= level.difficulty + 50 and coalesce(p.mastery_level, 0) < 90
          )
          select id, word, definition, mastery_level,
                 round(urgency * 0.4 + match * 0.3 + common * 0.3, 3)::float8 as score
          from scored
          order by score desc, urgency desc, frequency desc, word
          limit ${input.limit}`,
      z.object({ id: z.string(), word: z.string(), definition: z.string(), mastery_level: z.number(), score: z.number() }),
    ),
});
