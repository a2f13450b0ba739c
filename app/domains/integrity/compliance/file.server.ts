import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { latestCheckpoint } from "~/audit/tree.server.ts";
import { logKey } from "~/audit/keys.server.ts";
import { verifierKey } from "~/audit/note.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { literals, sql } from "~/db/sql.ts";
import { OPEN_STATES, VIOLATION_STATES } from "../machine.ts";
import { findExam } from "~/domains/exams/exam-row.server.ts";
import { consoleVersion } from "~/platform/version.server.ts";
import type { CollusionSummary } from "../evidence/findings.server.ts";
import { scorecardOfExam } from "../scorecard/scorecard.server.ts";
import { weightsOf } from "../score/score.ts";
import { VERSION_DAYS } from "../versions/forget.server.ts";

/** Who looked at attempts of this exam, and how often. */
const overseersOf = (ctx: TxCtx, exam: { id: string; college_id: string }) =>
  rows(
    ctx.tx,
    sql`select coalesce(s.name, 'A former reviewer') as name, coalesce(s.role, 'UNKNOWN') as role,
               count(*)::int as decisions, min(d.created_at) as first, max(d.created_at) as last
        from public.review_decision d
          join public.review r on r.id = d.review_id and r.college_id = d.college_id
          join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
          left join console.staff s on s.id = d.decider_id
        where a.exam_id = ${exam.id} and a.college_id = ${exam.college_id} and d.undone_at is null
        group by d.decider_id, s.name, s.role
        order by count(*) desc`,
    z.object({ name: z.string(), role: z.string(), decisions: z.number(), first: z.date(), last: z.date() }),
  );

/** Where people decided against what the system pointed at, or against each other, with the reasons they gave. */
const overridesOf = (ctx: TxCtx, exam: { id: string; college_id: string }) =>
  rows(
    ctx.tx,
    sql`select a.candidate_no as candidate, r.state, r.score, d.round, d.decision, d.note, d.created_at as at,
          coalesce(s.name, 'A former reviewer') as by, p.status as appeal, p.decision_note as appeal_note
        from public.review r
          join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
          join public.review_decision d on d.review_id = r.id and d.college_id = r.college_id and d.undone_at is null
          left join public.appeal p on p.review_id = r.id and p.college_id = r.college_id
          left join console.staff s on s.id = d.decider_id
        where a.exam_id = ${exam.id} and a.college_id = ${exam.college_id} and not r.sampled
          and (d.decision <> 'VIOLATION' or p.status = 'UPHELD')
          and r.state in ('CLEARED', 'INCONCLUSIVE', 'VIOLATION', 'APPEALED')
        order by a.candidate_no, d.round
        limit 2000`,
    z.object({
      candidate: z.number(),
      state: z.string(),
      score: z.number(),
      round: z.number(),
      decision: z.string(),
      note: z.string(),
      at: z.date(),
      by: z.string(),
      appeal: z.string().nullable(),
      appeal_note: z.string().nullable(),
    }),
  );

const reviewCounts = (ctx: TxCtx, exam: { id: string; college_id: string }) =>
  firstRow(
    ctx.tx,
    sql`select count(*)::int as attempts, count(r.id) filter (where not r.sampled)::int as flagged,
          count(r.id) filter (where r.sampled)::int as sampled,
          count(r.id) filter (where r.state in ${literals(OPEN_STATES)} and not r.sampled)::int as open,
          count(r.id) filter (where r.state = 'CLEARED')::int as cleared,
          count(r.id) filter (where r.state = 'INCONCLUSIVE')::int as unclear,
          count(r.id) filter (where r.state in ${literals(VIOLATION_STATES)})::int as violations
        from public.student_exam_attempt a
          left join public.review r on r.attempt_id = a.id and r.college_id = a.college_id
        where a.exam_id = ${exam.id} and a.college_id = ${exam.college_id}`,
    z.object({
      attempts: z.number(),
      flagged: z.number(),
      sampled: z.number(),
      open: z.number(),
      cleared: z.number(),
      unclear: z.number(),
      violations: z.number(),
    }),
  );

const signalCounts = (ctx: TxCtx, exam: { id: string; college_id: string }) =>
  rows(
    ctx.tx,
    sql`select i.type as signal, count(*)::int as seen, count(distinct i.attempt_id)::int as attempts,
          count(*) filter (where i.explained_by is not null)::int as explained
        from public.integrity_event i
          join public.student_exam_attempt a on a.id = i.attempt_id and a.college_id = i.college_id
        where a.exam_id = ${exam.id} and a.college_id = ${exam.college_id}
        group by i.type
        order by i.type`,
    z.object({ signal: z.string(), seen: z.number(), attempts: z.number(), explained: z.number() }),
  );

/** What the log holds of this exam itself: weights that were changed, keys that were corrected, analyses that were asked for. */
const logged = (ctx: TxCtx, exam: { id: string; college_id: string }) =>
  rows(
    ctx.tx,
    sql`select e.id, e.at, e.action, l.index::float8 as index
        from audit.entry e
          left join audit.leaf l on l.entry_id = e.id
        where e.resource = 'exam' and e.resource_id = ${exam.id} and e.college_id = ${exam.college_id}
        order by e.at
        limit 500`,
    z.object({ id: z.string(), at: z.date(), action: z.string(), index: z.number().nullable() }),
  );

/** Everything that an authority may ask about how this exam was watched. Candidates are numbers in it. */
export const complianceFile = mutation({
  name: "integrity.compliance_file",
  permission: "integrity.read",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    const known = await firstRow(
      ctx.tx,
      sql`select n.method, n.computed_at, n.took_ms, n.result -> 'collusion' as result, c.name as college, c.time_zone,
            c.review_sample_percent as sample
          from public.college c
            left join public.exam_analysis n on n.college_id = c.id and n.exam_id = ${exam.id} and n.kind = 'EVIDENCE'
          where c.id = ${exam.college_id}`,
      z.object({
        method: z.number().nullable(),
        computed_at: z.date().nullable(),
        took_ms: z.number().nullable(),
        result: z.unknown(),
        college: z.string(),
        time_zone: z.string(),
        sample: z.number(),
      }),
    );
    const analysis = known?.result as CollusionSummary | null | undefined;
    const head = await latestCheckpoint(ctx.tx);
    const key = logKey();
    await record(ctx, {
      action: "integrity.compliance_file",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
    });
    return {
      format: "invigil-compliance-v1" as const,
      made: ctx.clock.now(),
      console: consoleVersion(),
      timeZone: known!.time_zone,
      exam: {
        id: exam.id,
        title: exam.title,
        college: known!.college,
        start: exam.start_time,
        end: exam.end_time,
        status: exam.status,
        browserLock: exam.enable_browser_lock,
        fullScreen: exam.enable_fullscreen_mode,
        webcam: exam.enable_webcam_monitoring,
      },
      models: {
        /** No learned model decides or scores: each is a rule or a statistical test that a person can repeat. */
        comparison:
          known!.method === null
            ? null
            : {
                method: known!.method,
                computed: known!.computed_at,
                milliseconds: known!.took_ms,
                limit: analysis?.limit ?? null,
                pairs: analysis?.pairs ?? null,
                neighbours: analysis?.neighbours ?? null,
                flagged: analysis?.flagged ?? null,
                check: analysis?.check ?? null,
                examsOfTerm: analysis?.term ?? null,
                silent: analysis?.silent ?? null,
              },
        threshold: exam.review_threshold,
        weights: weightsOf(exam.integrity_weights),
        weightsChanged: exam.integrity_weights !== null,
      },
      signals: await signalCounts(ctx, exam),
      reviews: (await reviewCounts(ctx, exam))!,
      samplePercent: known!.sample,
      oversight: await overseersOf(ctx, exam),
      overrides: await overridesOf(ctx, exam),
      scorecard: await scorecardOfExam(ctx, exam),
      retention: [
        {
          what: "Versions of answers",
          kept: `${VERSION_DAYS} days, longer while a review, an appeal or a violation may rest on them`,
        },
        {
          what: "Answers, results, signals, reviews, decisions and statements",
          kept: "as long as the exam; no rule deletes them",
        },
        { what: "Audit log", kept: "for good; what is personal in it can be erased, and the entry stays provable" },
      ],
      log: {
        checkpoint: head?.note ?? null,
        size: head?.size ?? null,
        key: verifierKey(key.name, key.publicKey),
        entries: await logged(ctx, exam),
      },
    };
  },
});
export type ComplianceFile = Awaited<ReturnType<typeof complianceFile>>;
