import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";

const SILENT_MS = 30 * 86_400_000;

const reportRow = z.object({
  id: z.string(),
  college_id: z.string(),
  college: z.string(),
  title: z.string(),
  published: z.boolean(),
  currency: z.string(),
  counted_at: z.date().nullable(),
  enrolled: z.number().nullable(),
  active: z.number().nullable(),
  completed: z.number().nullable(),
  inactive: z.number().nullable(),
  completion_rate: z.number().nullable(),
  average_progress: z.number().nullable(),
  revenue: z.array(z.object({ currency: z.string(), minor: z.number() })),
});

/** A course with its sums as they were last counted, where its learners stop, and who has fallen silent. */
export const courseReport = read({
  name: "learning.course_report",
  permission: "platform.read",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const course = await firstRow(
      ctx.tx,
      sql`select c.id, c.college_id, k.name as college, c.title, c.published, c.currency,
                 a.last_calculated_at as counted_at, a.total_enrollments as enrolled, a.active_enrollments as active,
                 a.completed_enrollments as completed, a.inactive_students as inactive, a.completion_rate,
                 a.average_progress, coalesce(a.revenue, '[]') as revenue
          from public.course c
            join public.college k on k.id = c.college_id
            left join public.course_analytics a on a.course_id = c.id and a.college_id = c.college_id
          where c.id = ${input.id}::uuid and c.deleted_at is null`,
      reportRow,
    );
    if (!course) throw new NotFound("Course not found");
    const lessons = await rows(
      ctx.tx,
      sql`select l.id, l.title, m.title as module, (s.value ->> 'started')::int as started,
            (s.value ->> 'completed')::int as completed
          from public.course_analytics a
          cross join lateral jsonb_array_elements(a.lessons) with ordinality s (value, place)
          join public.lesson l on l.id = (s.value ->> 'id')::uuid and l.college_id = a.college_id
          join public.course_module m on m.id = l.module_id and m.college_id = l.college_id
          where a.course_id = ${course.id}::uuid and a.college_id = ${course.college_id}::uuid
          order by s.place`,
      z.object({ id: z.string(), title: z.string(), module: z.string(), started: z.number(), completed: z.number() }),
    );
    const inactive = await rows(
      ctx.tx,
      sql`select u.id, u.name, p.progress_percent, p.last_accessed_at
          from public.course_progress p
            join public."user" u on u.id = p.user_id and u.college_id = p.college_id
          where p.college_id = ${course.college_id}::uuid
            and p.course_id = ${course.id}::uuid
            and p.completed_at is null
            and p.progress_percent < 100
            and p.last_accessed_at < ${new Date(ctx.clock.now().getTime() - SILENT_MS)}
            and u.deleted_at is null
          order by p.last_accessed_at desc
          limit 25`,
      z.object({ id: z.string(), name: z.string(), progress_percent: z.number(), last_accessed_at: z.date() }),
    );
    return { course, lessons, inactive };
  },
});
