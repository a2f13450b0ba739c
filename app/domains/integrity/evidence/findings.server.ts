import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import type { ExamStatistics } from "~/domains/exams/analysis/sheets.ts";
import { findExam } from "~/domains/exams/exam-row.server.ts";
import { keysAreOpen } from "~/domains/exams/machine.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { HonestCheck } from "../collusion/rerun.ts";

const stored = z.object({ attempts: z.number(), computed_at: z.date(), took_ms: z.number(), result: z.unknown() });

export type CollusionSummary = {
  students: number;
  items: number;
  pairs: number;
  least: number;
  histogram: { eeic: number; pairs: number }[];
  rings: string[][];
  flagged: number;
  /** Absent from an analysis of the first method. */
  leftOut?: string[];
  patterned?: { attempt: string; kind: "whole" | "run"; period: number; answers: number }[];
  cutAt?: number | null;
  /** Absent from an analysis of the second method. */
  check?: HonestCheck | null;
  limit?: number;
  neighbours?: number;
  term?: number;
  silent: string | null;
};

const pairRow = z.object({
  id: z.string(),
  ring: z.number().nullable(),
  eeic: z.number(),
  differences: z.number(),
  ratio: z.number(),
  common: z.number(),
  log10p: z.number(),
  expected: z.number(),
  near: z.number().nullable(),
  beside: z.number().nullable(),
  a: z.object({ id: z.string(), no: z.number(), review: z.string(), percent: z.number().nullable() }),
  b: z.object({ id: z.string(), no: z.number(), review: z.string(), percent: z.number().nullable() }),
});
export type CollusionPairRow = z.infer<typeof pairRow>;

/** What the last analysis of this exam found; null where there was none yet, or the exam has not ended. */
export const examCollusion = read({
  name: "integrity.collusion",
  permission: "integrity.read",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    const known = await firstRow(
      ctx.tx,
      sql`select attempts, computed_at, took_ms, result -> 'collusion' as result
          from public.exam_analysis
          where exam_id = ${exam.id} and college_id = ${exam.college_id} and kind = 'EVIDENCE'`,
      stored,
    );
    if (!known || !keysAreOpen(exam.status))
      return { exam, summary: null, pairs: [] as CollusionPairRow[], members: [], leftOut: [] };
    const pairs = await rows(
      ctx.tx,
      sql`select p.id, p.ring, p.eeic, p.differences, p.ratio, p.common_answers as common, p.gbt_log10_p as log10p,
                 p.expected_pairs as expected, p.near_group as near, p.among_neighbours as beside,
                 jsonb_build_object(
                   'id', x.id, 'no', x.candidate_no, 'review', x.review_state, 'percent',
                   case when x.total_marks > 0 then round(x.score::numeric / x.total_marks, 1) end
                 ) as a,
                 jsonb_build_object(
                   'id', y.id, 'no', y.candidate_no, 'review', y.review_state, 'percent',
                   case when y.total_marks > 0 then round(y.score::numeric / y.total_marks, 1) end
                 ) as b
          from public.collusion_pair p
            join public.student_exam_attempt x on x.id = p.first_attempt_id and x.college_id = p.college_id
            join public.student_exam_attempt y on y.id = p.second_attempt_id and y.college_id = p.college_id
          where p.exam_id = ${exam.id} and p.college_id = ${exam.college_id}
          order by p.ring is null, p.near_group is null, p.gbt_log10_p, p.ratio desc, p.id
          limit 500`,
      pairRow,
    );
    const summary = { ...(known.result as CollusionSummary), computedAt: known.computed_at, tookMs: known.took_ms };
    const members = await rows(
      ctx.tx,
      sql`select id, candidate_no as no, review_state as review
          from public.student_exam_attempt
          where id = any(${[...summary.rings.flat(), ...(summary.patterned ?? []).map((one) => one.attempt)]}::uuid[])
            and college_id = ${exam.college_id}`,
      z.object({ id: z.string(), no: z.number(), review: z.string() }),
    );
    const leftOut = await rows(
      ctx.tx,
      sql`select place from (
            select q.id, (row_number() over (order by q.order_index, q.id))::int as place
            from public.question q where q.exam_id = ${exam.id} and q.college_id = ${exam.college_id}) numbered
          where id = any(${summary.leftOut ?? []}::uuid[]) order by place`,
      z.object({ place: z.number() }),
    );
    return { exam, summary, pairs, members, leftOut: leftOut.map((row) => row.place) };
  },
});

export const examStatistics = read({
  name: "exam.statistics",
  permission: "exams.read",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    const known = await firstRow(
      ctx.tx,
      sql`select attempts, computed_at, took_ms, result
          from public.exam_analysis
          where exam_id = ${exam.id} and college_id = ${exam.college_id} and kind = 'STATISTICS'`,
      stored,
    );
    if (!known || !keysAreOpen(exam.status)) return { exam, statistics: null };
    return {
      exam,
      statistics: {
        ...(known.result as ExamStatistics),
        attempts: known.attempts,
        computedAt: known.computed_at,
        tookMs: known.took_ms,
      },
    };
  },
});
