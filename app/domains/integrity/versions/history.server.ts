import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { EXAM_STATUSES, keysAreOpen, type ExamStatus } from "~/domains/exams/machine.ts";
import { NotFound } from "~/platform/errors.ts";
import { changesOf, type Version } from "./changes.ts";

const MOST = 5000;

const versionRow = z.object({
  place: z.number(),
  option: z.string().nullable(),
  text: z.string().nullable(),
  right: z.boolean().nullable(),
  at: z.date(),
});

/** Every version of one attempt's answers, in the order in which they were saved. */
export const answerHistory = read({
  name: "integrity.answer_history",
  permission: "integrity.read",
  on: "primary",
  input: z.object({ attemptId: z.uuid() }),
  async run({ ctx, input }) {
    const attempt = await firstRow(
      ctx.tx,
      sql`select a.id, a.college_id, a.exam_id, e.status
          from public.student_exam_attempt a
            join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
          where a.id = ${input.attemptId}`,
      z.object({
        id: z.string(),
        college_id: z.string(),
        exam_id: z.string(),
        status: z.enum(EXAM_STATUSES as [ExamStatus, ...ExamStatus[]]),
      }),
    );
    if (!attempt) throw new NotFound("Attempt not found");
    const open = keysAreOpen(attempt.status);
    const found = await rows(
      ctx.tx,
      sql`with item as (
            select q.id, (row_number() over (order by q.order_index, q.id))::int as place
            from public.question q
            where q.exam_id = ${attempt.exam_id} and q.college_id = ${attempt.college_id}
          ),
          option as (
            select o.id, o.is_correct,
                   chr(
                     64 + (row_number() over (partition by o.question_id order by o.order_index, o.id))::int
                   ) as letter
            from public.question_option o
              join item on item.id = o.question_id
            where o.college_id = ${attempt.college_id}
          )
          select item.place,
                 case
                   when v.selected_options is not null then (
                     select string_agg(chosen.letter, ', ' order by chosen.letter)
                     from option chosen
                     where chosen.id = any (v.selected_options)
                   )
                   when v.selected_option_id is not null then coalesce(option.letter, '?')
                 end as option,
                 left(v.answer_text, 400) as text, case when ${open} then option.is_correct end as right, v.at
          from public.answer_version v
            join item on item.id = v.question_id
            left join option on option.id = v.selected_option_id
          where v.attempt_id = ${attempt.id} and v.college_id = ${attempt.college_id}
          order by v.at, v.id
          limit ${MOST}`,
      versionRow,
    );
    const versions = found.map((row): Version => ({ ...row, at: row.at.toISOString() }));
    return { versions, changes: changesOf(versions), cut: versions.length === MOST };
  },
});
