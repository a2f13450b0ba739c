import { z } from "zod";
import { raw } from "~/db/sql.ts";
import { QUESTION_TYPES } from "./question-types.ts";

export const questionRow = z.object({
  id: z.string(),
  text: z.string(),
  type: z.enum(QUESTION_TYPES),
  marks: z.number(),
  difficulty: z.string(),
  order_index: z.number(),
  explanation: z.string().nullable(),
  correct_answer: z.string().nullable(),
  partial_credit: z.boolean(),
  numeric_answer: z.string().nullable(),
  numeric_tolerance: z.string().nullable(),
  accepted_answers: z.array(z.string()),
  unmatched_wrong: z.boolean(),
  tags: z.array(z.string()),
  options: z.array(z.object({ id: z.string(), text: z.string(), correct: z.boolean() })),
});

/** Of the question `q`, with its options in their order. */
export const QUESTION_COLUMNS = raw(`
  q.id, q.text, q.type, q.marks, q.difficulty, q.order_index, q.explanation, q.correct_answer,
  q.partial_credit, q.numeric_answer, q.numeric_tolerance, q.accepted_answers, q.unmatched_wrong, q.tags,
  coalesce(
    (
      select jsonb_agg(
               jsonb_build_object('id', o.id, 'text', o.text, 'correct', o.is_correct) order by o.order_index, o.id
             )
      from public.question_option o
      where o.question_id = q.id and o.college_id = q.college_id
    ),
    '[]'::jsonb
  ) as options`);

/** Two questions `q` are the same when their type, text and options are, whatever their key and marks. */
export const SAMENESS = raw(`
  md5(
    concat_ws(
      E'\\x1f', q.type, lower(regexp_replace(btrim(q.text), '\\s+', ' ', 'g')),
      (
        select string_agg(lower(regexp_replace(btrim(o.text), '\\s+', ' ', 'g')), E'\\x1f' order by o.order_index, o.id)
        from public.question_option o
        where o.question_id = q.id and o.college_id = q.college_id
      )
    )
  )`);
