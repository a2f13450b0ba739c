import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import { execute, one, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { person } from "./review-row.server.ts";

/** "I know this student", said on the attempt: the name stays hidden, the review goes back, and never comes again. */
export const declareConflict = mutation({
  name: "review.declare_conflict",
  permission: "integrity.review",
  input: z.object({
    reviewId: z.uuid(),
    whole: z.enum(["student", "class"]).default("student"),
    reason: z.string().trim().min(3, "Say how you know them").max(500, "At most 500 characters"),
  }),
  async run({ ctx, input }) {
    const me = person(ctx);
    const found = await one(
      ctx.tx,
      sql`select r.id, r.college_id, r.state, a.user_id, e.class_id from public.review r
            join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
            join public.exam e on e.id = a.exam_id and e.college_id = a.college_id where r.id = ${input.reviewId} for update of r`,
      z.object({ id: z.string(), college_id: z.string(), state: z.string(), user_id: z.string(), class_id: z.string() }),
    );
    if (!found) throw new NotFound("There is no such review");
    await ctx.tx.prisma.declaredConflict.create({
      data: {
        id: newId(ctx.clock.now().getTime()),
        collegeId: found.college_id,
        staffId: me.id,
        userId: input.whole === "student" ? found.user_id : null,
        classId: input.whole === "class" ? found.class_id : null,
        reason: input.reason,
      },
    });
    await execute(
      ctx.tx,
      sql`update public.review set claimed_by = null, claimed_until = null, state = case when state = 'CLAIMED' then 'QUEUED' else state end, updated_at = ${ctx.clock.now()}
          where id = ${found.id} and college_id = ${found.college_id} and claimed_by = ${me.id}`,
    );
    await execute(
      ctx.tx,
      sql`update public.student_exam_attempt a set review_state = r.state from public.review r where a.id = r.attempt_id and a.college_id = r.college_id and r.id = ${found.id}`,
    );
    await record(ctx, {
      action: "review.declare_conflict",
      resource: "review",
      resourceId: found.id,
      collegeId: found.college_id,
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
      sql`select d.id, d.reason, d.created_at, c.name as class, g.name as college from public.declared_conflict d
            join public.college g on g.id = d.college_id left join public.class c on c.id = d.class_id and c.college_id = d.college_id
          where d.staff_id = ${person(ctx).id} order by d.created_at desc limit 200`,
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
    const gone = await one(
      ctx.tx,
      sql`delete from public.declared_conflict where id = ${input.id} and staff_id = ${person(ctx).id} returning college_id, reason`,
      z.object({ college_id: z.string(), reason: z.string() }),
    );
    if (!gone) throw new NotFound("You have declared no such thing");
    await record(ctx, {
      action: "review.withdraw_conflict",
      resource: "declared_conflict",
      resourceId: input.id,
      collegeId: gone.college_id,
      before: { reason: gone.reason },
    });
  },
});
