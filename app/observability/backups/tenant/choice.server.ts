import { z } from "zod";
import { execute, rows, type Queryable } from "~/db/query.ts";
import { sql, type Sql } from "~/db/sql.ts";

/** Which differences: by table and kind, and where asked for of one person or one exam alone. */
export const choiceInput = z.object({
  picks: z
    .array(z.string().regex(/^[a-z_]+:(MISSING|CHANGED|ADDED)$/, "Choose from the list of tables"))
    .min(1, "Choose at least one table"),
  person: z.uuid("Open the person from the list").nullish(),
  exam: z.uuid("Open the exam from the list").nullish(),
});
export type Choice = z.output<typeof choiceInput>;

/** What can be chosen: open, or back as it was after an undo; never what is in conflict or only listed. */
const matching = (comparisonId: string, { picks, person, exam }: Choice): Sql => sql`
  d.comparison_id = ${comparisonId}::uuid
  and d.table_name || ':' || d.kind = any(${picks}::text[])
  and d.state in ('OPEN', 'UNDONE')
  and d.conflict is null
  and (${person ?? null}::uuid is null or d.person_id = ${person ?? null}::uuid)
  and (${exam ?? null}::uuid is null or d.exam_id = ${exam ?? null}::uuid)`;

/** A row's own transaction: its exam's, else its person's, else its table's. */
export const UNIT = sql`coalesce('exam ' || d.exam_id, 'person ' || d.person_id, 'table ' || d.table_name)`;

const tally = z.object({ kind: z.enum(["MISSING", "CHANGED", "ADDED"]), rows: z.number() });
const unitTally = z.object({ exams: z.number(), people: z.number(), tables: z.number() });

export async function countChosen(on: Queryable, comparisonId: string, choice: Choice) {
  const kinds = await rows(
    on,
    sql`select d.kind, count(*)::int as rows
        from console.restore_difference d
        where ${matching(comparisonId, choice)}
        group by d.kind`,
    tally,
  );
  const [units] = await rows(
    on,
    sql`select count(distinct u.unit) filter (where u.unit like 'exam %')::int as exams,
               count(distinct u.unit) filter (where u.unit like 'person %')::int as people,
               count(distinct u.unit) filter (where u.unit like 'table %')::int as tables
        from (select ${UNIT} as unit from console.restore_difference d where ${matching(comparisonId, choice)}) u`,
    unitTally,
  );
  const of = (kind: z.infer<typeof tally>["kind"]) => kinds.find((row) => row.kind === kind)?.rows ?? 0;
  return { insert: of("MISSING"), update: of("CHANGED"), remove: of("ADDED"), ...units! };
}

export const choose = (on: Queryable, comparisonId: string, runId: string, choice: Choice): Promise<number> =>
  execute(
    on,
    sql`update console.restore_difference d
        set run_id = ${runId}, state = 'CHOSEN', unit = ${UNIT}, put_row = null
        where ${matching(comparisonId, choice)}`,
  );

/** What a run put back, chosen for its undo. */
export const chooseUndone = (on: Queryable, runId: string, undoes: string): Promise<number> =>
  execute(
    on,
    sql`update console.restore_difference d
        set run_id = ${runId}, state = 'CHOSEN', unit = ${UNIT}
        where d.run_id = ${undoes} and d.state = 'PUT'`,
  );
