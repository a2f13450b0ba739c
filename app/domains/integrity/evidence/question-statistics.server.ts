import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

const earnedRow = z.object({
  question: z.string(),
  attempts: z.number(),
  difficulty: z.number(),
  discrimination: z.number().nullable(),
});
export type QuestionStatistics = z.infer<typeof earnedRow>;

/** What the statistics of these exams say of these questions; nothing of an exam that has none yet. */
export const questionStatistics = read({
  name: "integrity.question_statistics",
  permission: "exams.author",
  input: z.object({ uses: z.array(z.object({ question: z.uuid(), exam: z.uuid() })).max(2000) }),
  async run({ ctx, input }): Promise<QuestionStatistics[]> {
    if (input.uses.length === 0) return [];
    return rows(
      ctx.tx,
      sql`select item ->> 'id' as question, a.attempts, (item ->> 'difficulty')::float8 as difficulty,
                 (item ->> 'discrimination')::float8 as discrimination
          from public.exam_analysis a
            cross join lateral jsonb_array_elements(a.result -> 'items') as i (item)
          where a.exam_id = any (${[...new Set(input.uses.map((use) => use.exam))]}::uuid[])
            and a.kind = 'STATISTICS'
            and a.attempts > 0
            and item ->> 'id' = any (${input.uses.map((use) => use.question)}::text[])`,
      earnedRow,
    );
  },
});

export type Earned = { attempts: number; difficulty: number; discrimination: number | null };

/** Several uses of one question as one figure, each by how many sat it; null where none has statistics. */
export function earnedOver(statistics: readonly QuestionStatistics[]): Earned | null {
  const attempts = statistics.reduce((sum, row) => sum + row.attempts, 0);
  if (attempts === 0) return null;
  const mean = (of: readonly QuestionStatistics[], value: (row: QuestionStatistics) => number) =>
    of.reduce((sum, row) => sum + value(row) * row.attempts, 0) / of.reduce((sum, row) => sum + row.attempts, 0);
  const told = statistics.filter((row) => row.discrimination !== null);
  return {
    attempts,
    difficulty: mean(statistics, (row) => row.difficulty),
    discrimination: told.length > 0 ? mean(told, (row) => row.discrimination!) : null,
  };
}
