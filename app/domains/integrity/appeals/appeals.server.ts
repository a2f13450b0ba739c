import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { raw, sql } from "~/db/sql.ts";
import { tenantIs } from "~/db/tenant.ts";
import { liftHold } from "~/domains/exams/results/hold.server.ts";
import { Conflict, Forbidden, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { assertMove } from "~/platform/machine.ts";
import { APPEAL, REVIEW, type AppealStatus } from "../machine.ts";
import { moveReview } from "../review/move-review.server.ts";
import { BAR_SAYS, barOf, barred, lockReview, person } from "../review/review-row.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

/** An appeal may be filed this long after a violation stands, and is to be decided within the same time. */
const APPEAL_DAYS = 14;
const DAY = 86_400_000;

export const fileAppeal = mutation({
  name: "appeal.file",
  permission: "appeals.file",
  input: z.object({
    reviewId: z.uuid(),
    statement: z.string().trim().min(20, "Enter what the student says, in a few sentences").max(8000, "At most 8,000 characters"),
  }),
  async run({ ctx, input }) {
    const me = person(ctx);
    const review = await lockReview(ctx, input.reviewId);
    assertMove(REVIEW, "review", review.state, "APPEALED");
    const now = ctx.clock.now();
    if (review.decided_at && now.getTime() - review.decided_at.getTime() > APPEAL_DAYS * DAY)
      throw new Conflict(`The ${APPEAL_DAYS} days in which an appeal could be filed have passed`);
    const known = await firstRow(
      ctx.tx,
      sql`select id from public.appeal where review_id = ${review.id} and college_id = ${review.college_id}`,
      z.object({ id: z.string() }),
    );
    if (known) throw new Conflict("This decision has already been appealed");
    const id = newId(now.getTime());
    const deadlineAt = new Date(now.getTime() + APPEAL_DAYS * DAY);
    await ctx.tx.prisma.appeal.create({
      data: { id, collegeId: review.college_id, reviewId: review.id, filedBy: me.id, statement: input.statement, deadlineAt },
    });
    await moveReview(ctx, review, "APPEALED");
    await record(ctx, {
      action: "appeal.file",
      resource: "appeal",
      resourceId: id,
      collegeId: review.college_id,
      details: { review: review.id, attempt: review.attempt_id, deadlineAt },
    });
    return { id, deadlineAt };
  },
});

const appealRow = z.object({
  id: z.string(),
  college_id: z.string(),
  review_id: z.string(),
  filed_by: z.string(),
  status: z.string(),
});

/** By someone who has not decided on this attempt before, and did not file. Success restores everything at once. */
export const decideAppeal = mutation({
  name: "appeal.decide",
  permission: "appeals.decide",
  input: z.object({
    appealId: z.uuid(),
    outcome: z.enum(["UPHELD", "DISMISSED"]),
    note: z.string().trim().min(10, "Enter the grounds in a sentence").max(4000, "At most 4,000 characters"),
  }),
  async run({ ctx, input }) {
    const me = person(ctx);
    const appeal = await firstRow(
      ctx.tx,
      sql`select id, college_id, review_id, filed_by, status
          from public.appeal
          where id = ${input.appealId}
          for update`,
      appealRow,
    );
    if (!appeal) throw new NotFound("Appeal not found");
    assertMove(APPEAL, "appeal", appeal.status as AppealStatus, input.outcome);
    if (appeal.filed_by === me.id) throw new Forbidden("You filed this appeal. Someone else must decide it");
    const review = await lockReview(ctx, appeal.review_id);
    const bar = await barOf(ctx, review.id);
    if (bar) throw new Forbidden(BAR_SAYS[bar]);
    const to = input.outcome === "UPHELD" ? "CLEARED" : "VIOLATION";
    assertMove(REVIEW, "review", review.state, to);
    const now = ctx.clock.now();
    await execute(
      ctx.tx,
      sql`update public.appeal
          set status = ${input.outcome}, decided_by = ${me.id}, decided_at = ${now}, decision_note = ${input.note},
              updated_at = ${now}
          where id = ${appeal.id} and college_id = ${appeal.college_id}`,
    );
    await moveReview(ctx, review, to);
    if (input.outcome === "UPHELD")
      await liftHold(ctx, { attemptId: review.attempt_id, reviewId: review.id, reason: "appeal upheld" });
    await record(ctx, {
      action: "appeal.decide",
      resource: "appeal",
      resourceId: appeal.id,
      collegeId: appeal.college_id,
      reason: input.note,
      before: { status: appeal.status },
      after: { status: input.outcome },
      details: { review: review.id, attempt: review.attempt_id },
    });
    return { state: to };
  },
});

/** Whoever may file may withdraw: the violation stands again. Nothing ever expires into a verdict by itself. */
export const withdrawAppeal = mutation({
  name: "appeal.withdraw",
  permission: "appeals.file",
  input: z.object({ appealId: z.uuid(), reason: reasonField }),
  async run({ ctx, input }) {
    const appeal = await firstRow(
      ctx.tx,
      sql`select id, college_id, review_id, filed_by, status
          from public.appeal
          where id = ${input.appealId}
          for update`,
      appealRow,
    );
    if (!appeal) throw new NotFound("Appeal not found");
    assertMove(APPEAL, "appeal", appeal.status as AppealStatus, "EXPIRED");
    const now = ctx.clock.now();
    await execute(
      ctx.tx,
      sql`update public.appeal
          set status = 'EXPIRED', decided_at = ${now}, decision_note = ${input.reason}, updated_at = ${now}
          where id = ${appeal.id} and college_id = ${appeal.college_id}`,
    );
    await moveReview(ctx, await lockReview(ctx, appeal.review_id), "VIOLATION");
    await record(ctx, {
      action: "appeal.withdraw",
      resource: "appeal",
      resourceId: appeal.id,
      collegeId: appeal.college_id,
      reason: input.reason,
      before: { status: "OPEN" },
      after: { status: "EXPIRED" },
    });
  },
});

const listRow = z.object({
  id: z.string(),
  review_id: z.string(),
  attempt_id: z.string(),
  college: z.string(),
  exam: z.string(),
  candidate_no: z.number(),
  status: z.string(),
  statement: z.string(),
  created_at: z.date(),
  deadline_at: z.date(),
  decided_at: z.date().nullable(),
  decision_note: z.string().nullable(),
  /** Decided on the attempt before, knows or teaches the student, or filed this: not for this person. */
  barred: z.boolean(),
});

export const listAppeals = read({
  name: "appeal.list",
  permission: "appeals.read",
  on: "primary",
  input: z.object({ status: z.enum(["OPEN", "DECIDED"]).default("OPEN") }),
  run: ({ ctx, input }) => {
    const me = ctx.actor.kind === "staff" ? ctx.actor : null;
    return rows(
      ctx.tx,
      sql`select p.id, p.review_id, a.id as attempt_id, c.name as college, e.title as exam, a.candidate_no, p.status,
                 p.statement, p.created_at, p.deadline_at, p.decided_at, p.decision_note,
                 ${me ? sql`(p.filed_by = ${me.id} or ${barred(me.id, me.email)} is not null)` : raw("true")} as barred
          from public.appeal p
            join public.review r on r.id = p.review_id and r.college_id = p.college_id
            join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
            join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
            join public.college c on c.id = p.college_id
          where ${tenantIs(ctx, "p.college_id")} and (${input.status === "OPEN"} = (p.status = 'OPEN'))
          order by ${input.status === "OPEN" ? raw("p.deadline_at") : raw("p.decided_at desc")}, p.id
          limit 200`,
      listRow,
    );
  },
});

/** Violations that stand, may still be appealed against, and were not. */
export const appealable = read({
  name: "appeal.appealable",
  permission: "appeals.file",
  on: "primary",
  input: z.object({}),
  run: ({ ctx }) =>
    rows(
      ctx.tx,
      sql`select r.id as review_id, a.id as attempt_id, c.name as college, e.title as exam, a.candidate_no,
                 u.name as student, r.decided_at
          from public.review r
            join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
            join public."user" u on u.id = a.user_id and u.college_id = a.college_id
            join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
            join public.college c on c.id = r.college_id
          where ${tenantIs(ctx, "r.college_id")}
            and r.state = 'VIOLATION'
            and r.decided_at > ${new Date(ctx.clock.now().getTime() - APPEAL_DAYS * DAY)}
            and not exists (select 1 from public.appeal p where p.review_id = r.id and p.college_id = r.college_id)
          order by r.decided_at, r.id
          limit 200`,
      z.object({
        review_id: z.string(),
        attempt_id: z.string(),
        college: z.string(),
        exam: z.string(),
        candidate_no: z.number(),
        student: z.string(),
        decided_at: z.date(),
      }),
    ),
});
