import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { MARK_COUNTS, markCounts } from "./mark-counts.ts";

/** Document 2's attendance statistics: students and marks of each grade and section, and the share of those present. */
export const attendanceByGrade = read({
  name: "attendance.by_grade",
  permission: "platform.read",
  input: z.object({ from: z.iso.date("Choose a day"), to: z.iso.date("Choose a day") }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`select c.id as college_id, c.name as college, coalesce(k.grade, '') as grade, coalesce(k.section, '') as section,
                 count(distinct a.user_id)::int as students, ${MARK_COUNTS}
          from public.attendance a
            join public."class" k on k.id = a.class_id and k.college_id = a.college_id
            join public.college c on c.id = a.college_id
          where a.date >= ${input.from}::date and a.date <= ${input.to}::date
          group by c.id, c.name, k.grade, k.section
          order by c.name, k.grade, k.section
          limit 2000`,
      z.object({
        college_id: z.string(),
        college: z.string(),
        grade: z.string(),
        section: z.string(),
        students: z.number(),
        ...markCounts,
      }),
    ),
});
