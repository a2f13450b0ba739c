import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { findExam } from "~/domains/exams/exam-row.server.ts";
import { keysAreOpen } from "~/domains/exams/machine.ts";
import { NotFound } from "~/platform/errors.ts";
import type { Fit, OneWay } from "./personal/of-exam.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** One closed item of a pair: what each chose, as a letter, and whether that was wrong. Left out: its key looks wrong. */
export type Cell = {
  place: number;
  a: string | null;
  b: string | null;
  aWrong: boolean;
  bWrong: boolean;
  /** When each was last changed. */
  aAt: Date | null;
  bAt: Date | null;
  leftOut: boolean;
};

export type Comparison = {
  attemptId: string;
  other: { attemptId: string; candidateNo: number; reviewState: string };
  cells: Cell[];
  eeic: number;
  differences: number;
  common: number;
  /** Only where the exam was analysed and this pair was tested. */
  tested: {
    log10p: number;
    expected: number;
    pairs: number;
    ring: number | null;
    nearGroup: number | null;
    /** Among the pairs who sat beside each other, and how many there are; null where these two did not. */
    beside: { expected: number; pairs: number } | null;
    atLeastAsMany: number | null;
    /** Indices of a flagged pair from both sides, and how this attempt fits its own ability. */
    personal: { own: OneWay; other: OneWay; fit: Fit | null } | null;
  } | null;
};

const item = z.object({
  place: z.number(),
  left_out: z.boolean(),
  options: z.array(z.string()),
  key: z.string().nullable(),
  a: z.string().nullable(),
  b: z.string().nullable(),
  a_at: z.date().nullable(),
  b_at: z.date().nullable(),
});

/** Two answer sheets side by side: no names, only candidates' numbers. */
async function compare(
  ctx: TxCtx,
  exam: { id: string; college_id: string },
  a: string,
  b: string,
): Promise<Omit<Comparison, "other" | "tested">> {
  const items = await rows(
    ctx.tx,
    sql`select (row_number() over (order by q.order_index, q.id))::int as place,
               exists (
                 select 1
                 from public.exam_analysis n
                 where n.exam_id = q.exam_id
                   and n.college_id = q.college_id
                   and n.kind = 'EVIDENCE'
                   and n.result -> 'collusion' -> 'leftOut' ? q.id::text
               ) as left_out,
               array(
                 select o.id::text
                 from public.question_option o
                 where o.question_id = q.id and o.college_id = q.college_id
                 order by o.order_index, o.id
               ) as options,
               (
                 select o.id::text
                 from public.question_option o
                 where o.question_id = q.id and o.college_id = q.college_id and o.is_correct
                 order by o.order_index
                 limit 1
               ) as key,
               a.selected_option_id::text as a, a.answered_at as a_at,
               b.selected_option_id::text as b, b.answered_at as b_at
        from public.question q
          left join public.student_answer a on a.question_id = q.id
            and a.college_id = q.college_id
            and a.attempt_id = ${a}
            and a.selected_option_id is not null
          left join public.student_answer b on b.question_id = q.id
            and b.college_id = q.college_id
            and b.attempt_id = ${b}
            and b.selected_option_id is not null
        where q.exam_id = ${exam.id}
          and q.college_id = ${exam.college_id}
          and q.type in ('MULTIPLE_CHOICE', 'TRUE_FALSE')
        order by 1`,
    item,
  );
  const letter = (options: string[], id: string | null) => (id === null ? null : (LETTERS[options.indexOf(id)] ?? "?"));
  let eeic = 0;
  let differences = 0;
  let common = 0;
  const cells = items.map((row): Cell => {
    if (row.a !== null && row.b !== null && !row.left_out) {
      common++;
      if (row.a !== row.b) differences++;
      else if (row.a !== row.key) eeic++;
    }
    return {
      place: row.place,
      a: letter(row.options, row.a),
      b: letter(row.options, row.b),
      aWrong: row.a !== null && row.a !== row.key,
      bWrong: row.b !== null && row.b !== row.key,
      aAt: row.a_at,
      bAt: row.b_at,
      leftOut: row.left_out,
    };
  });
  return { attemptId: a, cells, eeic, differences, common };
}

const candidate = z.object({ id: z.string(), candidate_no: z.number(), review_state: z.string() });

/** The other candidate whose answers are most like this one's: the tested pair if there is one, else most errors in common. */
export const mostAlike = read({
  name: "integrity.most_alike",
  permission: "integrity.read",
  input: z.object({ attemptId: z.uuid() }),
  async run({ ctx, input }): Promise<Comparison | null> {
    const attempt = await firstRow(
      ctx.tx,
      sql`select exam_id, college_id, user_id from public.student_exam_attempt where id = ${input.attemptId}`,
      z.object({ exam_id: z.string(), college_id: z.string(), user_id: z.string() }),
    );
    if (!attempt) throw new NotFound("Attempt not found");
    const exam = await findExam(ctx, attempt.exam_id);
    if (!keysAreOpen(exam.status)) return null;
    const tested = await firstRow(
      ctx.tx,
      sql`select case
                   when first_attempt_id = ${input.attemptId} then second_attempt_id
                   else first_attempt_id
                 end as other
          from public.collusion_pair
          where exam_id = ${exam.id}
            and college_id = ${exam.college_id}
            and (first_attempt_id = ${input.attemptId} or second_attempt_id = ${input.attemptId})
          order by gbt_log10_p
          limit 1`,
      z.object({ other: z.string() }),
    );
    const found = tested?.other ?? (await mostErrorsInCommon(ctx, input.attemptId, attempt));
    return found ? comparePairIn(ctx, exam, input.attemptId, found) : null;
  },
});

type Whose = { college_id: string; user_id: string };

/** Among other people: a second attempt of one's own is nobody else. */
async function mostErrorsInCommon(ctx: TxCtx, attemptId: string, whose: Whose): Promise<string | null> {
  const found = await firstRow(
    ctx.tx,
    sql`select o.attempt_id as other
        from public.student_answer mine
          join public.question_option p on p.id = mine.selected_option_id
            and p.college_id = mine.college_id
            and not p.is_correct
          join public.student_answer o on o.question_id = mine.question_id
            and o.college_id = mine.college_id
            and o.selected_option_id = mine.selected_option_id
            and o.attempt_id <> mine.attempt_id
          join public.student_exam_attempt x on x.id = o.attempt_id
            and x.college_id = o.college_id
            and x.user_id <> ${whose.user_id}
        where mine.attempt_id = ${attemptId} and mine.college_id = ${whose.college_id}
        group by o.attempt_id
        order by count(*) desc, o.attempt_id
        limit 1`,
    z.object({ other: z.string() }),
  );
  return found?.other ?? null;
}

async function comparePairIn(ctx: TxCtx, exam: { id: string; college_id: string }, a: string, b: string): Promise<Comparison> {
  const other = await firstRow(
    ctx.tx,
    sql`select id, candidate_no, review_state
        from public.student_exam_attempt
        where id = ${b} and exam_id = ${exam.id}`,
    candidate,
  );
  if (!other) throw new NotFound("This exam has no such attempt");
  const counted = await compare(ctx, exam, a, b);
  const [first, second] = [a, b].sort();
  const tested = await firstRow(
    ctx.tx,
    sql`select p.gbt_log10_p as log10p, p.expected_pairs as expected, p.ring, p.near_group, p.among_neighbours,
               p.eeic, p.differences, p.common_answers as common,
               (
                 select x
                 from jsonb_array_elements(
                   case jsonb_typeof(n.result -> 'personal' -> 'pairs')
                     when 'array' then n.result -> 'personal' -> 'pairs'
                     else '[]'
                   end
                 ) x
                 where array[x ->> 'a', x ->> 'b'] <@ array[${first}, ${second}]
                 limit 1
               ) as personal,
               n.result -> 'personal' -> 'fit' -> ${a}::text as fit,
               coalesce((n.result -> 'collusion' ->> 'pairs')::float8, 0) as pairs,
               coalesce((n.result -> 'collusion' ->> 'neighbours')::float8, 0) as neighbours,
               (
                 select sum((h ->> 'pairs')::float8)
                 from jsonb_array_elements(n.result -> 'collusion' -> 'histogram') h
                 where (h ->> 'eeic')::int >= p.eeic
               ) as at_least
        from public.collusion_pair p
          left join public.exam_analysis n on n.exam_id = p.exam_id
            and n.college_id = p.college_id
            and n.kind = 'EVIDENCE'
        where p.exam_id = ${exam.id}
          and p.college_id = ${exam.college_id}
          and p.first_attempt_id = ${first}
          and p.second_attempt_id = ${second}`,
    z.object({
      log10p: z.number(),
      expected: z.number(),
      ring: z.number().nullable(),
      near_group: z.number().nullable(),
      among_neighbours: z.number().nullable(),
      neighbours: z.number(),
      eeic: z.number(),
      differences: z.number(),
      common: z.number(),
      pairs: z.number(),
      at_least: z.number().nullable(),
      personal: z.unknown(),
      fit: z.unknown(),
    }),
  );
  return {
    ...counted,
    // As they were compared: answers given in a pattern are not among them.
    ...(tested && { eeic: tested.eeic, differences: tested.differences, common: tested.common }),
    other: { attemptId: other.id, candidateNo: other.candidate_no, reviewState: other.review_state },
    tested: tested && {
      log10p: tested.log10p / 1000,
      expected: tested.expected / 1000,
      pairs: tested.pairs,
      ring: tested.ring,
      nearGroup: tested.near_group === null ? null : tested.near_group / 1000,
      beside: tested.among_neighbours === null ? null : { expected: tested.among_neighbours / 1000, pairs: tested.neighbours },
      atLeastAsMany: tested.at_least,
      personal: personalOf(a, tested.personal as Stored | null, tested.fit as Fit | null),
    },
  };
}

type Stored = { a: string; b: string; ofA: OneWay; ofB: OneWay };

const personalOf = (own: string, pair: Stored | null, fit: Fit | null) =>
  pair && { own: pair.a === own ? pair.ofA : pair.ofB, other: pair.a === own ? pair.ofB : pair.ofA, fit };

/** Any two candidates of one exam, on the collusion page. */
export const comparePair = read({
  name: "integrity.compare_pair",
  permission: "integrity.read",
  input: z.object({ examId: z.uuid(), a: z.uuid(), b: z.uuid() }),
  async run({ ctx, input }): Promise<Comparison | null> {
    const exam = await findExam(ctx, input.examId);
    if (!keysAreOpen(exam.status)) return null;
    return comparePairIn(ctx, exam, input.a, input.b);
  },
});
