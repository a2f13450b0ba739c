import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict } from "~/platform/errors.ts";
import { holdExam } from "../exam-row.server.ts";

const attemptIds = z.array(z.uuid()).min(1, "Select at least one student").max(20_000);
const reason = z.string().trim().max(500, "At most 500 characters").default("");
const changed = z.object({ id: z.string() });

/**
 * The clock of these attempts stands still, and nothing more can be answered. A lock is a pause that the student is told to
 * wait out for a proctor; it needs a reason. Whose time is up already is left as they are.
 */
export const pauseAttempts = mutation({
  name: "exam.pause_attempts",
  permission: "exams.operate",
  input: z
    .object({ examId: z.uuid(), attemptIds, how: z.enum(["PAUSED", "LOCKED"]), reason })
    .refine((input) => input.how === "PAUSED" || input.reason.length >= 3, {
      path: ["reason"],
      message: "Say why: a lock needs a reason",
    }),
  async run({ ctx, input }) {
    const exam = await holdExam(ctx, input.examId);
    if (exam.status !== "LIVE") throw new Conflict("Attempts are paused while an exam is live");
    const now = ctx.clock.now();
    const from = input.how === "PAUSED" ? ["IN_PROGRESS", "LOCKED"] : ["IN_PROGRESS", "PAUSED"];
    const stopped = await rows(
      ctx.tx,
      sql`update public.student_exam_attempt
          set state = ${input.how}, updated_at = ${now}
          where exam_id = ${exam.id} and college_id = ${exam.college_id} and id = any(${input.attemptIds}::uuid[])
            and state = any(${from})
            and (state <> 'IN_PROGRESS' or coalesce(deadline_at, ${exam.end_time}::timestamptz) > ${now}::timestamptz)
          returning id`,
      changed,
    );
    if (stopped.length === 0)
      throw new Conflict(`None of these is still writing: they are ${input.how.toLowerCase()} already, or have ended`);
    const skipped = input.attemptIds.length - stopped.length;
    await record(ctx, {
      action: input.how === "PAUSED" ? "exam.pause_attempts" : "exam.lock_attempts",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      reason: input.reason || null,
      details: { attempts: stopped.length, skipped, attemptIds: stopped.slice(0, 50).map((row) => row.id) },
    });
    return { stopped: stopped.length, skipped };
  },
});

/** They go on, with the time that they had: the database moves each deadline by how long that attempt stood still. */
export const resumeAttempts = mutation({
  name: "exam.resume_attempts",
  permission: "exams.operate",
  input: z.object({ examId: z.uuid(), attemptIds, reason }),
  async run({ ctx, input }) {
    const exam = await holdExam(ctx, input.examId);
    const resumed = await rows(
      ctx.tx,
      sql`update public.student_exam_attempt
          set state = 'IN_PROGRESS', updated_at = ${ctx.clock.now()}
          where exam_id = ${exam.id} and college_id = ${exam.college_id} and id = any(${input.attemptIds}::uuid[])
            and state in ('PAUSED', 'LOCKED')
          returning id`,
      changed,
    );
    if (resumed.length === 0) throw new Conflict("None of these is paused or locked any more");
    const skipped = input.attemptIds.length - resumed.length;
    await record(ctx, {
      action: "exam.resume_attempts",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      reason: input.reason || null,
      details: { attempts: resumed.length, skipped, attemptIds: resumed.slice(0, 50).map((row) => row.id) },
    });
    return { resumed: resumed.length, skipped };
  },
});
