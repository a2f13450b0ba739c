import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";
import type { Reason } from "../score/score.ts";

type Entering = {
  attemptId: string;
  collegeId: string;
  score: number;
  reasons: readonly Reason[];
  withholds: boolean;
  /** Drawn at random, not flagged. */
  sampled: boolean;
};

/** A review for each of these attempts that has none yet. */
export async function enterQueue(ctx: TxCtx, entering: readonly Entering[]): Promise<void> {
  if (entering.length === 0) return;
  const now = ctx.clock.now();
  await execute(
    ctx.tx,
    sql`insert into public.review (
          id, college_id, attempt_id, state, score, reasons, withholds, sampled, created_at, updated_at
        )
        select v.id, v.college_id, v.attempt_id, 'QUEUED', v.score, v.reasons::jsonb, v.withholds, v.sampled, ${now},
               ${now}
        from unnest(
          ${entering.map(() => newId(now.getTime()))}::uuid[], ${entering.map((review) => review.collegeId)}::uuid[],
          ${entering.map((review) => review.attemptId)}::uuid[], ${entering.map((review) => review.score)}::int[],
          ${entering.map((review) => JSON.stringify(review.reasons))}::text[],
          ${entering.map((review) => review.withholds)}::boolean[],
          ${entering.map((review) => review.sampled)}::boolean[]
        ) v (id, college_id, attempt_id, score, reasons, withholds, sampled)
        on conflict (attempt_id, college_id) do nothing`,
  );
}

/** Takes out of the queue what nobody has begun to look at, and says which attempts these are. */
export const leaveQueue = (ctx: TxCtx, attemptIds: readonly string[]): Promise<{ id: string; college_id: string }[]> =>
  rows(
    ctx.tx,
    sql`delete from public.review r
        where r.attempt_id = any(${[...attemptIds]}::uuid[])
          and r.state = 'QUEUED'
          and r.claimed_by is null
          and not r.sampled
          and not exists (
            select 1
            from public.review_decision d
            where d.review_id = r.id and d.college_id = r.college_id
          )
          and not exists (select 1 from public.review_note n where n.review_id = r.id and n.college_id = r.college_id)
        returning attempt_id as id, college_id`,
    z.object({ id: z.string(), college_id: z.string() }),
  );
