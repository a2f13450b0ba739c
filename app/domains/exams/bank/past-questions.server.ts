import { raw, sql, type Sql } from "~/db/sql.ts";
import { SAMENESS } from "../authoring/question-row.server.ts";

/** Exams whose paper is no secret any more. */
const PAST = raw("e.status in ('CLOSED', 'GRADED', 'PUBLISHED')");

/** The questions `q` of a tenant's past exams `e`, and what makes two of them the same. */
export const pastQuestions = (collegeId: string, more: Sql = raw("true")) => sql`
  select q.id, q.exam_id, q.difficulty, q.tags, e.title as exam, e.start_time, ${SAMENESS} as same
  from public.question q
    join public.exam e on e.id = q.exam_id and e.college_id = q.college_id
  where q.college_id = ${collegeId} and e.deleted_at is null and ${PAST} and ${more}`;

export const samenessOfPaper = (exam: { id: string; college_id: string }) => sql`
  select ${SAMENESS} as same
  from public.question q
  where q.exam_id = ${exam.id} and q.college_id = ${exam.college_id}`;
