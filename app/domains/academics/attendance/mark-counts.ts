import { z } from "zod";
import { sql } from "~/db/sql.ts";

/** Marks of attendance (as `a`) by status, and the share of those present in percent with two decimals. */
export const MARK_COUNTS = sql`
  count(*)::int as total,
  count(*) filter (where a.status = 'PRESENT')::int as present,
  count(*) filter (where a.status = 'ABSENT')::int as absent,
  count(*) filter (where a.status = 'LATE')::int as late,
  count(*) filter (where a.status = 'EXCUSED')::int as excused,
  round(count(*) filter (where a.status = 'PRESENT') * 100.0 / count(*), 2)::float8 as percentage`;

export const markCounts = {
  total: z.number(),
  present: z.number(),
  absent: z.number(),
  late: z.number(),
  excused: z.number(),
  percentage: z.number(),
};
