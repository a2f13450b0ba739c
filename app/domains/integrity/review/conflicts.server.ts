import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { letGoOf } from "./move-review.server.ts";
import { lockReview, person } from "./review-row.server.ts";

/** "I know this student", said on the attempt: the name stays hidden, the review goes back, and never comes again. */
export const declareConflict = mutation({
  name: "review.declare_conflict",
  permission: "integrity.review",
  input: z.object({
    reviewId: z.uuid(),
    whole: z.enum(["student", "class"]).default("student"),
    reason: z.string().trim().min(3, "Enter how you know them").max(500, "At most 500 characters"),
  }),
  async run({ ctx, input }) {
    const me = person(ctx);
    const review = await lockReview(ctx, input.reviewId);
    const about = await firstRow(
      ctx.tx,
      sql`select a.user_id, e.class_id
          from public.student_exam_attempt a
            join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
          where a.id = ${review.attempt_id} and a.college_id = ${review.college_id}`,
      z.object({ user_id: z.string(), class_id: z.string() }),
    );
    await ctx.tx.prisma.declaredConflict.create({
      data: {
        id: newId(ctx.clock.now().getTime()),
        collegeId: review.college_id,
        staffId: me.id,
        userId: input.whole === "student" ? about!.user_id : null,
        classId: input.whole === "class" ? about!.class_id : null,
        reason: input.reason,
      },
    });
    if (review.claimed_by === me.id) await letGoOf(ctx, review);
    await record(ctx, {
      action: "review.declare_conflict",
      resource: "review",
      resourceId: review.id,
      collegeId: review.college_id,
      reason: input.reason,
      details: { whole: input.whole },
    });
  },
});

/** Whom this person has said to know. A student stays without a name here: what was said tells them apart. */
export const myConflicts = read({
  name: "review.my_conflicts",
  permission: "integrity.review",
  on: "primary",
  input: z.object({}),
  async run({ ctx }) {
    return rows(
      ctx.tx,
      sql`select d.id, d.reason, d.created_at, c.name as class, g.name as college
          from public.declared_conflict d
            join public.college g on g.id = d.college_id
            left join public.class c on c.id = d.class_id and c.college_id = d.college_id
          where d.staff_id = ${person(ctx).id}
          order by d.created_at desc
          limit 200`,
      z.object({ id: z.string(), reason: z.string(), created_at: z.date(), class: z.string().nullable(), college: z.string() }),
    );
  },
});

/** Declared by mistake: their attempts may come to this person again. What was reviewed by others stays theirs. */
export const withdrawConflict = mutation({
  name: "review.withdraw_conflict",
  permission: "integrity.review",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const gone = await firstRow(
      ctx.tx,
      sql`delete from public.declared_conflict
          where id = ${input.id} and staff_id = ${person(ctx).id}
          returning college_id, reason`,
      z.object({ college_id: z.string(), reason: z.string() }),
    );
    if (!gone) throw new NotFound("Conflict not found");
    await record(ctx, {
      action: "review.withdraw_conflict",
      resource: "declared_conflict",
      resourceId: input.id,
      collegeId: gone.college_id,
      before: { reason: gone.reason },
    });
  },
});
