import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql, type Sql } from "~/db/sql.ts";
import { Forbidden, NotFound } from "~/platform/errors.ts";
import { reasonRow } from "../score/reason-row.ts";
import { REVIEW, type ReviewState } from "../machine.ts";

export const reviewStates = Object.keys(REVIEW) as [ReviewState, ...ReviewState[]];

const reviewRow = z.object({
  id: z.string(),
  college_id: z.string(),
  attempt_id: z.string(),
  exam_id: z.string(),
  state: z.enum(reviewStates),
  score: z.number(),
  reasons: z.array(reasonRow),
  claimed_by: z.string().nullable(),
  claimed_until: z.date().nullable(),
  decided_at: z.date().nullable(),
  sampled: z.boolean(),
});
export type ReviewRow = z.infer<typeof reviewRow>;

/** The review, held until the end of this transaction. */
export async function lockReview(ctx: TxCtx, id: string): Promise<ReviewRow> {
  const review = await firstRow(
    ctx.tx,
    sql`select r.id, r.college_id, r.attempt_id, a.exam_id, r.state, r.score, r.reasons, r.claimed_by,
               r.claimed_until, r.decided_at, r.sampled
        from public.review r
          join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
        where r.id = ${id}
        for update of r`,
    reviewRow,
  );
  if (!review) throw new NotFound("Review not found");
  return review;
}

/**
 * Why this person may not look at this review: whom they know (declared), whom they teach (the class has a teacher with
 * their address), and what they have decided upon before. SQL, so that a queue is filtered by the very same rule.
 * Expects review `r`, attempt `a` and exam `e`.
 */
export function barred(staffId: string, email: string): Sql {
  return sql`
    case
      when exists (
        select 1
        from public.declared_conflict d
        where d.college_id = r.college_id
          and d.staff_id = ${staffId}
          and (d.user_id = a.user_id or d.class_id = e.class_id)
      ) then 'conflict'
      when exists (
        select 1
        from public.teacher_class_assignment t
          join public."user" u on u.id = t.user_id and u.college_id = t.college_id
        where t.college_id = r.college_id and t.class_id = e.class_id and lower(u.email) = ${email.toLowerCase()}
      ) then 'teaches'
      when exists (
        select 1
        from public.review_decision d
        where d.review_id = r.id and d.college_id = r.college_id and d.decider_id = ${staffId} and d.undone_at is null
      ) then 'decided'
    end`;
}

export type Bar = "conflict" | "teaches" | "decided";
export const BAR_SAYS: Record<Bar, string> = {
  conflict: "You declared that you know this student or class, so someone else reviews this attempt",
  teaches: "You teach this class, so someone else reviews this attempt",
  decided: "You have already decided on this attempt. Someone else is next",
};

export async function barOf(ctx: TxCtx, reviewId: string): Promise<Bar | null> {
  if (ctx.actor.kind !== "staff") return null;
  const found = await firstRow(
    ctx.tx,
    sql`select ${barred(ctx.actor.id, ctx.actor.email)} as bar from public.review r
          join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
          join public.exam e on e.id = a.exam_id and e.college_id = a.college_id where r.id = ${reviewId}`,
    z.object({ bar: z.enum(["conflict", "teaches", "decided"]).nullable() }),
  );
  return found?.bar ?? null;
}

/** A decision has an author: the system itself never makes one. */
export function person(ctx: TxCtx): { id: string; email: string; name: string } {
  if (ctx.actor.kind !== "staff") throw new Forbidden("Only a person may decide");
  return ctx.actor;
}
