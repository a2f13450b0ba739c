import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { MARK_COUNTS, markCounts } from "./attendance/mark-counts.ts";

/** Document 2's grade report: per subject averages, the average of those, and the rank in the class (ties share a rank). */
export const gradeReport = read({
  name: "reports.grades",
  permission: "platform.read",
  input: z.object({ classId: z.uuid(), semesterId: z.uuid().optional() }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`with subjects as (
            select g.user_id, g.college_id, g.subject_id, avg(g.score) as average, count(*)::int as n
            from public.grade g
            where g.class_id = ${input.classId}::uuid
              and (${input.semesterId ?? null}::uuid is null or g.semester_id = ${input.semesterId ?? null}::uuid)
            group by 1, 2, 3
          ),
          students as (
            select user_id, college_id, avg(average) as average, sum(n)::int as grades, count(*)::int as subjects
            from subjects
            group by 1, 2
          )
          select u.id, u.name, u.roll_no, round(s.average / 100, 2)::float8 as average, s.grades, s.subjects,
                 rank() over (order by s.average desc)::int as rank
          from students s
            join public."user" u on u.id = s.user_id and u.college_id = s.college_id
          order by rank, u.name
          limit 1000`,
      z.object({
        id: z.string(),
        name: z.string(),
        roll_no: z.string().nullable(),
        average: z.number(),
        grades: z.number(),
        subjects: z.number(),
        rank: z.number(),
      }),
    ),
});

/** Document 2's attendance report: present of all marks, in percent with two decimals. */
export const attendanceReport = read({
  name: "reports.attendance",
  permission: "platform.read",
  input: z.object({ classId: z.uuid(), from: z.iso.date().optional(), to: z.iso.date().optional() }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`select u.id, u.name, u.roll_no, ${MARK_COUNTS}
          from public.attendance a
            join public."user" u on u.id = a.user_id and u.college_id = a.college_id
          where a.class_id = ${input.classId}::uuid
            and (${input.from ?? null}::date is null or a.date >= ${input.from ?? null}::date)
            and (${input.to ?? null}::date is null or a.date <= ${input.to ?? null}::date)
          group by u.id, u.name, u.roll_no
          order by percentage, u.name
          limit 1000`,
      z.object({
        id: z.string(),
        name: z.string(),
        roll_no: z.string().nullable(),
        ...markCounts,
      }),
    ),
});
