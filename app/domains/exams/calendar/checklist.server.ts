import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { plural } from "~/platform/format.ts";
import { findExam, type ExamRow } from "../exam-row.server.ts";

export type CheckItem = { key: string; ok: boolean; label: string; says: string };

const facts = z.object({
  questions: z.number(),
  marks: z.number(),
  keyless: z.number(),
  few_options: z.number(),
  students: z.number(),
  clash: z.string().nullable(),
});

/** What must hold before anyone may sit this exam, each with what is wrong in words. */
export async function checklistOf(ctx: TxCtx, exam: ExamRow): Promise<CheckItem[]> {
  const found = (await firstRow(
    ctx.tx,
    sql`select (
                 select count(*)::int
                 from public.question q
                 where q.exam_id = e.id and q.college_id = e.college_id
               ) as questions,
               (
                 select coalesce(sum(q.marks), 0)::int
                 from public.question q
                 where q.exam_id = e.id and q.college_id = e.college_id
               ) as marks,
               (
                 select count(*)::int
                 from public.question q
                 where q.exam_id = e.id
                   and q.college_id = e.college_id
                   and (
                     (
                         q.type in ('MULTIPLE_CHOICE', 'TRUE_FALSE')
                           and (
                             select count(*)
                             from public.question_option o
                             where o.question_id = q.id and o.college_id = q.college_id and o.is_correct
                           ) <> 1
                       )
                       or (
                         q.type = 'MULTIPLE_ANSWERS'
                           and not exists (
                             select 1
                             from public.question_option o
                             where o.question_id = q.id and o.college_id = q.college_id and o.is_correct
                           )
                       )
                       or (q.type = 'NUMERIC' and q.numeric_answer is null)
                       or (
                         q.type = 'SHORT_ANSWER'
                           and coalesce(q.correct_answer, '') = ''
                           and cardinality(q.accepted_answers) = 0
                       )
                   )
               ) as keyless,
               (
                 select count(*)::int
                 from public.question q
                 where q.exam_id = e.id
                   and q.college_id = e.college_id
                   and q.type in ('MULTIPLE_CHOICE', 'MULTIPLE_ANSWERS', 'TRUE_FALSE')
                   and (
                     select count(*)
                     from public.question_option o
                     where o.question_id = q.id and o.college_id = q.college_id
                   ) < 2
               ) as few_options,
               (
                 select count(*)::int
                 from public.enrollment n
                 where n.class_id = ${exam.class_id} and n.college_id = e.college_id and n.status = 'ACTIVE'
               ) as students,
               (
                 select min(x.title)
                 from public.exam x
                 where x.class_id = ${exam.class_id}
                   and x.college_id = e.college_id
                   and x.id <> e.id
                   and x.deleted_at is null
                   and x.status in ('SCHEDULED', 'LIVE')
                   and x.start_time < ${exam.end_time}
                   and x.end_time > ${exam.start_time}
               ) as clash
        from public.exam e
        where e.id = ${exam.id}`,
    facts,
  ))!;
  const window = (exam.end_time.getTime() - exam.start_time.getTime()) / 60_000;
  const item = (key: string, ok: boolean, label: string, wrong: string): CheckItem => ({
    key,
    ok,
    label,
    says: ok ? label : wrong,
  });
  return [
    item("questions", found.questions > 0, plural(found.questions, "question"), "No questions yet"),
    item(
      "marks",
      found.questions > 0 && found.marks === exam.total_marks,
      `The marks add up to ${exam.total_marks}`,
      `The questions add up to ${plural(found.marks, "mark")}, the exam says ${exam.total_marks}`,
    ),
    item(
      "keys",
      found.questions > 0 && found.keyless === 0 && found.few_options === 0,
      "Every question has its key",
      found.questions === 0 ? "No question, so no key" : `${plural(found.keyless + found.few_options, "question")} without a key`,
    ),
    item(
      "window",
      window >= exam.duration_minutes,
      `The window fits ${exam.duration_minutes} minutes`,
      `The window is ${Math.round(window)} minutes, the exam takes ${exam.duration_minutes}`,
    ),
    item(
      "students",
      found.students > 0,
      `${plural(found.students, "student")} in the class`,
      "No students are enrolled in the class",
    ),
    item(
      "clash",
      found.clash === null,
      "The class has no other exam at that time",
      `The class sits “${found.clash ?? ""}” at the same time`,
    ),
    item("future", exam.end_time > ctx.clock.now(), "The start is in the future", "The window has already passed"),
  ];
}

export const examChecklist = read({
  name: "exam.checklist",
  permission: "exams.read",
  input: z.object({ examId: z.uuid() }),
  run: async ({ ctx, input }) => checklistOf(ctx, await findExam(ctx, input.examId)),
});
