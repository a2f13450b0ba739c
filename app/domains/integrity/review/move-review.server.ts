import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { empty, sql } from "~/db/sql.ts";
import { assertMove } from "~/platform/machine.ts";
import { isOpen, REVIEW, type ReviewState } from "../machine.ts";
import { withholding } from "../score/withholding.ts";
import type { ReviewRow } from "./review-row.server.ts";

export type Claim = { by: string; until: Date };

type Also = {
  /** Who is at work on it from now on; null: nobody. Not said: who was before. */
  claim?: Claim | null;
  /** A person decided, or took that back: since when, and whether the result waits, follow the state. */
  decision?: boolean;
};

/** The only writer of a review's state, once it is in the queue. Its attempt follows by a trigger. The caller holds the review. */
export async function moveReview(ctx: TxCtx, review: ReviewRow, to: ReviewState, also: Also = {}): Promise<void> {
  if (to !== review.state) assertMove(REVIEW, "review", review.state, to);
  const now = ctx.clock.now();
  const claim =
    also.claim === undefined
      ? empty
      : sql`, claimed_by = ${also.claim?.by ?? null}, claimed_until = ${also.claim?.until ?? null}`;
  const decision = also.decision
    ? sql`, withholds = ${withholding({ ...review, state: to }).withheld}, decided_at = ${isOpen(to) ? null : now}`
    : empty;
  await execute(
    ctx.tx,
    sql`update public.review
        set state = ${to}, updated_at = ${now}${claim}${decision}
        where id = ${review.id} and college_id = ${review.college_id}`,
  );
}

/** Back to the queue, unless someone has decided in it already: then the next look waits for whoever takes it. */
export const letGoOf = (ctx: TxCtx, review: ReviewRow): Promise<void> =>
  moveReview(ctx, review, review.state === "CLAIMED" ? "QUEUED" : review.state, { claim: null });
