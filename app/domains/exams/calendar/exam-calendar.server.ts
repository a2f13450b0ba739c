import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { tenantIs } from "~/db/tenant.ts";
import { EXAM_STATUSES, type ExamStatus } from "../machine.ts";

/** Six weeks that a month may touch, and the day that a clock is put back. */
const LONGEST_MS = 43 * 86_400_000;
const MOST = 2000;

const entry = z.object({
  id: z.string(),
  title: z.string(),
  code: z.string(),
  college: z.string(),
  class_name: z.string(),
  status: z.enum(EXAM_STATUSES as [ExamStatus, ...ExamStatus[]]),
  start_time: z.date(),
  end_time: z.date(),
  duration_minutes: z.number(),
  frozen: z.boolean(),
});
export type CalendarEntry = z.infer<typeof entry>;

/** The exams that begin in a stretch of days, whatever became of them. */
export const examCalendar = read({
  name: "exam.calendar",
  permission: "exams.read",
  input: z
    .object({ from: z.date(), to: z.date() })
    .refine(({ from, to }) => to > from && to.getTime() - from.getTime() <= LONGEST_MS, "At most six weeks at once"),
  async run({ ctx, input }) {
    const exams = await rows(
      ctx.tx,
      sql`select e.id, e.title, c.code, c.name as college, k.name as class_name, e.status, e.start_time, e.end_time,
                 e.duration_minutes, e.frozen_at is not null as frozen
          from public.exam e
            join public.college c on c.id = e.college_id
            join public.class k on k.id = e.class_id and k.college_id = e.college_id
          where e.deleted_at is null
            and ${tenantIs(ctx, "e.college_id")}
            and e.start_time >= ${input.from}
            and e.start_time < ${input.to}
          order by e.start_time, e.title, e.id
          limit ${MOST + 1}`,
      entry,
    );
    return { exams: exams.slice(0, MOST), more: exams.length > MOST };
  },
});
