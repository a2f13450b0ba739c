import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { CollusionSummary } from "../evidence/findings.server.ts";
import type { PairFacts } from "./compose.ts";

const pairRow = z.object({
  first: z.string(),
  other_no: z.number(),
  eeic: z.number(),
  differences: z.number(),
  common: z.number(),
  log10p: z.number(),
  expected: z.number(),
  beside: z.number().nullable(),
  ring: z.number(),
  own_seat: z.string().nullable(),
  other_seat: z.string().nullable(),
  computed_at: z.date(),
  method: z.number(),
  result: z.unknown(),
});

/** The least likely flagged pair of an attempt, with what its exam's analysis said of all pairs. */
export async function pairFacts(
  ctx: TxCtx,
  review: { college_id: string; attempt_id: string; exam_id: string },
  at: (time: Date) => string,
): Promise<PairFacts | null> {
  const pair = await firstRow(
    ctx.tx,
    sql`with pair as (
          select p.*,
                 case
                   when p.first_attempt_id = ${review.attempt_id} then p.second_attempt_id
                   else p.first_attempt_id
                 end as other_id
          from public.collusion_pair p
          where p.exam_id = ${review.exam_id}
            and p.college_id = ${review.college_id}
            and p.ring is not null
            and (p.first_attempt_id = ${review.attempt_id} or p.second_attempt_id = ${review.attempt_id})
          order by p.gbt_log10_p, p.id
          limit 1
        ),
        seat as (
          select a.id, s.room || ', row ' || s.seat_row || ', column ' || s.seat_column as place
          from pair
            join public.student_exam_attempt a on a.id in (pair.other_id, ${review.attempt_id})
              and a.college_id = pair.college_id
            join public.exam_seat s on s.exam_id = pair.exam_id
              and s.user_id = a.user_id
              and s.college_id = a.college_id
        )
        select pair.first_attempt_id as first, o.candidate_no as other_no, pair.eeic, pair.differences,
               pair.common_answers as common, pair.gbt_log10_p as log10p, pair.expected_pairs as expected,
               pair.among_neighbours as beside, pair.ring,
               (select place from seat where id = ${review.attempt_id}) as own_seat,
               (select place from seat where id = pair.other_id) as other_seat, n.computed_at, n.method,
               n.result -> 'collusion' as result
        from pair
          join public.student_exam_attempt o on o.id = pair.other_id and o.college_id = pair.college_id
          join public.exam_analysis n on n.exam_id = pair.exam_id
            and n.college_id = pair.college_id
            and n.kind = 'EVIDENCE'`,
    pairRow,
  );
  if (!pair) return null;
  const summary = pair.result as CollusionSummary;
  return {
    otherNo: pair.other_no,
    eeic: pair.eeic,
    differences: pair.differences,
    common: pair.common,
    leftOut: summary.leftOut?.length ?? 0,
    log10p: pair.log10p / 1000,
    // From the probability: the stored thousandths round a small number to nothing.
    expected: 10 ** (pair.log10p / 1000) * summary.pairs,
    pairs: summary.pairs,
    candidates: summary.students,
    ring: summary.rings[pair.ring - 1]?.length ?? 2,
    limit: summary.limit ?? 0.05,
    neighbours:
      pair.beside === null
        ? null
        : { pairs: summary.neighbours ?? 0, expected: 10 ** (pair.log10p / 1000) * (summary.neighbours ?? 0) },
    seats: { own: pair.own_seat, other: pair.other_seat },
    check: summary.check
      ? {
          runs: summary.check.runs,
          falsePairs: summary.check.falsePairs,
          runsWithAny: summary.check.runsWithAny,
          seed: summary.check.seed,
        }
      : null,
    computedAt: at(pair.computed_at),
    method: pair.method,
  };
}
