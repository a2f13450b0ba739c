import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { ExamRow } from "../exam-row.server.ts";
import type { RawSheets } from "./sheets.ts";

const itemRow = z.object({
  id: z.string(),
  type: z.string(),
  text: z.string(),
  marks: z.number(),
  unmarked: z.number(),
  options: z.array(z.object({ text: z.string(), correct: z.boolean() })),
});

const attemptRow = z.object({
  id: z.string(),
  user_id: z.string(),
  candidate_no: z.number(),
  fingerprint: z.string().nullable(),
  address: z.string().nullable(),
  overlaps: z.number(),
  cells: z.string(),
});

/** Everything that was answered in one exam, an attempt a row, its answers as text that a thread takes apart. */
export async function loadSheets(ctx: TxCtx, exam: ExamRow): Promise<RawSheets> {
  const items = await rows(
    ctx.tx,
    sql`select q.id, q.type, q.text, q.marks,
               case
                 when q.type not in ('MULTIPLE_CHOICE', 'TRUE_FALSE') then (
                   select count(*)::int
                   from public.student_answer s
                     join public.student_exam_attempt a on a.id = s.attempt_id and a.college_id = s.college_id
                   where s.question_id = q.id
                     and s.college_id = q.college_id
                     and s.is_correct is null
                     and a.state not in ('IN_PROGRESS', 'PAUSED', 'LOCKED')
                 )
                 else 0
               end as unmarked,
               coalesce(
                 (
                   select jsonb_agg(
                            jsonb_build_object('text', o.text, 'correct', o.is_correct) order by o.order_index, o.id
                          )
                   from public.question_option o
                   where o.question_id = q.id
                     and o.college_id = q.college_id
                     -- Where several may be chosen there is no one option to count: its marks alone are read.
                     and q.type in ('MULTIPLE_CHOICE', 'TRUE_FALSE')
                 ),
                 '[]'::jsonb
               ) as options
        from public.question q
        where q.exam_id = ${exam.id} and q.college_id = ${exam.college_id}
        order by q.order_index, q.id`,
    itemRow,
  );
  const attempts = await rows(
    ctx.tx,
    sql`with item as (
          select q.id, (row_number() over (order by q.order_index, q.id) - 1)::int as place
          from public.question q
          where q.exam_id = ${exam.id} and q.college_id = ${exam.college_id}
        ),
        option as (
          select o.id, (row_number() over (partition by o.question_id order by o.order_index, o.id) - 1)::int as place
          from public.question_option o
            join item on item.id = o.question_id
          where o.college_id = ${exam.college_id}
        )
        select a.id, a.user_id, a.candidate_no, a.browser_fingerprint as fingerprint, a.ip_address as address,
               (
                 select count(*)::int
                 from public.student_exam_attempt x
                 where x.user_id = a.user_id
                   and x.college_id = a.college_id
                   and x.id <> a.id
                   and x.started_at < coalesce(a.ended_at, a.started_at)
                   and coalesce(x.ended_at, x.started_at) > a.started_at
               ) as overlaps,
               coalesce(
                 (
                   select string_agg(
                            item.place || ':' || coalesce(
                              option.place::text, ''
                            ) || ':' || s.marks_awarded || ':' || coalesce(s.time_spent::text, ''),
                            ',' order by s.answered_at, item.place
                          )
                   from public.student_answer s
                     join item on item.id = s.question_id
                     left join option on option.id = s.selected_option_id
                   where s.attempt_id = a.id and s.college_id = a.college_id
                 ),
                 ''
               ) as cells
        from public.student_exam_attempt a
        where a.exam_id = ${exam.id}
          and a.college_id = ${exam.college_id}
          and a.state not in ('IN_PROGRESS', 'PAUSED', 'LOCKED')
        order by a.id`,
    attemptRow,
  );
  return { passing: exam.total_marks > 0 ? (exam.passing_marks / exam.total_marks) * 100 : 0, items, attempts };
}
