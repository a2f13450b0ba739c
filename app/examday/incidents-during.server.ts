import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** Database incidents that lasted while this exam was sat: part of the minutes of its room. */
export const incidentsDuring = read({
  name: "exam.incidents_during",
  permission: "exams.live",
  input: z.object({ examId: z.uuid() }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`select i.number, i.title, i.from_at, i.to_at
          from public.exam e
            join console.incident i on i.from_at < greatest(e.end_time, (
              select max(v.at) from public.room_event v where v.exam_id = e.id and v.college_id = e.college_id
            )) and coalesce(i.to_at, 'infinity') > e.start_time
          where e.id = ${input.examId}::uuid and i.from_at <= ${ctx.clock.now()}
          order by i.from_at
          limit 100`,
      z.object({ number: z.number(), title: z.string(), from_at: z.date(), to_at: z.date().nullable() }),
    ),
});
