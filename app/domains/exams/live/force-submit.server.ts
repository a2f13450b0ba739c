import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict } from "~/platform/errors.ts";
import { lockExam } from "../exam-row.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

/** Ends attempts as they stand. Whoever was first wins; an attempt that has ended meanwhile is left as it is. */
export const forceSubmit = mutation({
  name: "exam.force_submit",
  permission: "exams.operate",
  input: z.object({
    examId: z.uuid(),
    attemptIds: z.array(z.uuid()).min(1, "Select at least one student").max(20_000),
    reason: reasonField,
  }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    const now = ctx.clock.now();
    const ended = await rows(
      ctx.tx,
      sql`update public.student_exam_attempt
          set state = 'FORCE_SUBMITTED', is_completed = true, ended_at = greatest(started_at, ${now}),
              needs_scoring = true, updated_at = ${now}
          where exam_id = ${exam.id}
            and college_id = ${exam.college_id}
            and state in ('IN_PROGRESS', 'PAUSED', 'LOCKED')
            and id = any(${input.attemptIds}::uuid[])
          returning id`,
      z.object({ id: z.string() }),
    );
    if (ended.length === 0) throw new Conflict("None of these students is still writing");
    await record(ctx, {
      action: "exam.force_submit",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      reason: input.reason,
      details: {
        attempts: ended.length,
        skipped: input.attemptIds.length - ended.length,
        attemptIds: ended.slice(0, 50).map((one) => one.id),
      },
    });
    return { ended: ended.length, skipped: input.attemptIds.length - ended.length };
  },
});
