import { z } from "zod";
import { record } from "~/access/verb.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { literals, raw, sql } from "~/db/sql.ts";
import { withScope } from "~/db/scope.server.ts";
import { withRetry } from "~/db/retry.ts";
import { isOpenAttempt } from "~/domains/exams/machine.ts";
import { keepBack, releaseResults } from "~/domains/exams/results/release.server.ts";
import { writeRiskScores } from "~/domains/exams/risk-score.server.ts";
import { groupBy } from "~/platform/group.ts";
import { isOpen, OPEN_STATES, UNDECIDED_STATES, type ReviewState } from "../machine.ts";
import { enterQueue, leaveQueue } from "../review/enter-queue.server.ts";
import { scoreOf, weightsOf, type Evidence, type Reason, type Score } from "./score.ts";
import { sayWithholding, withholding } from "./withholding.ts";

const attemptRow = z.object({
  id: z.string(),
  college_id: z.string(),
  exam_id: z.string(),
  state: z.string(),
  review_state: z.string(),
  weights: z.unknown(),
  threshold: z.number(),
  cancelled: z.boolean(),
  ignored: z.array(z.string()),
  review_id: z.string().nullable(),
  withholds: z.boolean(),
  sampled: z.boolean(),
});

const evidenceRow = z.object({ attempt_id: z.string(), evidence: z.array(z.unknown()) });

const countRow = z.object({ attempt_id: z.string(), type: z.string(), incident: z.number().nullable(), count: z.number() });

export type Rescored = { scored: number; queued: number; left: number };

const CHUNK = 500;

/**
 * Scores these attempts from their signals as they are now, and lets the queue follow: who reaches the threshold enters it,
 * who is still untouched and falls below leaves it. A review that someone has begun stays.
 */
export async function rescore(ctx: TxCtx, attemptIds: readonly string[]): Promise<Rescored> {
  const total: Rescored = { scored: 0, queued: 0, left: 0 };
  const ids = [...new Set(attemptIds)].sort();
  for (let from = 0; from < ids.length; from += CHUNK) {
    const done = await rescoreChunk(ctx, ids.slice(from, from + CHUNK));
    total.scored += done.scored;
    total.queued += done.queued;
    total.left += done.left;
  }
  return total;
}

type Scored = Score & { attempt: z.infer<typeof attemptRow> };

/** Scores from what is stored now; nothing is written. `lock` holds the attempts for whoever writes next. */
async function scored(ctx: TxCtx, ids: string[], lock: boolean): Promise<Scored[]> {
  const attempts = await rows(
    ctx.tx,
    sql`select a.id, a.college_id, a.exam_id, a.state, a.review_state, e.integrity_weights as weights,
               e.review_threshold as threshold, e.status = 'CANCELLED' as cancelled,
               array(
                 select distinct x
                 from public.accommodation c, unnest(c.ignored_signals) x
                 where c.user_id = a.user_id
                   and c.college_id = a.college_id
                   and (c.exam_id is null or c.exam_id = a.exam_id)
                   and (c.valid_until is null or c.valid_until >= a.started_at::date)
               ) as ignored,
               (
                 select r.id
                 from public.review r
                 where r.attempt_id = a.id and r.college_id = a.college_id
               ) as review_id,
               exists (
                 select 1
                 from public.review r
                 where r.attempt_id = a.id and r.college_id = a.college_id and r.withholds
               ) as withholds,
               exists (
                 select 1
                 from public.review r
                 where r.attempt_id = a.id and r.college_id = a.college_id and r.sampled
               ) as sampled
        from public.student_exam_attempt a
          join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
        where a.id = any(${ids}::uuid[])
        order by a.id ${raw(lock ? "for no key update of a" : "")}`,
    attemptRow,
  );
  if (attempts.length === 0) return [];
  const counts = await rows(
    ctx.tx,
    sql`select attempt_id, type, explained_number as incident, count(*)::int as count
        from public.integrity_event
        where attempt_id = any(${attempts.map((attempt) => attempt.id)}::uuid[])
          and college_id = any(${[...new Set(attempts.map((attempt) => attempt.college_id))]}::uuid[])
        group by attempt_id, type, explained_number`,
    countRow,
  );
  const byAttempt = groupBy(counts, (row) => row.attempt_id);
  const evidence = await evidenceOf(ctx, attempts);
  return attempts.map((attempt) => ({
    attempt,
    ...scoreOf({
      counts: byAttempt.get(attempt.id) ?? [],
      evidence: evidence.get(attempt.id) ?? [],
      weights: weightsOf(attempt.weights),
      ignored: attempt.ignored,
    }),
  }));
}

/** An exam's evidence is one document of all its attempts: it is opened once, not once for each of them. */
async function evidenceOf(ctx: TxCtx, attempts: readonly z.infer<typeof attemptRow>[]): Promise<Map<string, Evidence[]>> {
  const found = await rows(
    ctx.tx,
    sql`select x.key as attempt_id, x.value as evidence
        from public.exam_analysis n cross join lateral jsonb_each(n.result -> 'attempts') x
        where n.exam_id = any(${[...new Set(attempts.map((attempt) => attempt.exam_id))]}::uuid[])
          and n.college_id = any(${[...new Set(attempts.map((attempt) => attempt.college_id))]}::uuid[])
          and n.kind = 'EVIDENCE' and x.key = any(${attempts.map((attempt) => attempt.id)}::text[])`,
    evidenceRow,
  );
  return new Map(found.map((row) => [row.attempt_id, row.evidence as Evidence[]]));
}

/** The reasons of an attempt that is in no review: what the score is made of can always be seen. */
export async function reasonsOf(ctx: TxCtx, attemptId: string): Promise<Reason[]> {
  return (await scored(ctx, [attemptId], false))[0]?.reasons ?? [];
}

async function rescoreChunk(ctx: TxCtx, ids: string[]): Promise<Rescored> {
  const all = await scored(ctx, ids, true);
  if (all.length === 0) return { scored: 0, queued: 0, left: 0 };
  await writeScores(ctx, all);
  // A cancelled exam has no result that a review could keep back.
  const wanted = ({ attempt, score }: Scored) => score >= attempt.threshold && !attempt.cancelled;
  await leaveSample(
    ctx,
    all.filter((scored) => scored.attempt.sampled && wanted(scored)),
  );
  await followWithholding(ctx, all);
  const enters = all.filter(
    (scored) => scored.attempt.review_state === "NONE" && !isOpenAttempt(scored.attempt.state) && wanted(scored),
  );
  await enterQueue(
    ctx,
    enters.map((enter) => entering(enter, { sampled: false })),
  );
  await keepBack(
    ctx,
    enters.filter((enter) => withheldWhen(enter, "QUEUED")).map((enter) => enter.attempt),
  );
  const left = await dropFromQueue(
    ctx,
    all.filter((scored) => scored.attempt.review_state === "QUEUED" && !wanted(scored)).map((scored) => scored.attempt.id),
  );
  return { scored: all.length, queued: enters.length, left };
}

const entering = (one: Scored, { sampled }: { sampled: boolean }) => ({
  attemptId: one.attempt.id,
  collegeId: one.attempt.college_id,
  score: one.score,
  reasons: one.reasons,
  withholds: !sampled && withheldWhen(one, "QUEUED"),
  sampled,
});

/** Attempts that nothing flagged, drawn to be looked at like any other. Nobody's result waits for it. */
export async function queueSample(ctx: TxCtx, attemptIds: readonly string[]): Promise<number> {
  if (attemptIds.length === 0) return 0;
  const all = await scored(ctx, [...attemptIds].sort(), true);
  const drawn = all.filter(
    ({ attempt, score }) => attempt.review_state === "NONE" && score < attempt.threshold && !attempt.cancelled,
  );
  await enterQueue(
    ctx,
    drawn.map((scored) => entering(scored, { sampled: true })),
  );
  return drawn.length;
}

/** What was drawn and is flagged meanwhile is a review like any other. */
async function leaveSample(ctx: TxCtx, flagged: Scored[]): Promise<void> {
  if (flagged.length === 0) return;
  const left = await rows(
    ctx.tx,
    sql`update public.review
        set sampled = false, updated_at = ${ctx.clock.now()}
        where attempt_id = any(${flagged.map((scored) => scored.attempt.id)}::uuid[])
          and sampled
          and state in ${literals(UNDECIDED_STATES)}
        returning attempt_id as id`,
    z.object({ id: z.string() }),
  );
  for (const scored of flagged) if (left.some((row) => row.id === scored.attempt.id)) scored.attempt.sampled = false;
}

const withheldWhen = ({ reasons, attempt }: Scored, state: ReviewState) =>
  withholding({ state, reasons, sampled: attempt.sampled }).withheld;

/** An open review whose evidence has changed may begin to keep the result back, or has nothing to keep it back by any more. */
async function followWithholding(ctx: TxCtx, all: Scored[]): Promise<void> {
  const open = all.filter((scored) => scored.attempt.review_id !== null && isOpen(scored.attempt.review_state));
  const changed = open
    .map((scored) => ({ ...scored, now: withheldWhen(scored, scored.attempt.review_state as ReviewState) }))
    .filter((one) => one.now !== one.attempt.withholds);
  if (changed.length === 0) return;
  await execute(
    ctx.tx,
    sql`update public.review r
        set withholds = v.withholds, updated_at = ${ctx.clock.now()}
        from unnest(
          ${changed.map((one) => one.attempt.review_id)}::uuid[],
          ${changed.map((one) => one.attempt.college_id)}::uuid[], ${changed.map((one) => one.now)}::boolean[]
        ) v (id, college_id, withholds)
        where r.id = v.id and r.college_id = v.college_id`,
  );
  const attempts = (withheld: boolean) => changed.filter((one) => one.now === withheld).map((one) => one.attempt);
  await keepBack(ctx, attempts(true));
  await releaseResults(ctx, attempts(false));
  for (const { attempt, reasons, now } of changed)
    await record(ctx, {
      action: now ? "review.withhold" : "review.stop_withholding",
      resource: "review",
      resourceId: attempt.review_id,
      collegeId: attempt.college_id,
      reason: sayWithholding(withholding({ state: attempt.review_state as ReviewState, reasons })),
      details: { attempt: attempt.id },
    });
}

async function writeScores(ctx: TxCtx, scored: Scored[]): Promise<void> {
  await writeRiskScores(
    ctx,
    scored.map(({ attempt, score, violations }) => ({ id: attempt.id, college_id: attempt.college_id, score, violations })),
  );
  // What a decision rested on stays as it was decided upon.
  await execute(
    ctx.tx,
    sql`update public.review r
        set score = v.score, reasons = v.reasons::jsonb, updated_at = ${ctx.clock.now()}
        from unnest(
          ${scored.map((scored) => scored.attempt.id)}::uuid[],
          ${scored.map((scored) => scored.attempt.college_id)}::uuid[],
          ${scored.map((scored) => scored.score)}::int[],
          ${scored.map((scored) => JSON.stringify(scored.reasons))}::text[]
        ) v (id, college_id, score, reasons)
        where r.attempt_id = v.id and r.college_id = v.college_id
          and r.state in ${literals(OPEN_STATES)}
          and (r.score <> v.score or r.reasons <> v.reasons::jsonb)`,
  );
}

async function dropFromQueue(ctx: TxCtx, attemptIds: string[]): Promise<number> {
  if (attemptIds.length === 0) return 0;
  const gone = await leaveQueue(ctx, attemptIds);
  // Nobody will decide on these any more: a result that waited for that would wait for ever.
  await releaseResults(ctx, gone);
  return gone.length;
}

/** Attempts in one transaction: whoever brings a signal of one of them waits for no more than these. */
const BATCH = 250;
/** Chosen at once, so that the choice costs little beside the work. */
const ROUND = 5000;
/** Then others on the collector's clock have their turn. */
const BUDGET_MS = 20_000;

/** Of each exam one after the other: a small exam does not wait for twenty thousand of a large one. */
const dueInTurns = (ctx: Ctx) =>
  withScope(ctx, ({ tx }) =>
    rows(
      tx,
      sql`select id
          from (select id, exam_id, row_number() over (partition by exam_id order by id) as turn
                from public.student_exam_attempt
                where needs_scoring) due
          order by turn, exam_id
          limit ${ROUND}`,
      z.object({ id: z.string() }),
    ),
  );

const scoreBatch = (ctx: Ctx, ids: readonly string[]): Promise<Rescored> =>
  withRetry("write", () =>
    withScope(ctx, async (inner) => {
      const free = await rows(
        inner.tx,
        sql`select id
            from public.student_exam_attempt
            where id = any(${[...ids]}::uuid[]) and needs_scoring
            order by id
            for no key update skip locked`,
        z.object({ id: z.string() }),
      );
      return rescore(
        inner,
        free.map((row) => row.id),
      );
    }),
  );

/** New signals since the last score, until none is left or the time is up. The collector calls this every few seconds. */
export async function scorePending(ctx: Ctx, budgetMs = BUDGET_MS): Promise<Rescored> {
  const total: Rescored = { scored: 0, queued: 0, left: 0 };
  const until = performance.now() + budgetMs;
  for (;;) {
    const due = (await dueInTurns(ctx)).map((row) => row.id);
    const before = total.scored;
    for (let from = 0; from < due.length; from += BATCH) {
      const done = await scoreBatch(ctx, due.slice(from, from + BATCH));
      total.scored += done.scored;
      total.queued += done.queued;
      total.left += done.left;
      if (performance.now() >= until) return total;
    }
    // None is left, or what is left is held by somebody.
    if (total.scored === before) return total;
  }
}

/** Every attempt of one exam, in rounds of their own transactions, so that nobody waits for all of it. */
export async function rescoreExam(
  ctx: Ctx,
  examId: string,
  progress: (done: number, total: number) => Promise<void> = async () => undefined,
): Promise<Rescored> {
  const ids = await withScope(ctx, (inner) =>
    rows(
      inner.tx,
      sql`select id from public.student_exam_attempt where exam_id = ${examId} order by id`,
      z.object({ id: z.string() }),
    ),
  );
  const total: Rescored = { scored: 0, queued: 0, left: 0 };
  for (let from = 0; from < ids.length; from += CHUNK) {
    const chunk = ids.slice(from, from + CHUNK).map((row) => row.id);
    const done = await withRetry("write", () => withScope(ctx, (inner) => rescore(inner, chunk)));
    total.scored += done.scored;
    total.queued += done.queued;
    total.left += done.left;
    await progress(total.scored, ids.length);
  }
  return total;
}
