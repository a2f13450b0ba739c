import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { sql, type Sql } from "~/db/sql.ts";
import { takeBack, tell } from "~/domains/communication/tell-student.server.ts";

type Attempt = { id: string; college_id: string };

const these = (attempts: readonly Attempt[]): Sql =>
  sql`unnest(
        ${attempts.map((attempt) => attempt.id)}::uuid[], ${attempts.map((attempt) => attempt.college_id)}::uuid[]
      ) v (id, college_id)`;

const keyOf = (attemptId: string) => `attempt:${attemptId}:released`;

const freed = z.object({
  attempt_id: z.string(),
  college_id: z.string(),
  user_id: z.string(),
  title: z.string(),
  published: z.boolean(),
});

/** Results that waited: shown with the others now, where the others are shown. What a standing hold keeps back stays back. */
export function freeResults(ctx: TxCtx, attempts: readonly Attempt[]): Promise<z.infer<typeof freed>[]> {
  const now = ctx.clock.now();
  return rows(
    ctx.tx,
    sql`update public.exam_result r
        set withheld = false, updated_at = ${now},
            published_at = case
              when e.status = 'PUBLISHED' then coalesce(r.published_at, ${now})
              else r.published_at
            end
        from ${these(attempts)}, public.exam e
        where r.attempt_id = v.id
          and r.college_id = v.college_id
          and r.withheld
          and e.id = r.exam_id
          and e.college_id = r.college_id
          and not exists (
            select 1
            from public.result_hold h
            where h.attempt_id = r.attempt_id and h.college_id = r.college_id and h.lifted_at is null
          )
        returning r.attempt_id, r.college_id, r.user_id, e.title, r.published_at is not null as published`,
    freed,
  );
}

/** After a review that found nothing that stands, or that nobody needs any more. Said only where there is a result to see. */
export async function releaseResults(ctx: TxCtx, attempts: readonly Attempt[]): Promise<void> {
  if (attempts.length === 0) return;
  for (const one of await freeResults(ctx, attempts))
    if (one.published)
      await tell(ctx, one, {
        key: keyOf(one.attempt_id),
        type: "INFO",
        title: `Result of ${one.title}`,
        message: "A routine check of your attempt is finished. Your result is available.",
      });
}

/**
 * A review begins to withhold, by two kinds of evidence or by a person's report: what is not published yet waits for it, and so
 * does what was released a moment ago, while nobody has been told. What students have seen stays seen.
 */
export async function keepBack(ctx: TxCtx, attempts: readonly Attempt[]): Promise<void> {
  if (attempts.length === 0) return;
  const unsaid = await takeBack(
    ctx,
    attempts.map((attempt) => ({ college_id: attempt.college_id, key: keyOf(attempt.id) })),
  );
  const seenByNobody = attempts.filter((attempt) => unsaid.has(keyOf(attempt.id))).map((attempt) => attempt.id);
  await execute(
    ctx.tx,
    sql`update public.exam_result r
        set withheld = true, published_at = null, updated_at = ${ctx.clock.now()}
        from ${these(attempts)}
        where r.attempt_id = v.id
          and r.college_id = v.college_id
          and not r.withheld
          and (r.published_at is null or r.attempt_id = any(${seenByNobody}::uuid[]))`,
  );
}
