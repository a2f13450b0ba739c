import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { literals, sql } from "~/db/sql.ts";
import { OPEN_STATES } from "../machine.ts";

/** How many reviews and appeals of one person's attempts are not decided. */
export async function openReviewsOf(ctx: TxCtx, userId: string): Promise<{ reviews: number; appeals: number }> {
  const row = await firstRow(
    ctx.tx,
    sql`select count(*) filter (where r.state in ${literals(OPEN_STATES)})::int as reviews,
               count(*) filter (where p.status = 'OPEN')::int as appeals
        from public.student_exam_attempt a
          join public.review r on r.attempt_id = a.id and r.college_id = a.college_id
          left join public.appeal p on p.review_id = r.id and p.college_id = r.college_id
        where a.user_id = ${userId}::uuid`,
    z.object({ reviews: z.number(), appeals: z.number() }),
  );
  return row!;
}
