import { and, sql, type Sql } from "~/db/sql.ts";

type Classes = { classId?: string | null; courseId?: string | null; grade?: string | null; section?: string | null };

const ofThese = ({ classId, courseId, grade, section }: Classes): Sql =>
  and([
    sql`k.deleted_at is null`,
    ...(classId ? [sql`k.id = ${classId}::uuid`] : []),
    ...(courseId ? [sql`k.course_id = ${courseId}::uuid`] : []),
    ...(grade ? [sql`k.grade = ${grade}`] : []),
    ...(section ? [sql`k.section = ${section}`] : []),
  ]);

/** In another room's statement, of `public."user" u`: somebody who is in such a class now, or teaches it. */
export const inClassesOf = (collegeId: string, classes: Classes): Sql =>
  sql`(
    u.id in (
      select e.user_id
      from public.enrollment e
        join public."class" k on k.id = e.class_id and k.college_id = e.college_id
      where e.college_id = ${collegeId}::uuid and e.status = 'ACTIVE' and ${ofThese(classes)}
    )
    or u.id in (
      select t.user_id
      from public.teacher_class_assignment t
        join public."class" k on k.id = t.class_id and k.college_id = t.college_id
      where t.college_id = ${collegeId}::uuid and ${ofThese(classes)}
    )
  )`;
