import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { gradesIn, studentsOf, type Book } from "./cells.server.ts";

const named = z.object({ id: z.string(), name: z.string() });

/** Subjects of the class, those that somebody teaches in it, and those of no class in particular. */
const subjectsOf = (ctx: TxCtx, classId: string, collegeId: string) =>
  rows(
    ctx.tx,
    sql`select s.id, s.name
        from public.subject s
        where s.college_id = ${collegeId}::uuid
          and (
            s.class_id is null
              or s.class_id = ${classId}::uuid
              or s.id in (
                select t.subject_id
                from public.teacher_class_assignment t
                where t.college_id = ${collegeId}::uuid and t.class_id = ${classId}::uuid
              )
          )
        order by s.class_id = ${classId}::uuid desc nulls last, s.name
        limit 200`,
    named,
  );

/** Grades that stand in no column: they count, and are changed in the list of grades. */
const others = (ctx: TxCtx, book: Book) =>
  rows(
    ctx.tx,
    sql`select user_id, count(*)::int as n
        from public.grade
        where class_id = ${book.classId}::uuid
          and subject_id = ${book.subjectId}::uuid
          and semester_id = ${book.semesterId}::uuid
          and component is null
        group by user_id`,
    z.object({ user_id: z.string(), n: z.number() }),
  );

/** The grade book of a class: its subjects, and the grid of one of them in a semester. */
export const gradeBook = read({
  name: "grades.book",
  permission: "platform.read",
  on: "primary",
  input: z.object({
    classId: z.uuid(),
    collegeId: z.uuid(),
    subjectId: z.uuid().optional(),
    semesterId: z.uuid().optional(),
  }),
  async run({ ctx, input }) {
    const subjects = await subjectsOf(ctx, input.classId, input.collegeId);
    const subjectId = input.subjectId ?? subjects[0]?.id;
    if (!subjectId || !input.semesterId) return { subjects, subjectId: subjectId ?? "", columns: [], students: [] };
    const book = { classId: input.classId, subjectId, semesterId: input.semesterId };
    const grades = await gradesIn(ctx, book);
    const more = new Map((await others(ctx, book)).map((row) => [row.user_id, row.n]));
    const dates = new Map(grades.map((grade) => [grade.component, grade.grade_date]));
    return {
      subjects,
      subjectId,
      columns: [...dates].map(([component, date]) => ({ component, date })),
      students: (await studentsOf(ctx, book)).map((student) => ({
        ...student,
        others: more.get(student.id) ?? 0,
        grades: grades
          .filter((grade) => grade.user_id === student.id)
          .map(({ component, score, version }) => ({ component, score, version })),
      })),
    };
  },
});
