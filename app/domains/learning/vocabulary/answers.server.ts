import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { groupBy } from "~/platform/group.ts";
import { afterAnswer, STATES, type Memory, type Rating, type Scheduled } from "./schedule.ts";

export type WordAnswer = { userId: string; vocabularyId: string | null; rating: Rating | null; at: Date };

const memoryRow = z.object({
  id: z.string(),
  user_id: z.string(),
  vocabulary_id: z.string(),
  state: z.enum(STATES),
  stability: z.number(),
  difficulty: z.number(),
  learning_steps: z.number(),
  scheduled_days: z.number(),
  review_count: z.number(),
  lapses: z.number(),
  due_at: z.date().nullable(),
  last_reviewed_at: z.date().nullable(),
});

const memoryOf = (row: z.infer<typeof memoryRow>): Memory => ({
  state: row.state,
  stability: row.stability,
  difficulty: row.difficulty,
  learningSteps: row.learning_steps,
  scheduledDays: row.scheduled_days,
  reviewCount: row.review_count,
  lapses: row.lapses,
  dueAt: row.due_at,
  lastReviewedAt: row.last_reviewed_at,
});

/** A row for each word that is answered for the first time, then all of them held in one order. */
async function holdMemories(ctx: TxCtx, collegeId: string, answers: readonly WordAnswer[]) {
  const now = ctx.clock.now();
  const pairs = sql`(
      select distinct user_id, vocabulary_id
      from unnest(
        ${answers.map((answer) => answer.userId)}::uuid[],
        ${answers.map((answer) => answer.vocabularyId)}::uuid[]
      ) a (user_id, vocabulary_id)
      order by user_id, vocabulary_id
    )`;
  await execute(
    ctx.tx,
    sql`insert into public.user_vocabulary_progress (id, college_id, user_id, vocabulary_id, created_at, updated_at)
        select public.invigil_uuid7(${now}), ${collegeId}::uuid, user_id, vocabulary_id, ${now}, ${now}
        from ${pairs} pairs
        on conflict (college_id, user_id, vocabulary_id) do nothing`,
  );
  return rows(
    ctx.tx,
    sql`select id, user_id, vocabulary_id, state, stability, difficulty, learning_steps, scheduled_days, review_count,
               lapses, due_at, last_reviewed_at
        from public.user_vocabulary_progress
        where college_id = ${collegeId}::uuid and (user_id, vocabulary_id) in ${pairs}
        order by id
        for no key update`,
    memoryRow,
  );
}

/** Each answer sets the next review of its word, in the order in which they were given. Answers what became of each word. */
export async function applyAnswers(ctx: TxCtx, collegeId: string, given: readonly WordAnswer[]): Promise<Scheduled[]> {
  const answers = given.filter((answer) => answer.vocabularyId !== null && answer.rating !== null);
  if (answers.length === 0) return [];
  const byWord = groupBy(answers, (answer) => `${answer.userId} ${answer.vocabularyId}`);
  const changed: { id: string; next: Scheduled }[] = [];
  for (const row of await holdMemories(ctx, collegeId, answers)) {
    let memory = memoryOf(row);
    let next: Scheduled | null = null;
    const inOrder = [...(byWord.get(`${row.user_id} ${row.vocabulary_id}`) ?? [])].sort(
      (a, b) => a.at.getTime() - b.at.getTime(),
    );
    for (const answer of inOrder) {
      const after = afterAnswer(memory, answer.rating!, answer.at);
      if (after) memory = next = after;
    }
    if (next) changed.push({ id: row.id, next });
  }
  await keepMemories(ctx, collegeId, changed);
  return changed.map(({ next }) => next);
}

async function keepMemories(ctx: TxCtx, collegeId: string, changed: { id: string; next: Scheduled }[]): Promise<void> {
  if (changed.length === 0) return;
  const column = <T>(value: (next: Scheduled) => T) => changed.map(({ next }) => value(next));
  await execute(
    ctx.tx,
    sql`update public.user_vocabulary_progress p
        set state = n.state, stability = n.stability, difficulty = n.difficulty, learning_steps = n.learning_steps,
            scheduled_days = n.scheduled_days, review_count = n.review_count, lapses = n.lapses, due_at = n.due_at,
            last_reviewed_at = n.last_reviewed_at, mastery_level = n.mastery_level,
            next_review_on = (n.due_at at time zone c.time_zone)::date, updated_at = ${ctx.clock.now()}
        from unnest(
          ${changed.map(({ id }) => id)}::uuid[], ${column((next) => next.state)}::text[],
          ${column((next) => next.stability)}::float8[], ${column((next) => next.difficulty)}::float8[],
          ${column((next) => next.learningSteps)}::int[], ${column((next) => next.scheduledDays)}::int[],
          ${column((next) => next.reviewCount)}::int[], ${column((next) => next.lapses)}::int[],
          ${column((next) => next.dueAt.toISOString())}::timestamptz[],
          ${column((next) => next.lastReviewedAt.toISOString())}::timestamptz[],
          ${column((next) => next.masteryLevel)}::int[]
        ) n (
          id, state, stability, difficulty, learning_steps, scheduled_days, review_count, lapses, due_at,
          last_reviewed_at, mastery_level
        )
          join public.college c on c.id = ${collegeId}::uuid
        where p.id = n.id and p.college_id = ${collegeId}::uuid`,
  );
}
