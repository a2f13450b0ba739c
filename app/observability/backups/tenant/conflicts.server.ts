import { z } from "zod";
import { execute, rows, type Queryable } from "~/db/query.ts";
import { and, ident, raw, sql, type Sql } from "~/db/sql.ts";
import { readMachines } from "~/db/state-machines.server.ts";
import type { Reference, Tables } from "./catalogue.server.ts";
import { neverBecause } from "./rules.ts";

const uniqueKey = z.object({ table: z.string(), columns: z.array(z.string()), predicate: z.string().nullable() });

/** Unique keys over plain columns; one over an expression is left to the database when the row is written. */
const readUniqueKeys = (on: Queryable) =>
  rows(
    on,
    sql`select c.relname::text as table, array_agg(a.attname::text order by k.no) as columns,
               pg_get_expr(i.indpred, i.indrelid) as predicate
        from pg_index i
          join pg_class c on c.oid = i.indrelid
          cross join lateral unnest(i.indkey) with ordinality k (attnum, no)
          join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
        where i.indisunique
          and not i.indisprimary
          and i.indexprs is null
          and k.no <= i.indnkeyatts
          and c.relnamespace = 'public'::regnamespace
        group by i.indexrelid, c.relname, i.indpred, i.indrelid`,
    uniqueKey,
  );

const wordsOf = (columns: string[]): string =>
  columns
    .filter((name) => name !== "college_id")
    .map((name) => name.replace(/_id$/, "").replaceAll("_", " "))
    .join(" and ");

/**
 * Names the rows that can't go back as they were, before anyone chooses: their place is taken, a state that today's can't
 * return to, or what they refer to was gone already. Runs in the tenant's scope.
 */
export async function markConflicts(
  on: Queryable,
  comparisonId: string,
  tables: Tables,
  references: readonly Reference[],
  touched: readonly string[],
): Promise<void> {
  const mark = (table: string, reason: string, kinds: string[], where: Sql) =>
    execute(
      on,
      sql`update console.restore_difference d
          set conflict = ${reason}
          where d.comparison_id = ${comparisonId}::uuid
            and d.table_name = ${table}
            and d.kind = any(${kinds}::text[])
            and d.state = 'OPEN'
            and d.conflict is null
            and ${where}`,
    );
  const open = touched.filter((table) => !neverBecause(table, "MISSING") && tables.has(table));
  for (const { table, columns, predicate } of await readUniqueKeys(on)) {
    if (!open.includes(table)) continue;
    const when = predicate ? raw(`(${predicate})`) : raw("true");
    const same = and(columns.map((column) => sql`x.${ident(column)} = v.${ident(column)}`));
    await mark(
      table,
      `Another row has its place today: the same ${wordsOf(columns)}.`,
      ["MISSING", "CHANGED"],
      sql`exists (
            select 1
            from (select p.* from jsonb_populate_record(null::public.${ident(table)}, d.then_row) p where ${when}) v
              join (select * from public.${ident(table)} where ${when}) x on ${same} and x.id <> d.row_id
          )`,
    );
  }
  for (const { table, column, moves } of await readMachines(on)) {
    if (!open.includes(table)) continue;
    await mark(
      table,
      `Today's ${column} can't return to what it was.`,
      ["CHANGED"],
      sql`${column} = any(d.columns)
          and not (d.now_row ->> ${column}::text) || '>' || (d.then_row ->> ${column}::text) = any(${moves}::text[])`,
    );
  }
  for (const { child, column, parent } of references.filter((reference) => open.includes(reference.child))) {
    // A parent that is itself listed only stays away.
    if (!neverBecause(parent, "MISSING")) continue;
    await mark(
      child,
      `It refers to a row of ${parent.replaceAll("_", " ")} that is not there today and is never put back.`,
      ["MISSING", "CHANGED"],
      sql`d.then_row ->> ${column}::text is not null
          and not exists (select 1 from public.${ident(parent)} p where p.id = (d.then_row ->> ${column}::text)::uuid)`,
    );
  }
}

const tally = z.object({ table: z.string(), conflicts: z.number() });

export const countConflicts = (on: Queryable, comparisonId: string) =>
  rows(
    on,
    sql`select table_name as table, count(*)::int as conflicts
        from console.restore_difference
        where comparison_id = ${comparisonId}::uuid and conflict is not null
        group by 1`,
    tally,
  );
