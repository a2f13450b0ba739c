import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

type Scored = { id: string; college_id: string; score: number; violations: number };

/** What integrity found out about these attempts, where lists sort and filter by it. */
export async function writeRiskScores(ctx: TxCtx, scored: readonly Scored[]): Promise<void> {
  await execute(
    ctx.tx,
    sql`update public.student_exam_attempt a
        set risk_score = v.score,
            violation_count = v.violations,
            suspicious_activity = v.violations > 0,
            needs_scoring = false
        from unnest(
          ${scored.map((attempt) => attempt.id)}::uuid[],
          ${scored.map((attempt) => attempt.college_id)}::uuid[],
          ${scored.map((attempt) => attempt.score)}::int[],
          ${scored.map((attempt) => attempt.violations)}::int[]
        ) v (id, college_id, score, violations)
        where a.id = v.id and a.college_id = v.college_id`,
  );
}

/** The next round of scoring looks at these again. */
export async function askForScoring(
  ctx: TxCtx,
  exam: { id: string; college_id: string },
  attemptIds: readonly string[],
): Promise<void> {
  await execute(
    ctx.tx,
    sql`update public.student_exam_attempt
        set needs_scoring = true
        where exam_id = ${exam.id} and college_id = ${exam.college_id} and id = any(${[...attemptIds]}::uuid[])`,
  );
}
