import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { literals, raw, sql } from "~/db/sql.ts";
import { tenantIs } from "~/db/tenant.ts";
import { withScope } from "~/db/scope.server.ts";
import { Conflict, Forbidden } from "~/platform/errors.ts";
import { BEGUN_STATES, isOpen, OPEN_STATES } from "../machine.ts";
import { letGoOf, moveReview } from "./move-review.server.ts";
import { BAR_SAYS, barOf, barred, lockReview, person, type ReviewRow } from "./review-row.server.ts";

/** A claim lasts this long; working on it renews it. */
const CLAIM_MINUTES = 20;

export const claimEnds = (now: Date) => new Date(now.getTime() + CLAIM_MINUTES * 60_000);

/** Whether someone else is at work on it. */
export const claimedByAnother = (review: ReviewRow, meId: string, now: Date): boolean =>
  review.claimed_by !== null && review.claimed_by !== meId && review.claimed_until !== null && review.claimed_until > now;

export async function claim(ctx: TxCtx, review: ReviewRow): Promise<Date> {
  const until = claimEnds(ctx.clock.now());
  await moveReview(ctx, review, review.state === "QUEUED" ? "CLAIMED" : review.state, {
    claim: { by: person(ctx).id, until },
  });
  await record(ctx, {
    action: "review.claim",
    resource: "review",
    resourceId: review.id,
    collegeId: review.college_id,
    details: { attempt: review.attempt_id, round: review.state },
  });
  return until;
}

/** Takes one review for a while: nobody else works on it meanwhile. */
export const claimReview = mutation({
  name: "review.claim",
  permission: "integrity.review",
  input: z.object({ reviewId: z.uuid() }),
  async run({ ctx, input }) {
    const me = person(ctx);
    const review = await lockReview(ctx, input.reviewId);
    if (!isOpen(review.state)) throw new Conflict("This review is already decided");
    const bar = await barOf(ctx, review.id);
    if (bar) throw new Forbidden(BAR_SAYS[bar]);
    if (claimedByAnother(review, me.id, ctx.clock.now())) throw new Conflict("Someone else is reviewing this attempt");
    return { reviewId: review.id, attemptId: review.attempt_id, until: await claim(ctx, review) };
  },
});

/** What was drawn at random comes up among the flagged ones, at a place that follows from its id, not after all of them. */
const QUEUE_PLACE = raw("case when r.sampled then 40 + ('x' || right(r.id::text, 6))::bit(24)::int % 61 else r.score end");

/** The next in the queue that this person may review; two who ask at once get two different ones. */
export const claimNext = mutation({
  name: "review.next",
  permission: "integrity.review",
  input: z.object({ after: z.uuid().optional(), examId: z.uuid().optional() }),
  async run({ ctx, input }) {
    const me = person(ctx);
    const next = await firstRow(
      ctx.tx,
      sql`select r.id
          from public.review r
            join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
            join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
          where ${tenantIs(ctx, "r.college_id")}
            and r.state in ${literals(OPEN_STATES)}
            and r.id <> coalesce(${input.after ?? null}::uuid, gen_random_uuid())
            and (${input.examId ?? null}::uuid is null or a.exam_id = ${input.examId ?? null}::uuid)
            and (r.claimed_by is null or r.claimed_until < ${ctx.clock.now()})
            and ${barred(me.id, me.email)} is null
          order by ${QUEUE_PLACE} desc, r.id
          limit 1
          for update of r skip locked`,
      z.object({ id: z.string() }),
    );
    if (!next) throw new Conflict("No review is waiting for you");
    const review = await lockReview(ctx, next.id);
    return { reviewId: review.id, attemptId: review.attempt_id, until: await claim(ctx, review) };
  },
});

async function letGo(ctx: TxCtx, review: ReviewRow, action: string): Promise<void> {
  await letGoOf(ctx, review);
  await record(ctx, {
    action,
    resource: "review",
    resourceId: review.id,
    collegeId: review.college_id,
    details: { attempt: review.attempt_id },
  });
}

/** Back to the queue before its time: who let it go is done with it for now. */
export const letGoReview = mutation({
  name: "review.release",
  permission: "integrity.review",
  input: z.object({ reviewId: z.uuid() }),
  async run({ ctx, input }) {
    const review = await lockReview(ctx, input.reviewId);
    if (review.claimed_by !== person(ctx).id || !isOpen(review.state)) throw new Conflict("You have not claimed this review");
    await letGo(ctx, review, "review.release");
  },
});

const expireOne = mutation({
  name: "review.expire_claim",
  permission: "integrity.review",
  input: z.object({ reviewId: z.uuid() }),
  async run({ ctx, input }) {
    const review = await lockReview(ctx, input.reviewId);
    if (!review.claimed_by || !review.claimed_until || review.claimed_until > ctx.clock.now() || !isOpen(review.state))
      throw new Conflict("Not expired any more");
    await letGo(ctx, review, "review.claim_expired");
  },
});

/** Claims that ran out go back to the queue. */
export async function expireClaims(ctx: Ctx): Promise<number> {
  const due = await withScope(ctx, (inner) =>
    rows(
      inner.tx,
      sql`select id
          from public.review
          where claimed_by is not null and claimed_until < ${inner.clock.now()} and state in ${literals(BEGUN_STATES)}
          order by claimed_until
          limit 200`,
      z.object({ id: z.string() }),
    ),
  );
  let done = 0;
  for (const { id } of due) {
    try {
      await expireOne({ ctx, input: { reviewId: id } });
      done++;
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
    }
  }
  return done;
}
