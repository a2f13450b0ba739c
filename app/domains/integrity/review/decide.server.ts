import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { literals, sql } from "~/db/sql.ts";
import { HOLDS, holdResult, liftHold } from "~/domains/exams/results/hold.server.ts";
import { keepBack, releaseResults } from "~/domains/exams/results/release.server.ts";
import { Conflict, Forbidden, Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { nextState, undoState, BEGUN_STATES, DECISIONS, isOpen, roundOf, type ReviewState } from "../machine.ts";
import { withholding } from "../score/withholding.ts";
import { writeStatement } from "../statement/write.server.ts";
import { claim, claimEnds, claimedByAnother } from "./claim.server.ts";
import { moveReview } from "./move-review.server.ts";
import { BAR_SAYS, barOf, lockReview, person, type ReviewRow } from "./review-row.server.ts";

const UNDO_SECONDS = 10;

/** The result waits for an open review that withholds it, and for no other. */
async function followState(ctx: TxCtx, review: ReviewRow, to: ReviewState): Promise<void> {
  const attempt = { id: review.attempt_id, college_id: review.college_id };
  if (withholding({ ...review, state: to }).withheld) await keepBack(ctx, [attempt]);
  else await releaseResults(ctx, [attempt]);
}

/**
 * One person's decision. A violation stands only when a second person, who has not seen the first one's decision, decides
 * the same; a disagreement goes to a third. What stands takes effect in this same transaction.
 */
export const decideReview = mutation({
  name: "review.decide",
  permission: "integrity.review",
  input: z.object({
    reviewId: z.uuid(),
    decision: z.enum(DECISIONS),
    note: z.string().trim().max(4000, "At most 4,000 characters").default(""),
    /** What a violation that stands does to the result. */
    consequence: z.enum(HOLDS).default("WITHHELD"),
    /** The look that this person was at when they began to write: a claim that ran out meanwhile is taken up again. */
    round: z.number().int().min(1).max(3).optional(),
  }),
  async run({ ctx, input }) {
    const me = person(ctx);
    if (input.decision === "VIOLATION" && input.note.length < 10)
      throw new Invalid("Enter what you saw", { note: ["A violation needs a sentence for the committee"] });
    let review = await lockReview(ctx, input.reviewId);
    const round = roundOf(review.state);
    if (round === null) throw new Conflict("This review is already decided");
    if (input.round !== undefined && input.round !== round)
      throw new Conflict("Someone has decided on this attempt since you opened it. Reload before you decide");
    const bar = await barOf(ctx, review.id);
    if (bar) throw new Forbidden(BAR_SAYS[bar]);
    if (review.claimed_by !== me.id || !review.claimed_until || review.claimed_until <= ctx.clock.now()) {
      if (input.round === undefined)
        throw new Conflict(review.claimed_by === me.id ? "Your claim has expired. Claim it again" : "Claim this review first");
      if (claimedByAnother(review, me.id, ctx.clock.now()))
        throw new Conflict("Your claim has expired, and someone else is reviewing this attempt now");
      await claim(ctx, review);
      review = await lockReview(ctx, input.reviewId);
    }
    const to = nextState(review.state, input.decision);
    if (!to) throw new Conflict("Claim this review first");
    const now = ctx.clock.now();
    const decisionId = newId(now.getTime());
    await execute(
      ctx.tx,
      sql`insert into public.review_decision (
            id, college_id, review_id, round, decider_id, decision, note, created_at, updated_at
          )
          values (
            ${decisionId}, ${review.college_id}, ${review.id}, ${round}, ${me.id}, ${input.decision}, ${input.note},
            ${now}, ${now}
          )`,
    );
    await moveReview(ctx, review, to, { claim: null, decision: true });
    if (to === "VIOLATION")
      await holdResult(ctx, { attemptId: review.attempt_id, reviewId: review.id, action: input.consequence });
    else await followState(ctx, review, to);
    const entryId = await record(ctx, {
      action: "review.decide",
      resource: "review",
      resourceId: review.id,
      collegeId: review.college_id,
      before: { state: review.state },
      after: { state: to },
      details: {
        attempt: review.attempt_id,
        round,
        decision: input.decision,
        ...(to === "VIOLATION" ? { consequence: input.consequence } : {}),
      },
    });
    if (!isOpen(to))
      await writeStatement(ctx, {
        review,
        decisionId,
        entryId,
        outcome: input.decision,
        consequence: to === "VIOLATION" ? input.consequence : null,
      });
    return { decisionId, state: to, attemptId: review.attempt_id, undoUntil: new Date(now.getTime() + UNDO_SECONDS * 1000) };
  },
});

/** Within ten seconds, by who decided, as long as nobody has built on it. */
export const undoDecision = mutation({
  name: "review.undo",
  permission: "integrity.review",
  input: z.object({ decisionId: z.uuid() }),
  async run({ ctx, input }) {
    const me = person(ctx);
    const found = await firstRow(
      ctx.tx,
      sql`select review_id from public.review_decision where id = ${input.decisionId}`,
      z.object({ review_id: z.string() }),
    );
    if (!found) throw new Conflict("Nothing to undo");
    const review = await lockReview(ctx, found.review_id);
    const last = await firstRow(
      ctx.tx,
      sql`select id, round, decider_id, created_at
          from public.review_decision
          where review_id = ${review.id} and college_id = ${review.college_id} and undone_at is null
          order by round desc
          limit 1`,
      z.object({ id: z.string(), round: z.number(), decider_id: z.string(), created_at: z.date() }),
    );
    const now = ctx.clock.now();
    if (!last || last.id !== input.decisionId || last.decider_id !== me.id) throw new Conflict("Someone has decided after you");
    if (now.getTime() - last.created_at.getTime() > UNDO_SECONDS * 1000)
      throw new Conflict("The ten seconds for an undo have passed");
    if (review.claimed_by && review.claimed_by !== me.id) throw new Conflict("Someone has claimed the review since");
    const to = undoState(last.round);
    if (review.state === "VIOLATION")
      await liftHold(ctx, { attemptId: review.attempt_id, reviewId: review.id, reason: "undone", quietly: true });
    else await followState(ctx, review, to);
    await execute(
      ctx.tx,
      sql`update public.review_decision
          set undone_at = ${now}, updated_at = ${now}
          where id = ${last.id} and college_id = ${review.college_id}`,
    );
    await moveReview(ctx, review, to, { claim: { by: me.id, until: claimEnds(now) }, decision: true });
    await record(ctx, {
      action: "review.undo",
      resource: "review",
      resourceId: review.id,
      collegeId: review.college_id,
      before: { state: review.state },
      after: { state: to },
      details: { attempt: review.attempt_id, round: last.round },
    });
    return { reviewId: review.id, attemptId: review.attempt_id, state: to };
  },
});

export const addNote = mutation({
  name: "review.note",
  permission: "integrity.review",
  input: z.object({
    reviewId: z.uuid(),
    body: z.string().trim().min(2, "Enter a note").max(4000, "At most 4,000 characters"),
  }),
  async run({ ctx, input }) {
    const me = person(ctx);
    const review = await lockReview(ctx, input.reviewId);
    const bar = await barOf(ctx, review.id);
    if (bar === "conflict" || bar === "teaches") throw new Forbidden(BAR_SAYS[bar]);
    const id = newId(ctx.clock.now().getTime());
    // Whoever writes is at work: their claim lasts from now on.
    await execute(
      ctx.tx,
      sql`update public.review
          set claimed_until = ${claimEnds(ctx.clock.now())}
          where id = ${review.id} and college_id = ${review.college_id}
            and claimed_by = ${me.id} and state in ${literals(BEGUN_STATES)}`,
    );
    await ctx.tx.prisma.reviewNote.create({
      data: { id, collegeId: review.college_id, reviewId: review.id, authorId: me.id, body: input.body },
    });
    await record(ctx, {
      action: "review.note",
      resource: "review",
      resourceId: review.id,
      collegeId: review.college_id,
      details: { attempt: review.attempt_id, length: input.body.length },
    });
    return { id };
  },
});
