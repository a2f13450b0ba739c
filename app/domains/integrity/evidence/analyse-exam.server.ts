import { z } from "zod";
import { measure } from "~/access/measure.server.ts";
import { askForScoring } from "~/domains/exams/risk-score.server.ts";
import { findExam, holdExam } from "~/domains/exams/exam-row.server.ts";
import { loadSheets } from "~/domains/exams/analysis/sheets.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { literals, sql } from "~/db/sql.ts";
import { withScope } from "~/db/scope.server.ts";
import { withRetry } from "~/db/retry.ts";
import { inThread } from "~/jobs/thread.server.ts";
import { newId } from "~/platform/ids.ts";
import { METHOD } from "../collusion/method.ts";
import { OPEN_STATES, VIOLATION_STATES } from "../machine.ts";
import { seatsOf } from "../seating/seats.server.ts";
import { findingsOf, type ExamFindings } from "./evidence.ts";
import { recheckReviews, reviewsOnEarlierMethod } from "./recheck.server.ts";
import { examsOfTerm, limitFor } from "./term.server.ts";

/**
 * Statistics and evidence of one exam, computed in a thread and stored. The attempts about which there is something to say
 * are scored anew by the next round.
 */
export async function analyseExam(
  ctx: Ctx,
  examId: string,
  progress?: (done: number, total: number) => Promise<void>,
): Promise<{ attempts: number; flagged: number; rings: number; ms: number }> {
  return measure("integrity.analyse_exam", ctx, async () => {
    const started = performance.now();
    // Whoever changes the paper now is waited for; whoever does so from here on makes this analysis the older of the two.
    const readAt = await withScope(ctx, async (inner) => {
      await holdExam(inner, examId);
      return inner.clock.now();
    });
    const { exam, raw, seats, term } = await withScope(ctx, async (inner) => {
      const found = await findExam(inner, examId);
      return {
        exam: found,
        raw: await loadSheets(inner, found),
        seats: await seatsOf(inner, found),
        term: await examsOfTerm(inner, found),
      };
    });
    const given = { seed: seedOf(exam.id), limit: limitFor(term), seats };
    const findings = await inThread(
      "exam-analysis",
      { raw, given },
      (input, said) => findingsOf(input.raw, input.given, said),
      progress,
    );
    const ms = Math.round(performance.now() - started);
    await withRetry("write", () =>
      withScope(ctx, async (inner) => {
        // Two analyses of one exam at once: the second waits, and writes the newer.
        await execute(inner.tx, sql`select pg_advisory_xact_lock(hashtextextended(${exam.id}, 4))`);
        await store(inner, exam, { ...findings, term }, readAt, ms);
      }),
    );
    return {
      attempts: raw.attempts.length,
      flagged: findings.collusion.found.filter((pair) => pair.flagged).length,
      rings: findings.collusion.rings.length,
      ms,
    };
  });
}

/** From the exam alone, so that whoever repeats its re-runs draws the same sheets. */
const seedOf = (examId: string) => Number.parseInt(examId.slice(-7), 16);

async function store(
  ctx: TxCtx,
  exam: { id: string; college_id: string },
  findings: ExamFindings & { term: number },
  readAt: Date,
  ms: number,
): Promise<void> {
  const now = ctx.clock.now();
  const { found, ...collusion } = findings.collusion;
  const flagged = found.filter((pair) => pair.flagged).length;
  const kinds = {
    STATISTICS: findings.statistics,
    EVIDENCE: {
      collusion: {
        ...collusion,
        flagged,
        check: findings.check,
        term: findings.term,
        leftOut: findings.leftOut,
        patterned: collusion.patterned.map(({ student, ...pattern }) => ({ ...pattern, attempt: findings.order[student]! })),
        rings: collusion.rings.map((ring) => ring.map((index) => findings.order[index]!)),
      },
      attempts: findings.attempts,
      personal: findings.personal,
    },
  };
  const earlier = await reviewsOnEarlierMethod(ctx, exam);
  const last = await firstRow(
    ctx.tx,
    sql`select method
        from public.exam_analysis
        where exam_id = ${exam.id} and college_id = ${exam.college_id} and kind = 'EVIDENCE'`,
    z.object({ method: z.number() }),
  );
  // Who was in the last analysis and is not in this one has to be scored again too.
  const lastTime = await rows(
    ctx.tx,
    sql`select jsonb_object_keys(result -> 'attempts') as id
        from public.exam_analysis
        where exam_id = ${exam.id} and college_id = ${exam.college_id} and kind = 'EVIDENCE'`,
    z.object({ id: z.string() }),
  );
  await askForScoring(ctx, exam, [...Object.keys(findings.attempts), ...lastTime.map((attempt) => attempt.id)]);
  for (const [kind, result] of Object.entries(kinds))
    await execute(
      ctx.tx,
      sql`insert into public.exam_analysis (
            id, college_id, exam_id, kind, attempts, computed_at, took_ms, method, result
          )
          values (
            ${newId(now.getTime())}, ${exam.college_id}, ${exam.id}, ${kind}, ${findings.order.length}, ${readAt},
            ${ms}, ${METHOD}, ${JSON.stringify(result)}::jsonb
          )
          on conflict (college_id, exam_id, kind) do update
          set attempts = excluded.attempts, computed_at = excluded.computed_at, took_ms = excluded.took_ms,
              method = excluded.method, result = excluded.result, updated_at = ${now}
          where exam_analysis.computed_at <= excluded.computed_at`,
    );
  await execute(
    ctx.tx,
    sql`
    delete from public.collusion_pair
    where exam_id = ${exam.id} and college_id = ${exam.college_id}`,
  );
  const ringOf = new Map(findings.collusion.rings.flatMap((ring, index) => ring.map((member) => [member, index + 1] as const)));
  const pairs = found.map((pair) => {
    const ends = [findings.order[pair.a]!, findings.order[pair.b]!].sort();
    return { ...pair, first: ends[0]!, second: ends[1]!, ring: pair.flagged ? (ringOf.get(pair.a) ?? null) : null };
  });
  await execute(
    ctx.tx,
    sql`insert into public.collusion_pair (
          id, college_id, exam_id, first_attempt_id, second_attempt_id, ring, eeic, differences, ratio,
          common_answers, gbt_log10_p, expected_pairs, near_group, among_neighbours
        )
        select v.id, ${exam.college_id}, ${exam.id}, v.first, v.second, v.ring, v.eeic, v.differences, v.ratio,
               v.common, v.log10p, v.expected, v.near, v.beside
        from unnest(
          ${pairs.map(() => newId(now.getTime()))}::uuid[], ${pairs.map((pair) => pair.first)}::uuid[],
          ${pairs.map((pair) => pair.second)}::uuid[], ${pairs.map((pair) => pair.ring)}::int[],
          ${pairs.map((pair) => pair.eeic)}::int[], ${pairs.map((pair) => pair.differences)}::int[],
          ${pairs.map((pair) => Math.round(pair.ratio * 100))}::int[], ${pairs.map((pair) => pair.common)}::int[],
          ${pairs.map((pair) => Math.round(Math.log10(Math.max(pair.p, Number.MIN_VALUE)) * 1000))}::int[],
          ${pairs.map((pair) => Math.min(2_000_000_000, Math.round(pair.expected * 1000)))}::int[],
          ${pairs.map((pair) => (pair.nearGroup === null ? null : Math.round(pair.nearGroup * 1000)))}::int[],
          ${pairs.map((pair) => thousandthsOf(pair.amongNeighbours))}::int[]
        ) v (id, first, second, ring, eeic, differences, ratio, common, log10p, expected, near, beside)`,
  );
  if (last && last.method < METHOD) await recheckReviews(ctx, exam, earlier, attemptsIn(findings));
}

const thousandthsOf = (value: number | null) => (value === null ? null : Math.min(2_000_000_000, Math.round(value * 1000)));

/** Attempts with a pair that stands out. */
const attemptsIn = (findings: ExamFindings): Set<string> =>
  new Set(
    Object.entries(findings.attempts).flatMap(([id, evidence]) =>
      evidence.some((evidence) => evidence.kind === "IDENTICAL_ERRORS") ? [id] : [],
    ),
  );

/** A few of those that wait. One that fails keeps no other from it, and is told of at the end. */
export async function analyseDue(
  ctx: Ctx,
  limit: number,
  analyse: (ctx: Ctx, examId: string) => Promise<unknown> = analyseExam,
): Promise<void> {
  const failed: unknown[] = [];
  for (const exam of await dueAnalyses(ctx, limit))
    await analyse({ ...ctx, scope: { kind: "tenants", ids: [exam.college_id] } }, exam.id).catch((error: unknown) =>
      failed.push(error),
    );
  if (failed.length > 0) throw failed[0];
}

/**
 * Exams that have ended and were not analysed since they last changed, or by an earlier method; those with open reviews
 * first, however old, then the newest.
 */
export async function dueAnalyses(ctx: Ctx, limit: number): Promise<{ id: string; college_id: string }[]> {
  return withScope(ctx, (inner) =>
    rows(
      inner.tx,
      sql`select e.id, e.college_id
          from public.exam e
            left join public.exam_analysis n on n.exam_id = e.id and n.college_id = e.college_id and n.kind = 'EVIDENCE'
            cross join lateral (
              select n.method < ${METHOD} and exists (
                select 1 from public.student_exam_attempt a
                where a.exam_id = e.id and a.college_id = e.college_id
                  and a.review_state in ${literals([...OPEN_STATES, ...VIOLATION_STATES])}) as earlier
            ) reviews
          where e.status in ('CLOSED', 'GRADED', 'PUBLISHED') and e.deleted_at is null
            and (n.id is null or n.computed_at < e.updated_at or n.method < ${METHOD})
            and (e.start_time > ${inner.clock.now()}::timestamptz - interval '400 days' or reviews.earlier)
          order by reviews.earlier is true desc, e.start_time desc
          limit ${limit}`,
      z.object({ id: z.string(), college_id: z.string() }),
    ),
  );
}
