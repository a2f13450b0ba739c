import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { raw, sql, type Sql } from "~/db/sql.ts";
import type { ExamRow } from "../exam-row.server.ts";

/** Case, and how many spaces, are no difference between two short answers. */
const bare = (text: string) => `lower(regexp_replace(btrim(${text}, E' \\t\\r\\n'), '\\s+', ' ', 'g'))`;

const ACCEPTED = `exists (select 1 from unnest(q.accepted_answers) as x (answer)
                          where ${bare("x.answer")} = ${bare("s.answer_text")})`;

/** A short answer that needs no person: it is one of those accepted, or whatever is not among them is wrong. `q`, `s` */
export const MARKS_ITSELF = raw(
  `(q.type = 'SHORT_ANSWER' and cardinality(q.accepted_answers) > 0 and (q.unmatched_wrong or ${ACCEPTED}))`,
);

/** What was typed as a number: 1,234.5 and 3,14 as well as 3.14; anything else is none. */
const typedNumber = (text: string) => `case
    when ${text} ~ '^[+-]?[0-9]{1,3}(,[0-9]{3})+(\\.[0-9]{0,30})?$' then replace(${text}, ',', '')::numeric
    when ${text} ~ '^[+-]?([0-9]{1,30}([.,][0-9]{0,30})?|[.,][0-9]{1,30})([eE][+-]?[0-9]{1,2})?$'
      then replace(${text}, ',', '.')::numeric
  end`;
const TYPED = raw(typedNumber("left(regexp_replace(replace(s.answer_text, U&'\\2212', '-'), '\\s', '', 'g'), 100)"));

/** The share of its marks that each answer earns, by type: every answer of the exam that no person has to read. */
const answersOf = (exam: ExamRow, type: Sql, share: Sql, joins: Sql = raw("")) => sql`
  select s.id, s.college_id, q.marks, ${share} as share
  from public.student_exam_attempt a
    join public.student_answer s on s.attempt_id = a.id and s.college_id = a.college_id
    join public.question q on q.id = s.question_id and q.college_id = s.college_id and ${type}
    ${joins}
  where a.exam_id = ${exam.id} and a.college_id = ${exam.college_id}`;

const singleChoice = (exam: ExamRow) =>
  answersOf(
    exam,
    raw("q.type in ('MULTIPLE_CHOICE', 'TRUE_FALSE')"),
    raw("case when o.is_correct then 1 else 0 end::numeric"),
    raw(`left join public.question_option o on o.id = s.selected_option_id
      and o.college_id = s.college_id
      and o.question_id = q.id`),
  );

/** All the right options and no other; or, for a part: what share of the right ones, less what share of the wrong ones. */
const multipleAnswers = (exam: ExamRow) =>
  answersOf(
    exam,
    raw("q.type = 'MULTIPLE_ANSWERS'"),
    raw(`case
      when q.partial_credit then greatest(0, c.hits::numeric / c.keys - c.misses::numeric / greatest(c.others, 1))
      when c.hits = c.keys and c.misses = 0 then 1
      else 0
    end`),
    raw(`join lateral (
      select greatest(1, count(*) filter (where o.is_correct)) as keys,
             count(*) filter (where not o.is_correct) as others,
             count(*) filter (where o.is_correct and o.id = any (s.selected_options)) as hits,
             count(*) filter (where not o.is_correct and o.id = any (s.selected_options)) as misses
      from public.question_option o
      where o.question_id = q.id and o.college_id = q.college_id
    ) c on true`),
  );

const numbers = (exam: ExamRow) =>
  answersOf(
    exam,
    raw("q.type = 'NUMERIC'"),
    raw(`case
      when abs(t.number - q.numeric_answer::numeric) <= coalesce(q.numeric_tolerance, '0')::numeric then 1
      else 0
    end::numeric`),
    sql`left join lateral (select ${TYPED} as number) t on true`,
  );

const ACCEPTED_SHARE = raw(`case when ${ACCEPTED} then 1 else 0 end::numeric`);

/** What a person has marked stays as it was marked. */
const shortAnswers = (exam: ExamRow) => answersOf(exam, sql`${MARKS_ITSELF} and s.marked_by is null`, ACCEPTED_SHARE);

/** Marks what marks itself, nothing for a blank. Safe to run again. */
export async function markClosed(ctx: TxCtx, exam: ExamRow): Promise<number> {
  let marked = 0;
  for (const answers of [singleChoice(exam), multipleAnswers(exam), numbers(exam), shortAnswers(exam)])
    marked += await execute(
      ctx.tx,
      sql`with m as (${answers})
          update public.student_answer s
          set is_correct = m.share = 1, marks_awarded = round(m.marks * 100 * m.share)::int,
              updated_at = ${ctx.clock.now()}
          from m
          where s.id = m.id and s.college_id = m.college_id`,
    );
  return marked;
}
