import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { Hold } from "~/domains/exams/results/hold.server.ts";
import { exactTime } from "~/platform/format.ts";
import { newId } from "~/platform/ids.ts";
import { consoleVersion } from "~/platform/version.server.ts";
import { METHOD } from "../collusion/method.ts";
import { reasonRow } from "../score/reason-row.ts";
import { weightsOf } from "../score/score.ts";
import { composeStatement, type Facts } from "./compose.ts";
import { pairFacts } from "./pair-facts.server.ts";

const factRow = z.object({
  candidate_no: z.number(),
  title: z.string(),
  college: z.string(),
  time_zone: z.string(),
  class_name: z.string(),
  teachers: z.number(),
  candidates: z.number(),
  questions: z.number(),
  started_at: z.date(),
  ended_at: z.date().nullable(),
  ran_out: z.boolean(),
  answered: z.number(),
  extra_seconds: z.number(),
  extra_percent: z.number(),
  threshold: z.number(),
  weights: z.unknown(),
  score: z.number(),
  reasons: z.array(reasonRow),
  sampled: z.boolean(),
});

const decisionRow = z.object({
  round: z.number(),
  decision: z.string(),
  note: z.string(),
  created_at: z.date(),
  name: z.string(),
});

type Work = {
  review: { id: string; college_id: string; attempt_id: string; exam_id: string };
  decisionId: string;
  /** Of this decision in the log. */
  entryId: string;
  outcome: Facts["outcome"];
  consequence: Hold | null;
};

/** Written in the decision's own transaction: what stands is what was known then. */
export async function writeStatement(ctx: TxCtx, work: Work): Promise<void> {
  const statement = composeStatement(await factsOf(ctx, work));
  const now = ctx.clock.now();
  await execute(
    ctx.tx,
    sql`insert into public.review_statement (id, college_id, review_id, decision_id, body, created_at)
        values (${newId(now.getTime())}, ${work.review.college_id}, ${work.review.id}, ${work.decisionId},
                ${JSON.stringify(statement)}::jsonb, ${now})`,
  );
}

async function factsOf(ctx: TxCtx, { review, entryId, outcome, consequence }: Work): Promise<Facts> {
  const known = await firstRow(
    ctx.tx,
    sql`select a.candidate_no, e.title, c.name as college, c.time_zone, k.name as class_name,
               (
                 select count(*)::int
                 from public.teacher_class_assignment t
                 where t.class_id = e.class_id and t.college_id = e.college_id
               ) as teachers,
               (
                 select count(*)::int
                 from public.student_exam_attempt x
                 where x.exam_id = e.id and x.college_id = e.college_id
               ) as candidates,
               (
                 select count(*)::int
                 from public.question q
                 where q.exam_id = e.id and q.college_id = e.college_id
               ) as questions,
               a.started_at, a.ended_at, a.ended_at is not null and a.ended_at >= a.deadline_at as ran_out,
               (
                 select count(*)::int
                 from public.student_answer s
                 where s.attempt_id = a.id
                   and s.college_id = a.college_id
                   and (
                     s.selected_option_id is not null
                       or cardinality(s.selected_options) > 0
                       or coalesce(s.answer_text, '') <> ''
                   )
               ) as answered,
               a.extra_seconds,
               coalesce(
                 (
                   select max(m.extra_percent)
                   from public.accommodation m
                   where m.user_id = a.user_id
                     and m.college_id = a.college_id
                     and (m.exam_id is null or m.exam_id = e.id)
                     and (m.valid_until is null or m.valid_until >= a.started_at::date)
                 ),
                 0
               )::int as extra_percent,
               e.review_threshold as threshold, e.integrity_weights as weights, r.score, r.reasons, r.sampled
        from public.review r
          join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
          join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
          join public.class k on k.id = e.class_id and k.college_id = e.college_id
          join public.college c on c.id = r.college_id
        where r.id = ${review.id} and r.college_id = ${review.college_id}`,
    factRow,
  );
  if (!known) throw new Error(`no facts of review ${review.id}`);
  const decisions = await rows(
    ctx.tx,
    sql`select d.round, d.decision, d.note, d.created_at, coalesce(s.name, 'A former reviewer') as name
        from public.review_decision d
          left join console.staff s on s.id = d.decider_id
        where d.review_id = ${review.id} and d.college_id = ${review.college_id} and d.undone_at is null
        order by d.round`,
    decisionRow,
  );
  const at = (time: Date) => exactTime(time, known.time_zone);
  const points = Object.fromEntries(Object.entries(weightsOf(known.weights)).map(([signal, weight]) => [signal, weight.points]));
  return {
    outcome,
    consequence,
    candidateNo: known.candidate_no,
    exam: {
      title: known.title,
      college: known.college,
      className: known.class_name,
      teachers: known.teachers,
      candidates: known.candidates,
      questions: known.questions,
    },
    attempt: {
      startedAt: at(known.started_at),
      endedAt: known.ended_at && at(known.ended_at),
      ranOut: known.ran_out,
      answered: known.answered,
      extraMinutes: Math.round(known.extra_seconds / 60),
      extraPercent: known.extra_percent,
    },
    score: known.score,
    threshold: known.threshold,
    sampled: known.sampled,
    reasons: known.reasons,
    weights: { changed: known.weights !== null, points },
    pair: known.reasons.some((reason) => reason.signal === "IDENTICAL_ERRORS" && reason.points > 0)
      ? await pairFacts(ctx, review, at)
      : null,
    decisions: decisions.map((decision) => ({
      round: decision.round,
      decision: decision.decision,
      note: decision.note,
      by: decision.name,
      at: at(decision.created_at),
    })),
    method: METHOD,
    entryId,
    console: consoleVersion(),
  };
}
