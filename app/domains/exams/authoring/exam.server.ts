import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { keepExamEvent } from "../../communication/events/exam-event.server.ts";
import { assertNotFrozen, holdClass, lockExam, type ExamRow } from "../exam-row.server.ts";
import { checklistOf } from "../calendar/checklist.server.ts";
import { copyQuestions } from "./copy-questions.server.ts";
import { examFields, type ExamFields } from "./fields.ts";

async function tenantOfClass(ctx: TxCtx, classId: string): Promise<string> {
  const found = await firstRow(
    ctx.tx,
    sql`select college_id from public.class where id = ${classId} and deleted_at is null`,
    z.object({ college_id: z.string() }),
  );
  if (!found) throw new Invalid("Choose a class", { classId: ["Class not found"] });
  return found.college_id;
}

const columns = (input: ExamFields) => ({
  title: input.title,
  kind: input.kind,
  description: input.description || null,
  durationMinutes: input.durationMinutes,
  totalMarks: input.totalMarks,
  passingMarks: input.passingMarks,
  startTime: input.startTime,
  endTime: input.endTime,
  classId: input.classId,
  subjectId: input.subjectId,
  enableQuestionShuffling: input.enableQuestionShuffling,
  enableTimeLimitPerQuestion: input.enableTimeLimitPerQuestion,
  secondsPerQuestion: input.enableTimeLimitPerQuestion ? (input.secondsPerQuestion ?? null) : null,
  enableBrowserLock: input.enableBrowserLock,
  enableFullscreenMode: input.enableFullscreenMode,
  enableWebcamMonitoring: input.enableWebcamMonitoring,
  maxAttempts: input.maxAttempts,
});

export const createExam = mutation({
  name: "exam.create",
  permission: "exams.author",
  input: examFields,
  async run({ ctx, input }) {
    const collegeId = await tenantOfClass(ctx, input.classId);
    const id = newId(ctx.clock.now().getTime());
    await ctx.tx.prisma.exam.create({ data: { id, collegeId, ...columns(input) } });
    await record(ctx, { action: "exam.create", resource: "exam", resourceId: id, collegeId, after: columns(input) });
    return { id, collegeId };
  },
});

const before = (exam: ExamRow) => ({
  title: exam.title,
  kind: exam.kind,
  description: exam.description,
  durationMinutes: exam.duration_minutes,
  totalMarks: exam.total_marks,
  passingMarks: exam.passing_marks,
  startTime: exam.start_time,
  endTime: exam.end_time,
  classId: exam.class_id,
  subjectId: exam.subject_id,
  enableQuestionShuffling: exam.enable_question_shuffling,
  enableTimeLimitPerQuestion: exam.enable_time_limit_per_question,
  secondsPerQuestion: exam.seconds_per_question,
  enableBrowserLock: exam.enable_browser_lock,
  enableFullscreenMode: exam.enable_fullscreen_mode,
  enableWebcamMonitoring: exam.enable_webcam_monitoring,
  maxAttempts: exam.max_attempts,
});

/** A scheduled exam may still be changed, as long as it stays fit to be sat. */
export const updateExam = mutation({
  name: "exam.update",
  permission: "exams.author",
  input: z.object({ id: z.uuid() }).and(examFields),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.id);
    assertNotFrozen(exam);
    const collegeId = await tenantOfClass(ctx, input.classId);
    if (collegeId !== exam.college_id)
      throw new Invalid("Choose a class", { classId: ["This class belongs to another tenant than the exam"] });
    await ctx.tx.prisma.exam.update({
      where: { id_collegeId: { id: exam.id, collegeId } },
      data: columns(input),
    });
    if (exam.status === "SCHEDULED") {
      await holdClass(ctx, { class_id: input.classId, college_id: collegeId });
      const open = (await checklistOf(ctx, { ...exam, ...snake(input) })).filter((item) => !item.ok);
      if (open.length > 0) throw new Invalid(`This would leave the scheduled exam unfit: ${open[0]!.says}`);
      await keepExamEvent(ctx, { ...exam, ...snake(input), takesPlace: true });
    }
    await record(ctx, {
      action: "exam.update",
      resource: "exam",
      resourceId: exam.id,
      collegeId,
      before: before(exam),
      after: columns(input),
    });
  },
});

const snake = (input: ExamFields) => ({
  title: input.title,
  description: input.description || null,
  subject_id: input.subjectId ?? null,
  duration_minutes: input.durationMinutes,
  total_marks: input.totalMarks,
  start_time: input.startTime,
  end_time: input.endTime,
  class_id: input.classId,
});

/** The same paper as a new draft, a week later unless said otherwise: what is frozen lives on in its copy. */
export const copyExam = mutation({
  name: "exam.copy",
  permission: "exams.author",
  input: z.object({ id: z.uuid(), title: z.string().trim().min(2).max(200).optional() }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.id);
    const collegeId = exam.college_id;
    const now = ctx.clock.now().getTime();
    const id = newId(now);
    const span = exam.end_time.getTime() - exam.start_time.getTime();
    const start = new Date(Math.max(now, exam.start_time.getTime()) + 7 * 86_400_000);
    start.setUTCSeconds(0, 0);
    const { prisma } = ctx.tx;
    await prisma.exam.create({
      data: {
        id,
        collegeId,
        ...before(exam),
        title: input.title ?? `${exam.title} (copy)`.slice(0, 200),
        startTime: start,
        endTime: new Date(start.getTime() + span),
        reviewThreshold: exam.review_threshold,
        integrityWeights: (exam.integrity_weights ?? undefined) as never,
      },
    });
    const paper = await prisma.question.findMany({
      where: { examId: exam.id, collegeId },
      select: { id: true },
      orderBy: [{ orderIndex: "asc" }, { id: "asc" }],
    });
    const questions = await copyQuestions(
      ctx,
      paper.map((question) => question.id),
      { examId: id, collegeId, firstPlace: 0 },
    );
    await record(ctx, {
      action: "exam.copy",
      resource: "exam",
      resourceId: id,
      collegeId,
      details: { from: exam.id, questions },
    });
    return { id, questions };
  },
});
