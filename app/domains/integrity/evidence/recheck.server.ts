import { z } from "zod";
import { record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { METHOD } from "../collusion/method.ts";
import { isOpen } from "../machine.ts";
import { rescore } from "../score/rescore.server.ts";

const earlierReview = z.object({ id: z.string(), college_id: z.string(), attempt_id: z.string(), state: z.string() });
export type EarlierReview = z.infer<typeof earlierReview>;

type Exam = { id: string; college_id: string };

/** Reviews of this exam whose reasons hold a similarity figure of an earlier method. */
export function reviewsOnEarlierMethod(ctx: TxCtx, exam: Exam): Promise<EarlierReview[]> {
  return rows(
    ctx.tx,
    sql`select r.id, r.college_id, r.attempt_id, r.state
        from public.review r
          join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
        where a.exam_id = ${exam.id} and a.college_id = ${exam.college_id}
          and exists (
            select 1 from jsonb_array_elements(r.reasons) reason
            where reason ->> 'signal' = 'IDENTICAL_ERRORS' and coalesce((reason ->> 'method')::int, 1) < ${METHOD})
        order by r.id`,
    earlierReview,
  );
}

/**
 * After an exam's answers were compared by a new method: open reviews are scored by what it found, so that what rests on
 * nothing any more leaves the queue and frees its result. Decided ones stay as they were decided. The log says which, and why.
 */
export async function recheckReviews(
  ctx: TxCtx,
  exam: Exam,
  reviews: EarlierReview[],
  found: ReadonlySet<string>,
): Promise<void> {
  const open = reviews.filter((review) => isOpen(review.state));
  await rescore(
    ctx,
    open.map((review) => review.attempt_id),
  );
  for (const review of reviews) {
    const stands = found.has(review.attempt_id);
    const decided = !isOpen(review.state);
    if (decided && review.state !== "VIOLATION" && review.state !== "APPEALED") continue;
    await record(ctx, {
      action: decided ? "review.decided_on_earlier_method" : "review.recheck",
      resource: "review",
      resourceId: review.id,
      collegeId: exam.college_id,
      reason:
        `Similarity figure recomputed with method ${METHOD}; evidence ${stands ? "stands" : "withdrawn"}` +
        (decided ? ". Decided on the earlier method" : ""),
      details: { attempt: review.attempt_id, method: METHOD, evidence: stands ? "stands" : "withdrawn" },
    });
  }
}
