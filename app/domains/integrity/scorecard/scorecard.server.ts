import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { cache } from "~/db/cache.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql, type Sql } from "~/db/sql.ts";
import { tenantIs } from "~/db/tenant.ts";
import { groupBy } from "~/platform/group.ts";
import { wilson, type Share } from "./wilson.ts";

const row = z.object({
  college_id: z.string(),
  college: z.string(),
  /** Null: whatever the signals were. */
  signal: z.string().nullable(),
  accommodated: z.boolean(),
  flagged: z.number(),
  cleared: z.number(),
  unclear: z.number(),
  second: z.number(),
  disagreed: z.number(),
  appealed: z.number(),
  upheld: z.number(),
  sampled: z.number(),
  sample_cleared: z.number(),
  sample_violations: z.number(),
});

/** How often attempts that a kind of signal flagged were cleared by people, from each source that can say it. */
export type Score = {
  signal: string | null;
  /** Cleared of those that it helped to flag and that are decided: how often it was wrong. */
  wrong: Share;
  unclear: number;
  /** Blind second decisions that saw no violation where the first had. */
  disagreed: Share;
  upheld: Share;
  /** In attempts drawn at random, with this signal and below the line: nothing was found. */
  sampleCleared: Share;
  /** Drawn at random, and a violation was found: what the signals missed. */
  missed: Share;
};

type Scorecard = { collegeId: string; college: string; all: Score[]; accommodated: Score[] };

const scoreOf = (found: z.infer<typeof row>[], signal: string | null): Score => {
  const sum = (key: "flagged" | "cleared" | "unclear" | "second" | "disagreed" | "appealed" | "upheld" | "sampled") =>
    found.reduce((total, one) => total + one[key], 0);
  const sampled = sum("sampled");
  return {
    signal,
    wrong: wilson(sum("cleared"), sum("flagged")),
    unclear: sum("unclear"),
    disagreed: wilson(sum("disagreed"), sum("second")),
    upheld: wilson(sum("upheld"), sum("appealed")),
    sampleCleared: wilson(
      found.reduce((total, one) => total + one.sample_cleared, 0),
      sampled,
    ),
    missed: wilson(
      found.reduce((total, one) => total + one.sample_violations, 0),
      sampled,
    ),
  };
};

const bySignal = (found: z.infer<typeof row>[]): Score[] =>
  [...groupBy(found, (one) => one.signal ?? "")]
    .map(([signal, list]) => scoreOf(list, signal === "" ? null : signal))
    .sort((x, y) => Number(y.signal === null) - Number(x.signal === null) || y.wrong.of - x.wrong.of);

/**
 * Decided reviews only, by their state today: an upheld appeal has cleared its attempt. Every signal that counted in a review is
 * counted with it, so one review speaks of several signals.
 */
function scoresWhere(ctx: TxCtx, where: Sql) {
  return rows(
    ctx.tx,
    sql`with decided as (
          select r.id, r.college_id, r.state, r.sampled, r.reasons,
                 exists (
                   select 1
                   from public.accommodation m
                   where m.user_id = a.user_id
                     and m.college_id = a.college_id
                     and (m.exam_id is null or m.exam_id = a.exam_id)
                     and (m.valid_until is null or m.valid_until >= a.started_at::date)
                 ) as accommodated,
                 (
                   select d.decision
                   from public.review_decision d
                   where d.review_id = r.id and d.college_id = r.college_id and d.round = 2 and d.undone_at is null
                 ) as second,
                 (
                   select p.status
                   from public.appeal p
                   where p.review_id = r.id and p.college_id = r.college_id and p.status in ('UPHELD', 'DISMISSED')
                 ) as appeal
          from public.review r
            join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
          where r.state in ('CLEARED', 'INCONCLUSIVE', 'VIOLATION', 'APPEALED') and ${where}
        ),
        said as (
          select d.*, null::text as signal
          from decided d
          union all select d.*, k.signal
          from decided d
            cross join lateral (
              select distinct x ->> 'signal' as signal
              from jsonb_array_elements(d.reasons) x
              where (x ->> 'points')::int > 0
            ) k
        )
        select s.college_id, c.name as college, s.signal, s.accommodated,
               count(*) filter (where not sampled)::int as flagged,
               count(*) filter (where not sampled and state = 'CLEARED')::int as cleared,
               count(*) filter (where not sampled and state = 'INCONCLUSIVE')::int as unclear,
               count(*) filter (where second is not null)::int as second,
               count(*) filter (where second <> 'VIOLATION')::int as disagreed,
               count(*) filter (where appeal is not null)::int as appealed,
               count(*) filter (where appeal = 'UPHELD')::int as upheld,
               count(*) filter (where sampled)::int as sampled,
               count(*) filter (where sampled and state = 'CLEARED')::int as sample_cleared,
               count(*) filter (where sampled and state in ('VIOLATION', 'APPEALED'))::int as sample_violations
        from said s
          join public.college c on c.id = s.college_id
        group by s.college_id, c.name, s.signal, s.accommodated
        order by c.name`,
    row,
  );
}

/** Per tenant: all students, and those with accommodations by themselves. */
export const scorecards = read({
  name: "integrity.scorecard",
  permission: "integrity.read",
  input: z.object({}),
  async run({ ctx }): Promise<Scorecard[]> {
    const found = await scoresWhere(ctx, tenantIs(ctx, "r.college_id"));
    return [...groupBy(found, (one) => one.college_id)].map(([collegeId, list]) => ({
      collegeId,
      college: list[0]!.college,
      all: bySignal(list),
      accommodated: bySignal(list.filter((one) => one.accommodated)),
    }));
  },
});

/** One exam's, for its compliance file. */
export async function scorecardOfExam(
  ctx: TxCtx,
  exam: { id: string; college_id: string },
): Promise<Omit<Scorecard, "college" | "collegeId">> {
  const list = await scoresWhere(ctx, sql`a.exam_id = ${exam.id} and r.college_id = ${exam.college_id}`);
  return { all: bySignal(list), accommodated: bySignal(list.filter((one) => one.accommodated)) };
}

/** A query over all decided reviews, and the same for everybody of a tenant. */
const RATES_KEPT_MS = 300_000;

/** Beside each signal of an attempt: how often that kind was wrong in its tenant. By signal; none where nothing is decided. */
export const signalRates = read({
  name: "integrity.signal_rates",
  permission: "integrity.read",
  input: z.object({ attemptId: z.uuid() }),
  async run({ ctx, input }): Promise<Record<string, Share>> {
    const attempt = await firstRow(
      ctx.tx,
      sql`select college_id from public.student_exam_attempt where id = ${input.attemptId}`,
      z.object({ college_id: z.string() }),
    );
    if (!attempt) return {};
    return cache.get(ctx, {
      key: `signal rates ${attempt.college_id}`,
      of: ["review", "appeal"],
      ttlMs: RATES_KEPT_MS,
      read: async () => {
        const scores = bySignal(await scoresWhere(ctx, sql`r.college_id = ${attempt.college_id}`));
        return Object.fromEntries(
          scores.flatMap(({ signal, wrong }) => (signal === null || wrong.of === 0 ? [] : [[signal, wrong]])),
        );
      },
    });
  },
});
