import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { lockExam } from "../exam-row.server.ts";
import { isSingleChoice } from "./question-types.ts";

/**
 * A key turned out wrong after students have begun: the one thing of a frozen paper that may still change, with a reason, and
 * only while it decides nothing yet. Grading reads the key when it runs; the analyses of the answers are made again.
 */
export const correctKey = mutation({
  name: "exam.correct_key",
  permission: "exams.author",
  stepUp: true,
  input: z.object({
    examId: z.uuid(),
    questionId: z.uuid(),
    optionId: z.uuid("Choose the right option"),
    reason: z.string().trim().min(10, "Enter why the key was wrong (at least 10 characters)").max(500, "At most 500 characters"),
  }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    if (!exam.frozen_at) throw new Conflict("No one has started yet. Edit the question instead");
    if (exam.status === "GRADED") throw new Conflict("Reopen grading first: it used the old key");
    if (exam.status !== "LIVE" && exam.status !== "CLOSED")
      throw new Conflict("A key is corrected while an exam is live or closed, before its results are out");
    const question = await firstRow(
      ctx.tx,
      sql`select q.type,
                 (
                   select count(*)::int
                   from public.question p
                   where p.exam_id = q.exam_id
                     and p.college_id = q.college_id
                     and (p.order_index, p.id) <= (q.order_index, q.id)
                 ) as place
          from public.question q
          where q.id = ${input.questionId} and q.exam_id = ${exam.id} and q.college_id = ${exam.college_id}`,
      z.object({ type: z.string(), place: z.number() }),
    );
    if (!question) throw new NotFound("This exam has no such question");
    if (!isSingleChoice(question.type)) throw new Invalid("Only the key of a single choice can be corrected");
    const options = await rows(
      ctx.tx,
      sql`select id, text, is_correct, order_index
          from public.question_option
          where question_id = ${input.questionId} and college_id = ${exam.college_id}
          order by order_index, id`,
      z.object({ id: z.string(), text: z.string(), is_correct: z.boolean(), order_index: z.number() }),
    );
    const right = options.find((option) => option.id === input.optionId);
    if (!right) throw new Invalid("This option does not belong to this question", { optionId: ["Choose the right option"] });
    const was = options.find((option) => option.is_correct) ?? null;
    if (was?.id === right.id) throw new Conflict("This is already the key");
    await ctx.tx.query({ text: "set local invigil.correcting_key = 'on'" });
    await execute(
      ctx.tx,
      sql`update public.question_option
          set is_correct = id = ${right.id}::uuid, updated_at = ${ctx.clock.now()}
          where question_id = ${input.questionId} and college_id = ${exam.college_id}`,
    );
    await execute(
      ctx.tx,
      sql`update public.question
          set correct_answer = ${String(options.indexOf(right))}, updated_at = ${ctx.clock.now()}
          where id = ${input.questionId} and college_id = ${exam.college_id}`,
    );
    await ctx.tx.query({ text: "set local invigil.correcting_key = 'off'" });
    // Statistics and evidence are older than the exam from now on, and are computed again.
    await execute(
      ctx.tx,
      sql`update public.exam
          set updated_at = ${ctx.clock.now()}
          where id = ${exam.id} and college_id = ${exam.college_id}`,
    );
    await record(ctx, {
      action: "question.correct_key",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      reason: input.reason,
      before: { key: was?.text ?? null },
      after: { key: right.text },
      details: { question: input.questionId, place: question.place },
    });
    return { place: question.place };
  },
});
