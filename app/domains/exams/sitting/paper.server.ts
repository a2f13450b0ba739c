import { z } from "zod";
import type { Ctx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { paperQuestion } from "./paper-question.server.ts";
import { asClient, findSitting, standingOf } from "./sitting.server.ts";

const questionRow = z.object({
  id: z.string(),
  text: z.string(),
  type: z.string(),
  marks: z.number(),
  options: z.array(z.object({ id: z.string(), text: z.string() })),
  option_id: z.string().nullable(),
  option_ids: z.array(z.string()).nullable(),
  answer_text: z.string().nullable(),
  answered_at: z.date().nullable(),
});

/**
 * The paper as this student gets it, without its keys, and what is saved of the answers so far. A shuffled paper has one order
 * for each attempt, however often it is asked for.
 */
export const readPaper = ({ ctx, input }: { ctx: Ctx; input: { attemptId: string } }) =>
  asClient("sitting.paper", ctx, async (inner) => {
    const sitting = await findSitting(inner, input.attemptId);
    const questions = await rows(
      inner.tx,
      sql`select q.id, q.text, q.type, q.marks, coalesce(o.options, '[]'::json) as options,
                 s.selected_option_id as option_id, s.selected_options as option_ids, s.answer_text, s.answered_at
          from public.question q
            join public.exam e on e.id = q.exam_id and e.college_id = q.college_id
            left join lateral (
              select json_agg(json_build_object('id', p.id, 'text', p.text) order by p.order_index, p.id) as options
              from public.question_option p
              where p.question_id = q.id and p.college_id = q.college_id
            ) o on true
            left join public.student_answer s on s.question_id = q.id
              and s.college_id = q.college_id
              and s.attempt_id = ${sitting.id}
          where q.exam_id = ${sitting.exam_id} and q.college_id = ${sitting.college_id}
          order by case when e.enable_question_shuffling then md5(${sitting.id}::text || q.id::text) end,
                   q.order_index, q.id`,
      questionRow,
    );
    return {
      ...standingOf(sitting, inner.clock.now()),
      exam: { id: sitting.exam_id, title: sitting.exam_title },
      questions: questions.map((row) => ({
        ...paperQuestion(row),
        answer: row.answered_at
          ? { optionId: row.option_id, optionIds: row.option_ids, text: row.answer_text, at: row.answered_at.toISOString() }
          : null,
      })),
    };
  });

export type Paper = Awaited<ReturnType<typeof readPaper>>;
