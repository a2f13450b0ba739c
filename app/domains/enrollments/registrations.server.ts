import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { findOrAddStudent } from "~/domains/people/add-student.server.ts";
import { NotFound } from "~/platform/errors.ts";
import { enrollIn, lockPlace } from "./enroll.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

const registration = z.object({
  id: z.string(),
  college_id: z.string(),
  user_id: z.string().nullable(),
  class_id: z.string().nullable(),
  name: z.string(),
  email: z.string(),
  phone: z.string().nullable(),
  status: z.string(),
});

/** Approving makes the applicant a student, and enrolls them where they applied: all of it or nothing. */
export const decideRegistration = mutation({
  name: "registrations.decide",
  permission: "platform.manage",
  input: z.object({
    id: z.uuid(),
    decision: z.enum(["APPROVED", "REJECTED"]),
    reason: reasonField,
  }),
  async run({ ctx, input }) {
    const found = await firstRow(
      ctx.tx,
      sql`select id, college_id, user_id, class_id, name, email, phone, status
          from public.student_registration
          where id = ${input.id}::uuid
          for update`,
      registration,
    );
    if (!found) throw new NotFound("Registration not found");
    const now = ctx.clock.now();
    let userId = found.user_id;
    if (input.decision === "APPROVED") {
      userId ??= await findOrAddStudent(ctx, found);
      if (found.class_id) await enrollIn(ctx, await lockPlace(ctx, found.class_id), userId, 0);
    }
    await execute(
      ctx.tx,
      sql`update public.student_registration
          set status = ${input.decision}, user_id = ${userId}::uuid, decided_by = ${ctx.actor.id}::uuid,
              decided_at = ${now}, decision_reason = ${input.reason}, updated_at = ${now}
          where id = ${input.id}::uuid`,
    );
    await record(ctx, {
      action: input.decision === "APPROVED" ? "student_registration.approve" : "student_registration.reject",
      resource: "student_registration",
      resourceId: input.id,
      collegeId: found.college_id,
      reason: input.reason,
      before: { status: found.status },
      after: { status: input.decision, user: userId },
    });
    return { userId };
  },
});
