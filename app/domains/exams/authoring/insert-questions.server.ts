import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { assertNotFrozen, type ExamRow } from "../exam-row.server.ts";
import type { QuestionFields } from "./question-fields.server.ts";

/** Questions come and go while the exam is a draft. */
export function assertDraft(exam: ExamRow): void {
  assertNotFrozen(exam);
  if (exam.status !== "DRAFT") throw new Conflict("Move the exam back to draft before you change its questions");
}

export const questionColumns = (question: QuestionFields) => ({
  text: question.text,
  type: question.type,
  marks: question.marks,
  difficulty: question.difficulty,
  explanation: question.explanation || null,
  correctAnswer: question.options.length > 0 ? question.places.join(",") || null : question.note,
  partialCredit: question.partialCredit,
  numericAnswer: question.numericAnswer,
  numericTolerance: question.numericTolerance,
  acceptedAnswers: question.accepted,
  unmatchedWrong: question.unmatchedWrong,
  tags: question.tags,
});

/** Below what one statement may carry as parameters. */
const ROWS_AT_ONCE = 1000;

export async function insertOptions(ctx: TxCtx, exam: ExamRow, saved: { id: string; question: QuestionFields }[]): Promise<void> {
  const options = saved.flatMap(({ id, question }) =>
    question.options.map((text, orderIndex) => ({
      id: newId(),
      collegeId: exam.college_id,
      questionId: id,
      text,
      isCorrect: question.places.includes(orderIndex),
      orderIndex,
    })),
  );
  for (let at = 0; at < options.length; at += ROWS_AT_ONCE)
    await ctx.tx.prisma.questionOption.createMany({ data: options.slice(at, at + ROWS_AT_ONCE) });
}

export async function nextPlace(ctx: TxCtx, exam: ExamRow): Promise<number> {
  const found = await firstRow(
    ctx.tx,
    sql`select coalesce(max(order_index) + 1, 0)::int as place
        from public.question
        where exam_id = ${exam.id} and college_id = ${exam.college_id}`,
    z.object({ place: z.number() }),
  );
  return found!.place;
}

/** Adds questions at the end of a paper that the caller has locked. */
export async function insertQuestions(ctx: TxCtx, exam: ExamRow, questions: QuestionFields[]): Promise<string[]> {
  const first = await nextPlace(ctx, exam);
  const saved = questions.map((question) => ({ id: newId(ctx.clock.now().getTime()), question }));
  await ctx.tx.prisma.question.createMany({
    data: saved.map(({ id, question }, index) => ({
      id,
      collegeId: exam.college_id,
      examId: exam.id,
      orderIndex: first + index,
      ...questionColumns(question),
    })),
  });
  await insertOptions(ctx, exam, saved);
  return saved.map(({ id }) => id);
}
