import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { takeBack, tell } from "~/domains/communication/tell-student.server.ts";
import { Conflict, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { assertMove } from "~/platform/machine.ts";
import { ATTEMPT, type AttemptState } from "../machine.ts";
import { freeResults } from "./release.server.ts";

export const HOLDS = ["WITHHELD", "ZEROED"] as const;
export type Hold = (typeof HOLDS)[number];

const attemptRow = z.object({
  id: z.string(),
  college_id: z.string(),
  user_id: z.string(),
  exam_id: z.string(),
  state: z.string(),
  score: z.number(),
  title: z.string(),
});

async function lockAttempt(ctx: TxCtx, attemptId: string) {
  const attempt = await firstRow(
    ctx.tx,
    sql`select a.id, a.college_id, a.user_id, a.exam_id, a.state, a.score, e.title
        from public.student_exam_attempt a
          join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
        where a.id = ${attemptId}
        for update of a`,
    attemptRow,
  );
  if (!attempt) throw new NotFound("Attempt not found");
  return attempt;
}

/** Holds a result back, keeping what it was. Joins the caller's transaction: the decision and its effect are one. */
export async function holdResult(ctx: TxCtx, input: { attemptId: string; reviewId: string; action: Hold }): Promise<void> {
  const attempt = await lockAttempt(ctx, input.attemptId);
  assertMove(ATTEMPT, "attempt", attempt.state as AttemptState, input.action);
  const now = ctx.clock.now();
  await execute(
    ctx.tx,
    sql`insert into public.result_hold (
          id, college_id, attempt_id, review_id, action, prior_state, prior_score, prior_result, created_at,
          updated_at
        )
        select ${newId(now.getTime())}::uuid, ${attempt.college_id}, ${attempt.id}, ${input.reviewId},
               ${input.action}, ${attempt.state}, ${attempt.score},
               (
                 select jsonb_build_object(
                          'score', r.score, 'percentage', r.percentage, 'grade', r.grade, 'passed', r.passed,
                          'withheld', r.withheld, 'published_at', r.published_at
                        )
                 from public.exam_result r
                 where r.attempt_id = ${attempt.id} and r.college_id = ${attempt.college_id}
               ),
               ${now}, ${now}`,
  );
  const zero = input.action === "ZEROED";
  await execute(
    ctx.tx,
    sql`update public.student_exam_attempt
        set state = ${input.action}, score = case when ${zero} then 0 else score end, updated_at = ${now}
        where id = ${attempt.id} and college_id = ${attempt.college_id}`,
  );
  await execute(
    ctx.tx,
    sql`update public.exam_result
        set withheld = ${!zero}, updated_at = ${now}, score = case when ${zero} then 0 else score end,
            percentage = case when ${zero} then 0 else percentage end,
            grade = case when ${zero} then null else grade end, passed = case when ${zero} then false else passed end
        where attempt_id = ${attempt.id} and college_id = ${attempt.college_id}`,
  );
  await tell(ctx, attempt, {
    key: `hold:${input.reviewId}`,
    type: "WARNING",
    title: zero ? `Your attempt at ${attempt.title} was set to zero` : `Your result of ${attempt.title} is withheld`,
    message: "Two reviewers independently found a violation of the exam rules. Your college can file an appeal for you.",
  });
}

const holdRow = z.object({
  id: z.string(),
  action: z.string(),
  prior_state: z.string(),
  prior_score: z.number(),
  prior_result: z.record(z.string(), z.unknown()).nullable(),
});

/** Gives back everything that the hold took: state, score, result, publication. */
export async function liftHold(
  ctx: TxCtx,
  input: { attemptId: string; reviewId: string; reason: string; quietly?: boolean },
): Promise<void> {
  const attempt = await lockAttempt(ctx, input.attemptId);
  const now = ctx.clock.now();
  const hold = await firstRow(
    ctx.tx,
    sql`update public.result_hold set lifted_at = ${now}, lifted_reason = ${input.reason}, updated_at = ${now}
        where attempt_id = ${attempt.id} and college_id = ${attempt.college_id} and lifted_at is null
        returning id, action, prior_state, prior_score, prior_result`,
    holdRow,
  );
  if (!hold) throw new Conflict("No result is withheld any more");
  assertMove(ATTEMPT, "attempt", attempt.state as AttemptState, hold.prior_state as AttemptState);
  await execute(
    ctx.tx,
    sql`update public.student_exam_attempt
        set state = ${hold.prior_state}, score = ${hold.prior_score}, updated_at = ${now}
        where id = ${attempt.id} and college_id = ${attempt.college_id}`,
  );
  const was = hold.prior_result;
  if (was) {
    await execute(
      ctx.tx,
      sql`update public.exam_result
          set score = ${was["score"]}, percentage = ${was["percentage"]}, grade = ${was["grade"]},
              passed = ${was["passed"]}, withheld = ${input.quietly ? was["withheld"] : true},
              published_at = coalesce(${was["published_at"]}::timestamptz, published_at), updated_at = ${now}
          where attempt_id = ${attempt.id} and college_id = ${attempt.college_id}`,
    );
  }
  if (input.quietly) {
    // Undone before anyone was told.
    await takeBack(ctx, [{ college_id: attempt.college_id, key: `hold:${input.reviewId}` }]);
    return;
  }
  // What was published while this was held back is published with it now.
  await freeResults(ctx, [attempt]);
  await tell(ctx, attempt, {
    key: `hold:${input.reviewId}:lifted`,
    type: "SUCCESS",
    title: `Your result of ${attempt.title} is restored`,
    message: "The appeal was successful. Everything that was withheld is restored.",
  });
}
