import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

export type Book = { classId: string; subjectId: string; semesterId: string };

/** The grades of a class in a subject and a semester that stand in a column. `version` changes with each write. */
export const gradesIn = (ctx: TxCtx, book: Book) =>
  rows(
    ctx.tx,
    sql`select g.id, g.user_id, u.name, g.component, g.score, g.grade_date::text as grade_date,
               g.updated_at::text as version
        from public.grade g
          join public."user" u on u.id = g.user_id and u.college_id = g.college_id
        where g.class_id = ${book.classId}::uuid
          and g.subject_id = ${book.subjectId}::uuid
          and g.semester_id = ${book.semesterId}::uuid
          and g.component is not null
        order by g.grade_date, g.component
        limit 20000`,
    z.object({
      id: z.string(),
      user_id: z.string(),
      name: z.string(),
      component: z.string(),
      score: z.number(),
      grade_date: z.string(),
      version: z.string(),
    }),
  );

/** Who is in the class, or has a grade in it. */
export const studentsOf = (ctx: TxCtx, book: Book) =>
  rows(
    ctx.tx,
    sql`select u.id, u.name, u.roll_no
        from public."user" u
        where u.deleted_at is null
          and (
            u.id in (
              select e.user_id
              from public.enrollment e
              where e.class_id = ${book.classId}::uuid and e.status in ('ACTIVE', 'COMPLETED')
            )
            or u.id in (
              select g.user_id
              from public.grade g
              where g.class_id = ${book.classId}::uuid
                and g.subject_id = ${book.subjectId}::uuid
                and g.semester_id = ${book.semesterId}::uuid
            )
          )
        order by u.name, u.id
        limit 500`,
    z.object({ id: z.string(), name: z.string(), roll_no: z.string().nullable() }),
  );
