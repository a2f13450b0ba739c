import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** How many are sitting each live exam now, in scope: the one count behind "sitting now" and "at once". */
export async function sittingNow(ctx: TxCtx): Promise<Map<string, number>> {
  const found = await rows(
    ctx.tx,
    sql`select a.exam_id, count(*)::int as n
        from public.student_exam_attempt a
        join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
        where e.status = 'LIVE' and a.state in ('IN_PROGRESS', 'PAUSED', 'LOCKED')
        group by a.exam_id`,
    z.object({ exam_id: z.string(), n: z.number() }),
  );
  return new Map(found.map((row) => [row.exam_id, row.n]));
}
