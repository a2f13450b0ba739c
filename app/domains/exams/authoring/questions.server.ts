import { z } from "zod";
import { may } from "~/access/policy.ts";
import { mutation, read, record } from "~/access/verb.server.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { assertOwnImages } from "../content/own-images.server.ts";
import { assertNotFrozen, findExam, lockExam, type ExamRow } from "../exam-row.server.ts";
import { keysAreOpen } from "../machine.ts";
import { assertDraft, insertOptions, insertQuestions, questionColumns } from "./insert-questions.server.ts";
import { questionFields } from "./question-fields.server.ts";
import { QUESTION_COLUMNS, questionRow } from "./question-row.server.ts";

type Key = "correct_answer" | "numeric_answer" | "numeric_tolerance" | "accepted_answers";

/** Keys are left out, not emptied, for whoever may not see them. */
export type Question = Omit<z.infer<typeof questionRow>, Key | "options"> & {
  [K in Key]?: z.infer<typeof questionRow>[K];
} & {
  options: { id: string; text: string; correct?: boolean }[];
};

/** Keys never leave the server for anyone who may not see them: they are not in what this returns. */
export const listQuestions = read({
  name: "exam.questions",
  permission: "exams.read",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }): Promise<{ exam: ExamRow; keys: boolean; questions: Question[] }> {
    const exam = await findExam(ctx, input.examId);
    const keys = may(ctx.actor.role, "exams.author") || keysAreOpen(exam.status);
    const found = await rows(
      ctx.tx,
      sql`select ${QUESTION_COLUMNS}
          from public.question q
          where q.exam_id = ${exam.id} and q.college_id = ${exam.college_id}
          order by q.order_index, q.id`,
      questionRow,
    );
    if (keys) return { exam, keys, questions: found };
    return {
      exam,
      keys,
      questions: found.map(({ options, ...question }) => ({
        ...question,
        correct_answer: undefined,
        numeric_answer: undefined,
        numeric_tolerance: undefined,
        accepted_answers: undefined,
        explanation: null,
        options: options.map(({ id, text }) => ({ id, text })),
      })),
    };
  },
});

/** Adds a question, or replaces one with all its options. */
export const saveQuestion = mutation({
  name: "exam.save_question",
  permission: "exams.author",
  input: z.object({ examId: z.uuid(), questionId: z.uuid().optional() }).and(questionFields),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    assertDraft(exam);
    const collegeId = exam.college_id;
    const fields = questionColumns(input);
    await assertOwnImages(ctx, collegeId, {
      text: input.text,
      explanation: input.explanation ?? "",
      ...Object.fromEntries(input.options.map((text, place) => [`options.${input.rows[place]}`, text])),
    });
    const { prisma } = ctx.tx;
    let id = input.questionId;
    let before: Record<string, unknown> | null = null;
    if (id) {
      const known = await prisma.question.findFirst({ where: { id, examId: exam.id, collegeId } });
      if (!known) throw new NotFound("This exam has no such question");
      before = {
        text: known.text,
        type: known.type,
        marks: known.marks,
        difficulty: known.difficulty,
        correctAnswer: known.correctAnswer,
        partialCredit: known.partialCredit,
        numericAnswer: known.numericAnswer,
        numericTolerance: known.numericTolerance,
        acceptedAnswers: known.acceptedAnswers,
        unmatchedWrong: known.unmatchedWrong,
        tags: known.tags,
      };
      await prisma.question.update({ where: { id_collegeId: { id, collegeId } }, data: fields });
      await prisma.questionOption.deleteMany({ where: { questionId: id, collegeId } });
      await insertOptions(ctx, exam, [{ id, question: input }]);
    } else {
      [id] = await insertQuestions(ctx, exam, [input]);
    }
    const { explanation: _, ...shown } = fields;
    await record(ctx, {
      action: before ? "question.update" : "question.create",
      resource: "exam",
      resourceId: exam.id,
      collegeId,
      before,
      after: shown,
      details: { question: id, options: input.options.length },
    });
    return { id: id! };
  },
});

export const removeQuestion = mutation({
  name: "exam.remove_question",
  permission: "exams.author",
  input: z.object({ examId: z.uuid(), questionId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    assertDraft(exam);
    const gone = await execute(
      ctx.tx,
      sql`delete from public.question
          where id = ${input.questionId} and exam_id = ${exam.id} and college_id = ${exam.college_id}`,
    );
    if (gone === 0) throw new NotFound("This exam has no such question");
    await record(ctx, {
      action: "question.remove",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { question: input.questionId },
    });
  },
});

/** Moves a question up or down by one place; places are made gapless on the way. */
export const moveQuestion = mutation({
  name: "exam.move_question",
  permission: "exams.author",
  input: z.object({ examId: z.uuid(), questionId: z.uuid(), by: z.union([z.literal(-1), z.literal(1)]) }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    assertNotFrozen(exam);
    const order = await rows(
      ctx.tx,
      sql`select id
          from public.question
          where exam_id = ${exam.id} and college_id = ${exam.college_id}
          order by order_index, id`,
      z.object({ id: z.string() }),
    );
    const from = order.findIndex((question) => question.id === input.questionId);
    if (from < 0) throw new NotFound("This exam has no such question");
    const to = Math.max(0, Math.min(order.length - 1, from + input.by));
    order.splice(to, 0, ...order.splice(from, 1));
    await execute(
      ctx.tx,
      sql`update public.question q set order_index = p.place - 1, updated_at = ${ctx.clock.now()}
          from unnest(${order.map((question) => question.id)}::uuid[]) with ordinality as p (id, place)
          where q.id = p.id and q.exam_id = ${exam.id} and q.college_id = ${exam.college_id}`,
    );
    await record(ctx, {
      action: "question.move",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { question: input.questionId, from, to },
    });
  },
});
