import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { execute, one, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { tenantIs } from "~/db/tenant.ts";
import { withScope } from "~/db/scope.server.ts";
import { Conflict, Forbidden } from "~/platform/errors.ts";
import { isOpen } from "../machine.ts";
import { BAR_SAYS, barOf, barred, lockReview, MIRROR, person, type ReviewRow } from "./review-row.server.ts";

/** A claim lasts this long; working on it renews it. */
const CLAIM_MINUTES = 20;

export const claimEnds = (now: Date) => new Date(now.getTime() + CLAIM_MINUTES * 60_000);

/** Whether somebody else is at work on it. */
export const heldByAnother = (review: ReviewRow, meId: string, now: Date): boolean =>
  review.claimed_by !== null && review.claimed_by !== meId && review.claimed_until !== null && review.claimed_until > now;

export async function hold(ctx: TxCtx, review: ReviewRow): Promise<Date> {
  const me = person(ctx);
  const until = claimEnds(ctx.clock.now());
  await execute(
    ctx.tx,
    sql`update public.review set claimed_by = ${me.id}, claimed_until = ${until}, state = case when state = 'QUEUED' then 'CLAIMED' else state end, updated_at = ${ctx.clock.now()}
        where id = ${review.id} and college_id = ${review.college_id}`,
  );
  await execute(ctx.tx, sql`${MIRROR} ${review.id}`);
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
    if (!isOpen(review.state)) throw new Conflict("This review is decided");
    const bar = await barOf(ctx, review.id);
    if (bar) throw new Forbidden(BAR_SAYS[bar]);
    if (heldByAnother(review, me.id, ctx.clock.now())) throw new Conflict("Somebody else is reviewing this attempt");
    return { reviewId: review.id, attemptId: review.attempt_id, until: await hold(ctx, review) };
  },
});

/** The next in the queue that this person may review; two who ask at once get two different ones. */
export const claimNext = mutation({
  name: "review.next",
  permission: "integrity.review",
  input: z.object({ after: z.uuid().optional(), examId: z.uuid().optional() }),
  async run({ ctx, input }) {
    const me = person(ctx);
    const next = await one(
      ctx.tx,
      sql`select r.id from public.review r join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
            join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
          where ${tenantIs(ctx, "r.college_id")} and r.state in ('QUEUED', 'CLAIMED', 'SECOND', 'THIRD') and r.id <> coalesce(${input.after ?? null}::uuid, gen_random_uuid())
            and (${input.examId ?? null}::uuid is null or a.exam_id = ${input.examId ?? null}::uuid)
            and (r.claimed_by is null or r.claimed_until < ${ctx.clock.now()}) and ${barred(me.id, me.email)} is null
          order by r.score desc, r.id limit 1 for update of r skip locked`,
      z.object({ id: z.string() }),
    );
    if (!next) throw new Conflict("Nothing waits for you in the queue");
    const review = await lockReview(ctx, next.id);
    return { reviewId: review.id, attemptId: review.attempt_id, until: await hold(ctx, review) };
  },
});

async function giveBack(ctx: TxCtx, review: ReviewRow, action: string): Promise<void> {
  await execute(
    ctx.tx,
    sql`update public.review set claimed_by = null, claimed_until = null, state = case when state = 'CLAIMED' then 'QUEUED' else state end, updated_at = ${ctx.clock.now()}
        where id = ${review.id} and college_id = ${review.college_id}`,
  );
  await execute(ctx.tx, sql`${MIRROR} ${review.id}`);
  await record(ctx, {
    action,
    resource: "review",
    resourceId: review.id,
    collegeId: review.college_id,
    details: { attempt: review.attempt_id },
  });
}

export const releaseReview = mutation({
  name: "review.release",
  permission: "integrity.review",
  input: z.object({ reviewId: z.uuid() }),
  async run({ ctx, input }) {
    const review = await lockReview(ctx, input.reviewId);
    if (review.claimed_by !== person(ctx).id || !isOpen(review.state)) throw new Conflict("You do not hold this review");
    await giveBack(ctx, review, "review.release");
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
    await giveBack(ctx, review, "review.claim_expired");
  },
});

/** Claims that ran out go back to the queue. */
export async function expireClaims(ctx: Ctx): Promise<number> {
  const due = await withScope(ctx, (inner) =>
    rows(
      inner.tx,
      sql`select id from public.review where claimed_by is not null and claimed_until < ${inner.clock.now()} and state in ('CLAIMED', 'SECOND', 'THIRD') order by claimed_until limit 200`,
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
