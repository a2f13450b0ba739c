import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** The latest exams of a class whose results are out, and what each student reached. What is withheld is not told. */
export const classResults = read({
  name: "exam.class_results",
  permission: "platform.read",
  input: z.object({ classId: z.uuid(), subjectId: z.uuid() }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`with exams as (
            select id, college_id, title, start_time
            from public.exam
            where class_id = ${input.classId}::uuid
              and status = 'PUBLISHED'
              and deleted_at is null
              and (subject_id is null or subject_id = ${input.subjectId}::uuid)
            order by start_time desc
            limit 6
          )
          select e.id as exam_id, e.title, r.user_id, max(r.percentage)::int as percentage
          from exams e
            join public.exam_result r on r.exam_id = e.id and r.college_id = e.college_id and not r.withheld
              and r.published_at is not null
          group by e.id, e.title, e.start_time, r.user_id
          order by e.start_time
          limit 5000`,
      z.object({ exam_id: z.string(), title: z.string(), user_id: z.string(), percentage: z.number() }),
    ),
});
