import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

const past = z.object({
  id: z.string(),
  exam_id: z.string(),
  title: z.string(),
  start_time: z.date(),
  sitting: z.number(),
  connections: z.number(),
  active_hundredths: z.number(),
  verdict: z.string(),
  actual_students: z.number().nullable(),
  actual_connections: z.number().nullable(),
  actual_active_hundredths: z.number().nullable(),
});

/** Forecasts whose exams are over, with what came. */
export const pastForecasts = (ctx: TxCtx) =>
  rows(
    ctx.tx,
    sql`select f.id, f.exam_id, e.title, f.start_time, f.sitting, f.connections, f.active_hundredths, f.verdict,
               f.actual_students, f.actual_connections, f.actual_active_hundredths
        from public.forecast f
          join public.exam e on e.id = f.exam_id and e.college_id = f.college_id
        where f.judged_at is not null
        order by f.start_time desc
        limit 30`,
    past,
  );
