import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

const averages = z.object({
  user_id: z.string(),
  name: z.string(),
  roll_no: z.string().nullable(),
  subject_id: z.string(),
  subject: z.string(),
  average: z.number(),
  grades: z.number(),
});

type Average = z.infer<typeof averages>;

function bySubject(list: readonly Average[]) {
  const subjects = new Map(list.map((row) => [row.subject_id, row.subject]));
  return [...subjects]
    .map(([id, name]) => {
      const own = list.filter((row) => row.subject_id === id);
      const values = own.map((row) => row.average);
      return {
        id,
        name,
        students: own.length,
        grades: own.reduce((sum, row) => sum + row.grades, 0),
        average: values.reduce((sum, value) => sum + value, 0) / values.length,
        lowest: Math.min(...values),
        highest: Math.max(...values),
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Document 2's course grade summary: each student's average and number of grades in each subject, of a semester or of all. */
export const gradeSummary = read({
  name: "grades.summary",
  permission: "platform.read",
  input: z.object({ classId: z.uuid(), semesterId: z.uuid().optional() }),
  async run({ ctx, input }) {
    const list = await rows(
      ctx.tx,
      sql`select g.user_id, u.name, u.roll_no, g.subject_id, s.name as subject,
                 round(avg(g.score) / 100, 2)::float8 as average, count(*)::int as grades
          from public.grade g
            join public."user" u on u.id = g.user_id and u.college_id = g.college_id
            join public.subject s on s.id = g.subject_id and s.college_id = g.college_id
          where g.class_id = ${input.classId}::uuid
            and (${input.semesterId ?? null}::uuid is null or g.semester_id = ${input.semesterId ?? null}::uuid)
          group by g.user_id, u.name, u.roll_no, g.subject_id, s.name
          order by u.name, g.user_id
          limit 20000`,
      averages,
    );
    const students = new Map(list.map((row) => [row.user_id, { id: row.user_id, name: row.name, roll_no: row.roll_no }]));
    return {
      subjects: bySubject(list),
      students: [...students.values()].map((student) => ({
        ...student,
        averages: Object.fromEntries(
          list
            .filter((row) => row.user_id === student.id)
            .map((row) => [row.subject_id, { average: row.average, grades: row.grades }]),
        ),
      })),
    };
  },
});
