import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { LearningEvent } from "../events/parse.ts";

const plain = (answer: string) => answer.normalize("NFC").trim().replaceAll(/\s+/g, " ").toLowerCase();

/** By the answer that the exercise holds; where it holds none, as the application judged it. */
const isCorrect = (event: LearningEvent, right: string | null): boolean =>
  right !== null && event.answer !== null ? plain(event.answer) === plain(right) : (event.correct ?? false);

/** An attempt for each answer, under the event's own id. */
export async function applyExercises(
  ctx: TxCtx,
  collegeId: string,
  given: readonly LearningEvent[],
  answers: ReadonlyMap<string, string | null>,
): Promise<void> {
  const attempts = given.filter((event) => event.type === "EXERCISE_ANSWERED");
  if (attempts.length === 0) return;
  const now = ctx.clock.now();
  await execute(
    ctx.tx,
    sql`insert into public.exercise_attempt
          (id, college_id, exercise_id, user_id, is_correct, answer, time_spent, created_at, updated_at)
        select a.id, ${collegeId}::uuid, a.exercise_id, a.user_id, a.correct, a.answer, a.seconds, a.at, ${now}
        from unnest(
          ${attempts.map((event) => event.id)}::uuid[],
          ${attempts.map((event) => event.exerciseId)}::uuid[],
          ${attempts.map((event) => event.userId)}::uuid[],
          ${attempts.map((event) => isCorrect(event, answers.get(event.exerciseId!) ?? null))}::boolean[],
          ${attempts.map((event) => event.answer)}::text[],
          ${attempts.map((event) => event.seconds)}::int[],
          ${attempts.map((event) => event.at.toISOString())}::timestamptz[]
        ) a (id, exercise_id, user_id, correct, answer, seconds, at)
        on conflict (id, college_id) do nothing`,
  );
}
