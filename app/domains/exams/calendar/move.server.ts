import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid } from "~/platform/errors.ts";
import { assertMove } from "~/platform/machine.ts";
import { keepExamEvent } from "../../communication/events/exam-event.server.ts";
import { holdClass, lockExam, type ExamRow } from "../exam-row.server.ts";
import { EXAM, type ExamStatus } from "../machine.ts";
import { checklistOf } from "./checklist.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

/** One legal move of one exam, recorded. The trigger refuses what this would forget. */
export async function moveExam(
  ctx: TxCtx,
  exam: ExamRow,
  to: ExamStatus,
  extra: { action: string; reason?: string; details?: Record<string, unknown> },
): Promise<void> {
  assertMove(EXAM, "exam", exam.status, to);
  await execute(
    ctx.tx,
    sql`update public.exam set status = ${to}, updated_at = ${ctx.clock.now()},
               cancelled_reason = case when ${to} = 'CANCELLED' then ${extra.reason ?? null} else cancelled_reason end,
               published_at = case when ${to} = 'PUBLISHED' then ${ctx.clock.now()} else published_at end
        where id = ${exam.id} and college_id = ${exam.college_id}`,
  );
  // What follows the start needs no date any more, and keeps the one that it had.
  if (["SCHEDULED", "DRAFT", "CANCELLED"].includes(to)) await keepExamEvent(ctx, { ...exam, takesPlace: to === "SCHEDULED" });
  await record(ctx, {
    action: extra.action,
    resource: "exam",
    resourceId: exam.id,
    collegeId: exam.college_id,
    reason: extra.reason ?? null,
    before: { status: exam.status },
    after: { status: to },
    details: extra.details,
  });
}

export const scheduleExam = mutation({
  name: "exam.schedule",
  permission: "exams.author",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    assertMove(EXAM, "exam", exam.status, "SCHEDULED");
    await holdClass(ctx, exam);
    const open = (await checklistOf(ctx, exam)).filter((item) => !item.ok);
    if (open.length > 0) throw new Invalid(open[0]!.says, Object.fromEntries(open.map((item) => [item.key, [item.says]])));
    await moveExam(ctx, exam, "SCHEDULED", { action: "exam.schedule" });
  },
});

export const unscheduleExam = mutation({
  name: "exam.unschedule",
  permission: "exams.author",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    if (exam.status === "SCHEDULED" && exam.frozen_at) throw new Conflict("Someone has already started this exam");
    await moveExam(ctx, exam, "DRAFT", { action: "exam.unschedule" });
  },
});

/** Ends what is under way: open attempts are submitted as they are. */
export const cancelExam = mutation({
  name: "exam.cancel",
  permission: "exams.author",
  stepUp: true,
  input: z.object({ examId: z.uuid(), reason: reasonField }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    assertMove(EXAM, "exam", exam.status, "CANCELLED");
    const ended = await endOpenAttempts(ctx, exam, "FORCE_SUBMITTED");
    // Reviews that nobody has begun are needed no more: the next round of scoring takes them out of the queue.
    await execute(
      ctx.tx,
      sql`update public.student_exam_attempt set needs_scoring = true
          where exam_id = ${exam.id} and college_id = ${exam.college_id} and review_state = 'QUEUED'`,
    );
    await moveExam(ctx, exam, "CANCELLED", { action: "exam.cancel", reason: input.reason, details: { attemptsEnded: ended } });
    return { ended };
  },
});

/** Closes a live exam before its window ends. */
export const closeExam = mutation({
  name: "exam.close",
  permission: "exams.author",
  input: z.object({ examId: z.uuid(), reason: reasonField }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    // A graded exam may go back to closed too, but that is another act: its grading is reopened.
    if (exam.status !== "LIVE") throw new Conflict("Only a live exam can be closed");
    const ended = await endOpenAttempts(ctx, exam, "FORCE_SUBMITTED");
    await moveExam(ctx, exam, "CLOSED", { action: "exam.close", reason: input.reason, details: { attemptsEnded: ended } });
    return { ended };
  },
});

async function endOpenAttempts(ctx: TxCtx, exam: ExamRow, state: "FORCE_SUBMITTED" | "EXPIRED"): Promise<number> {
  const now = ctx.clock.now();
  return execute(
    ctx.tx,
    sql`update public.student_exam_attempt
        set state = ${state}, is_completed = true, needs_scoring = true, updated_at = ${now},
            ended_at = greatest(started_at, least(coalesce(deadline_at, ${now}), ${now}))
        where exam_id = ${exam.id}
          and college_id = ${exam.college_id}
          and state in ('IN_PROGRESS', 'PAUSED', 'LOCKED')`,
  );
}
