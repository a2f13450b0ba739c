import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { ExamRow } from "../exam-row.server.ts";

/** From how many points on an attempt is reviewed, and what counts how much where it differs from the usual. */
export async function setReviewRules(
  ctx: TxCtx,
  exam: ExamRow,
  rules: { threshold: number; weights: Record<string, unknown> | null },
): Promise<void> {
  await execute(
    ctx.tx,
    sql`update public.exam
        set integrity_weights = ${rules.weights ? JSON.stringify(rules.weights) : null}::jsonb,
            review_threshold = ${rules.threshold},
            updated_at = ${ctx.clock.now()}
        where id = ${exam.id} and college_id = ${exam.college_id}`,
  );
}
