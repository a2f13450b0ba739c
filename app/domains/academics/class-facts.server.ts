import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";

/** A class with its roster, teachers and exams. */
export const classFacts = read({
  name: "academics.class",
  permission: "platform.read",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const found = await firstRow(
      ctx.tx,
      sql`select k.id, k.college_id, k.name, k.academic_year, k.grade, k.section, k.capacity, k.status,
                 c.name as college
          from public."class" k
            join public.college c on c.id = k.college_id
          where k.id = ${input.id}::uuid`,
      z.object({
        id: z.string(),
        college_id: z.string(),
        name: z.string(),
        academic_year: z.string(),
        grade: z.string().nullable(),
        section: z.string().nullable(),
        capacity: z.number().nullable(),
        status: z.string(),
        college: z.string(),
      }),
    );
    if (!found) throw new NotFound("Class not found");
    const roster = await rows(
      ctx.tx,
      sql`select e.id, e.status, e.payment_status, u.id as user_id, u.name, u.roll_no, u.email
          from public.enrollment e
            join public."user" u on u.id = e.user_id and u.college_id = e.college_id
          where e.college_id = ${found.college_id}::uuid and e.class_id = ${input.id}::uuid
          order by e.status, u.name
          limit 500`,
      z.object({
        id: z.string(),
        status: z.string(),
        payment_status: z.string(),
        user_id: z.string(),
        name: z.string(),
        roll_no: z.string().nullable(),
        email: z.string(),
      }),
    );
    const teachers = await rows(
      ctx.tx,
      sql`select u.id, u.name, s.name as subject
          from public.teacher_class_assignment a
            join public."user" u on u.id = a.user_id and u.college_id = a.college_id
            left join public.subject s on s.id = a.subject_id and s.college_id = a.college_id
          where a.college_id = ${found.college_id}::uuid and a.class_id = ${input.id}::uuid
          order by a.position`,
      z.object({ id: z.string(), name: z.string(), subject: z.string().nullable() }),
    );
    const exams = await rows(
      ctx.tx,
      sql`select id, title, status, start_time
          from public.exam
          where college_id = ${found.college_id}::uuid and class_id = ${input.id}::uuid and deleted_at is null
          order by start_time desc
          limit 15`,
      z.object({ id: z.string(), title: z.string(), status: z.string(), start_time: z.date() }),
    );
    return { class: found, roster, teachers, exams };
  },
});
