import { z } from "zod";
import { measure } from "~/access/measure.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { withRetry } from "~/db/retry.ts";
import { withScope } from "~/db/scope.server.ts";
import { raw, sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";

const sittingRow = z.object({
  id: z.string(),
  college_id: z.string(),
  exam_id: z.string(),
  user_id: z.string(),
  state: z.string(),
  started_at: z.date(),
  deadline_at: z.date(),
  paused_at: z.date().nullable(),
  extra_seconds: z.number(),
  exam_title: z.string(),
  exam_status: z.string(),
});
export type Sitting = z.infer<typeof sittingRow>;

/** The attempt that a client speaks for. `lock` makes it wait for whoever changes its state, and them for it. */
export async function findSitting(ctx: TxCtx, attemptId: string, lock = false): Promise<Sitting> {
  const sitting = await firstRow(
    ctx.tx,
    sql`select a.id, a.college_id, a.exam_id, a.user_id, a.state, a.started_at,
               coalesce(a.deadline_at, e.end_time) as deadline_at, a.paused_at, a.extra_seconds,
               e.title as exam_title, e.status as exam_status
        from public.student_exam_attempt a
          join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
        where a.id = ${attemptId} ${raw(lock ? "for no key update of a" : "")}`,
    sittingRow,
  );
  if (!sitting) throw new NotFound("Attempt not found");
  return sitting;
}

/** What a client must know to show the right thing: all that a push or a heartbeat may change. */
export function standingOf(sitting: Sitting, now: Date) {
  const until = sitting.paused_at ?? now;
  return {
    state: sitting.state,
    deadlineAt: sitting.deadline_at.toISOString(),
    pausedAt: sitting.paused_at?.toISOString() ?? null,
    extraSeconds: sitting.extra_seconds,
    secondsLeft: Math.max(0, Math.round((sitting.deadline_at.getTime() - until.getTime()) / 1000)),
    serverTime: now.toISOString(),
  };
}
export type Standing = ReturnType<typeof standingOf>;

/** Work of a student's client: measured and retried like a verb's, in its tenant's scope. What students do is no act of staff. */
export const asClient = <T>(name: string, ctx: Ctx, run: (inner: TxCtx) => Promise<T>): Promise<T> =>
  measure(name, ctx, () => withRetry("write", () => withScope(ctx, run)));
