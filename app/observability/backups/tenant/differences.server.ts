import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { findComparison } from "./find-comparison.server.ts";
import { isHiddenColumn, neverBecause } from "./rules.ts";

const SHOWN = 50;

const differenceRow = z.object({
  row_id: z.string(),
  table: z.string(),
  kind: z.enum(["MISSING", "CHANGED", "ADDED"]),
  person_id: z.string().nullable(),
  exam_id: z.string().nullable(),
  columns: z.array(z.string()),
  then_row: z.record(z.string(), z.unknown()).nullable(),
  now_row: z.record(z.string(), z.unknown()).nullable(),
  conflict: z.string().nullable(),
  state: z.string(),
});

const shownValue = (column: string, value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  if (isHiddenColumn(column)) return "hidden";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

/** What differs: of a changed row its changed columns, of another all that has a value. */
function valuesOf({ kind, columns, then_row: then, now_row: now }: z.infer<typeof differenceRow>) {
  const row = then ?? now ?? {};
  const names = kind === "CHANGED" ? columns : Object.keys(row).filter((name) => row[name] !== null && name !== "college_id");
  return names.map((column) => ({ column, old: shownValue(column, then?.[column]), today: shownValue(column, now?.[column]) }));
}

const filters = {
  comparisonId: z.uuid(),
  table: z.string().nullish(),
  person: z.uuid().nullish(),
  exam: z.uuid().nullish(),
  after: z.string().nullish(),
};

/** Rows of a comparison, with their values then and now. They are people's data, so who may not read people may not read these. */
export const listDifferences = read({
  name: "restore.differences",
  permission: "platform.read",
  on: "primary",
  input: z.object(filters),
  async run({ ctx, input }) {
    await findComparison(ctx, input.comparisonId);
    const [table = "", row = ""] = (input.after ?? "").split(":");
    const found = await rows(
      ctx.tx,
      sql`select row_id, table_name as table, kind, person_id, exam_id, columns, then_row, now_row, conflict, state
          from console.restore_difference d
          where d.comparison_id = ${input.comparisonId}
            and (${input.table ?? null}::text is null or d.table_name = ${input.table ?? null})
            and (${input.person ?? null}::uuid is null or d.person_id = ${input.person ?? null}::uuid)
            and (${input.exam ?? null}::uuid is null or d.exam_id = ${input.exam ?? null}::uuid)
            and (d.table_name, d.row_id::text) > (${table}, ${row})
          order by d.table_name, d.row_id::text
          limit ${SHOWN + 1}`,
      differenceRow,
    );
    const shown = found.slice(0, SHOWN);
    const last = shown.at(-1);
    return {
      rows: shown.map(({ then_row: _then, now_row: _now, columns: _columns, ...rest }, at) => ({
        ...rest,
        never: neverBecause(rest.table, rest.kind),
        values: valuesOf(shown[at]!),
      })),
      next: found.length > SHOWN && last ? `${last.table}:${last.row_id}` : null,
    };
  },
});
export type Difference = Awaited<ReturnType<typeof listDifferences>>["rows"][number];

const tally = z.object({ table: z.string(), kind: z.enum(["MISSING", "CHANGED", "ADDED"]), rows: z.number(), open: z.number() });
const owners = z.object({ id: z.string(), name: z.string(), rows: z.number() });

/** What can still be chosen, by table and kind: of the whole tenant, of one person or of one exam. */
export const countDifferences = read({
  name: "restore.count",
  permission: "database.read",
  on: "primary",
  input: z.object({ comparisonId: z.uuid(), person: z.uuid().nullish(), exam: z.uuid().nullish() }),
  async run({ ctx, input }) {
    await findComparison(ctx, input.comparisonId);
    return rows(
      ctx.tx,
      sql`select d.table_name as table, d.kind, count(*)::int as rows,
                 count(*) filter (where d.state in ('OPEN', 'UNDONE') and d.conflict is null)::int as open
          from console.restore_difference d
          where d.comparison_id = ${input.comparisonId}
            and (${input.person ?? null}::uuid is null or d.person_id = ${input.person ?? null}::uuid)
            and (${input.exam ?? null}::uuid is null or d.exam_id = ${input.exam ?? null}::uuid)
          group by 1, 2
          order by 1, 2`,
      tally,
    );
  },
});
export type DifferenceCount = z.infer<typeof tally>;

/** The people and exams with the most differences, by the name that they had then. */
export const listOwners = read({
  name: "restore.owners",
  permission: "platform.read",
  on: "primary",
  input: z.object({ comparisonId: z.uuid(), q: z.string().max(200).default("") }),
  async run({ ctx, input }) {
    await findComparison(ctx, input.comparisonId);
    const of = (table: "user" | "exam") =>
      rows(
        ctx.tx,
        sql`with owner as (
              select ${table === "user" ? sql`d.person_id` : sql`d.exam_id`} as id, count(*)::int as rows
              from console.restore_difference d
              where d.comparison_id = ${input.comparisonId} and d.state <> 'NEVER'
              group by 1
            ), called as (
              select o.id, o.rows, coalesce(r.then_row, r.now_row) as row
              from owner o
                left join console.restore_difference r on r.comparison_id = ${input.comparisonId}
                  and r.table_name = ${table}
                  and r.row_id = o.id
              where o.id is not null
            )
            select c.id::text as id, c.rows,
                   coalesce(c.row ->> ${table === "user" ? "name" : "title"}::text, right(c.id::text, 12)) as name
            from called c
            where ${input.q} = '' or c.row::text ilike '%' || ${input.q} || '%' or c.id::text = ${input.q}
            order by c.rows desc, c.id
            limit 10`,
        owners,
      );
    return { people: await of("user"), exams: await of("exam") };
  },
});
