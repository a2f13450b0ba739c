import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { EXPECTED_LIMIT } from "../collusion/analyse.ts";

/** False pairs that all exams of a tenant together may be expected to have in a term, that is, in half a year. */
const TERM_LIMIT = 1;
const HALF_DAYS = 91;

/** How many exams this tenant holds in the half year around this one, itself included. */
export async function examsOfTerm(ctx: TxCtx, exam: { id: string; college_id: string; start_time: Date }): Promise<number> {
  const around = HALF_DAYS * 86_400_000;
  const found = await firstRow(
    ctx.tx,
    sql`select count(*)::int as n
        from public.exam e
        where e.college_id = ${exam.college_id}
          and e.deleted_at is null
          and e.status not in ('DRAFT', 'CANCELLED')
          and e.start_time between ${new Date(exam.start_time.getTime() - around)} and ${new Date(exam.start_time.getTime() + around)}`,
    z.object({ n: z.number() }),
  );
  return Math.max(1, found?.n ?? 1);
}

/** Each exam's share of what a term may have: with more than twenty exams, less than the 0.05 that one exam may have. */
export const limitFor = (exams: number): number => Math.min(EXPECTED_LIMIT, TERM_LIMIT / exams);
