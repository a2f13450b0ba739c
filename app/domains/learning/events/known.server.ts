import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { LearningEvent, Subject } from "./parse.ts";

const ids = z.array(z.string());
const found = z.object({ users: ids, lessons: ids, stories: ids, words: ids });

export type Known = {
  users: Set<string>;
  lessons: Set<string>;
  stories: Set<string>;
  words: Set<string>;
  /** The right answer of each exercise; null where it holds none. */
  answers: Map<string, string | null>;
};

/** What of all that a batch names exists in this tenant. */
export async function knownSubjects(ctx: TxCtx, collegeId: string, events: readonly LearningEvent[]): Promise<Known> {
  const named = (subject: Subject | "userId") => [...new Set(events.flatMap((event) => event[subject] ?? []))];
  const there = (await firstRow(
    ctx.tx,
    sql`select array(
                 select id::text
                 from public."user"
                 where college_id = ${collegeId}::uuid and id = any(${named("userId")}::uuid[]) and deleted_at is null
               ) as users,
               array(
                 select l.id::text
                 from public.lesson l
                   join public.course_module m on m.id = l.module_id and m.college_id = l.college_id
                   join public.course c on c.id = m.course_id and c.college_id = m.college_id
                 where l.college_id = ${collegeId}::uuid
                   and l.id = any(${named("lessonId")}::uuid[])
                   and c.deleted_at is null
               ) as lessons,
               array(
                 select id::text
                 from public.story
                 where college_id = ${collegeId}::uuid and id = any(${named("storyId")}::uuid[])
               ) as stories,
               array(
                 select id::text
                 from public.vocabulary
                 where college_id = ${collegeId}::uuid and id = any(${named("vocabularyId")}::uuid[])
               ) as words`,
    found,
  ))!;
  const exercises = named("exerciseId");
  const answers =
    exercises.length === 0
      ? []
      : await rows(
          ctx.tx,
          sql`select id, content ->> 'answer' as answer
              from public.exercise
              where college_id = ${collegeId}::uuid and id = any(${exercises}::uuid[])`,
          z.object({ id: z.string(), answer: z.string().nullable() }),
        );
  return {
    users: new Set(there.users),
    lessons: new Set(there.lessons),
    stories: new Set(there.stories),
    words: new Set(there.words),
    answers: new Map(answers.map((row) => [row.id, row.answer])),
  };
}

/** Why this event can't be taken, or null. */
export function refusal(event: LearningEvent, known: Known): string | null {
  if (!known.users.has(event.userId)) return "no such person";
  if (event.lessonId && !known.lessons.has(event.lessonId)) return "no such lesson";
  if (event.storyId && !known.stories.has(event.storyId)) return "no such story";
  if (event.vocabularyId && !known.words.has(event.vocabularyId)) return "no such word";
  if (event.exerciseId && !known.answers.has(event.exerciseId)) return "no such exercise";
  if (event.type !== "EXERCISE_ANSWERED" || event.correct !== null) return null;
  return known.answers.get(event.exerciseId!) === null ? "this exercise holds no answer: send correct" : null;
}
