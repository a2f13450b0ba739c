import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { lockPlace } from "./enroll.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

const enrollmentRow = z.object({
  id: z.string(),
  college_id: z.string(),
  class_id: z.string(),
  status: z.string(),
  expires_at: z.date().nullable(),
});

async function locked(ctx: TxCtx, id: string) {
  const found = await firstRow(
    ctx.tx,
    sql`select id, college_id, class_id, status, expires_at from public.enrollment where id = ${id}::uuid for update`,
    enrollmentRow,
  );
  if (!found) throw new NotFound("Enrollment not found");
  return found;
}

/** A drop says in which semester, on which day and why. */
export const dropEnrollment = mutation({
  name: "enrollments.drop",
  permission: "platform.manage",
  input: z.object({
    id: z.uuid(),
    semesterId: z.uuid("Choose a semester").optional(),
    date: z.iso.date("Enter a valid date"),
    reason: reasonField,
  }),
  async run({ ctx, input }) {
    const before = await locked(ctx, input.id);
    await execute(
      ctx.tx,
      sql`update public.enrollment
          set status = 'DROPPED', drop_semester_id = ${input.semesterId ?? null}::uuid,
              drop_date = ${input.date}::date, drop_reason = ${input.reason}, updated_at = ${ctx.clock.now()}
          where id = ${input.id}::uuid`,
    );
    await record(ctx, {
      action: "enrollment.drop",
      resource: "enrollment",
      resourceId: input.id,
      collegeId: before.college_id,
      reason: input.reason,
      before: { status: before.status },
      after: { status: "DROPPED", dropDate: input.date, dropSemester: input.semesterId ?? null },
    });
  },
});

/** Completed, expired, cancelled, or active again; coming back needs a free place like everybody else. */
export const setEnrollmentState = mutation({
  name: "enrollments.set_state",
  permission: "platform.manage",
  input: z.object({ id: z.uuid(), state: z.enum(["ACTIVE", "COMPLETED", "EXPIRED", "CANCELLED"]), reason: reasonField }),
  async run({ ctx, input }) {
    const peek = await firstRow(
      ctx.tx,
      sql`select class_id from public.enrollment where id = ${input.id}::uuid`,
      z.object({ class_id: z.string() }),
    );
    if (!peek) throw new NotFound("Enrollment not found");
    // The class first, then the enrollment: the order in which enrolling takes them too.
    if (input.state === "ACTIVE") await lockPlace(ctx, peek.class_id);
    const before = await locked(ctx, input.id);
    const now = ctx.clock.now();
    const completed = input.state === "COMPLETED" ? now : null;
    // An end that has passed would end it again with the next round of the clock.
    const over = input.state === "ACTIVE" && before.expires_at !== null && before.expires_at <= now;
    await execute(
      ctx.tx,
      sql`update public.enrollment
          set status = ${input.state}, completed_at = ${completed}, drop_date = null, drop_reason = null,
              drop_semester_id = null, expires_at = case when ${over} then null else expires_at end,
              updated_at = ${now}
          where id = ${input.id}::uuid`,
    );
    await record(ctx, {
      action: "enrollment.set_state",
      resource: "enrollment",
      resourceId: input.id,
      collegeId: before.college_id,
      reason: input.reason,
      before: { status: before.status, ...(over ? { expiresAt: before.expires_at } : {}) },
      after: { status: input.state, ...(over ? { expiresAt: null } : {}) },
    });
  },
});
