import { z } from "zod";
import { execute, rows, type Queryable } from "~/db/query.ts";
import { ident, join, raw, sql, type Sql } from "~/db/sql.ts";
import {
  pathTo,
  readReferences,
  readTables,
  tenantColumn,
  writable,
  type Column,
  type Reference,
  type Tables,
} from "./catalogue.server.ts";
import { isSecret, keptColumns, neverBecause, type Kind } from "./rules.ts";

const FETCH = 5000;
const STORE = 500;

/** One side of a comparison: a connection inside a transaction that sees one moment and one tenant. */
export type Side = { on: Queryable; tables: Tables; references: Reference[] };

/** Both sides write their values the same way, and take as long as they need. */
export async function openSide(on: Queryable): Promise<Side> {
  await execute(on, sql`set local timezone = 'UTC'`);
  await execute(on, sql`set local statement_timeout = 0`);
  return { on, tables: await readTables(on), references: await readReferences(on) };
}

/** What a migration between the moment and today makes different, in words. */
export function schemaNotes(then: Tables, now: Tables): { table: string; note: string }[] {
  const notes: { table: string; note: string }[] = [];
  const list = (columns: Column[]) => columns.map(({ name }) => name).join(", ");
  for (const [table, columns] of now) {
    const before = then.get(table);
    if (!before) {
      notes.push({ table, note: "This table did not exist then. It is not compared." });
      continue;
    }
    const added = columns.filter(({ name }) => !before.some((column) => column.name === name));
    const gone = before.filter(({ name }) => !columns.some((column) => column.name === name));
    const other = columns.filter(({ name, type }) => before.some((column) => column.name === name && column.type !== type));
    if (added.length > 0) notes.push({ table, note: `New since then: ${list(added)}. A row put back gets the default there.` });
    if (gone.length > 0) notes.push({ table, note: `Removed since then: ${list(gone)}. These values are not put back.` });
    if (other.length > 0)
      notes.push({ table, note: `Of another type since then: ${list(other)}. Values are converted where they can be.` });
  }
  for (const table of then.keys())
    if (!now.has(table)) notes.push({ table, note: "This table was removed since then. Its rows can't be put back." });
  return notes;
}

/** The columns that both sides have, generated ones aside. */
function commonColumns(then: Tables, now: Tables, table: string): string[] {
  const before = new Set(writable(then, table));
  return writable(now, table).filter((name) => before.has(name));
}

/** The columns of this side that are none of these. */
const without = (tables: Tables, table: string, columns: string[]): string[] =>
  (tables.get(table) ?? []).map(({ name }) => name).filter((name) => !columns.includes(name));

const digest = z.object({ id: z.string(), digest: z.string() });

/** Ids in order, each with a digest of the row's values, through a cursor: no table is ever in memory. */
async function* digests({ on, tables }: Side, table: string, compared: string[], collegeId: string) {
  await execute(
    on,
    sql`declare walk no scroll cursor for
        select t.id::text as id, md5((to_jsonb(t) - ${without(tables, table, compared)}::text[])::text) as digest
        from public.${ident(table)} t
        where t.${ident(tenantColumn(table))} = ${collegeId}::uuid
        order by t.id`,
  );
  for (;;) {
    const batch = await rows(on, sql`fetch ${raw(String(FETCH))} from walk`, digest);
    yield* batch;
    if (batch.length < FETCH) break;
  }
  await execute(on, sql`close walk`);
}

type Found = { id: string; kind: Kind };

/** Two ordered walks side by side. */
async function* differences(
  then: AsyncGenerator<z.infer<typeof digest>>,
  now: AsyncGenerator<z.infer<typeof digest>>,
  onSame: () => void,
): AsyncGenerator<Found> {
  let [before, today] = [await then.next(), await now.next()];
  while (!before.done || !today.done) {
    if (!before.done && (today.done || before.value.id < today.value.id)) {
      yield { id: before.value.id, kind: "MISSING" };
      before = await then.next();
    } else if (!today.done && (before.done || today.value.id < before.value.id)) {
      yield { id: today.value.id, kind: "ADDED" };
      today = await now.next();
    } else {
      if (before.value!.digest === today.value!.digest) onSame();
      else yield { id: before.value!.id, kind: "CHANGED" };
      [before, today] = [await then.next(), await now.next()];
    }
  }
}

/** The id of the person or the exam that a row belongs to, and the joins that lead there. */
function ownerOf(path: Reference[] | undefined, alias: string): { id: Sql; joins: Sql[] } {
  if (!path) return { id: sql`null::uuid`, joins: [] };
  let from = raw("t");
  const joins: Sql[] = [];
  path.slice(0, -1).forEach(({ column, parent }, at) => {
    const step = raw(`${alias}${at}`);
    joins.push(
      sql`left join public.${ident(parent)} ${step}
            on ${step}.id = ${from}.${ident(column)} and ${step}.college_id = t.college_id`,
    );
    from = step;
  });
  return { id: path.length === 0 ? sql`t.id` : sql`${from}.${ident(path.at(-1)!.column)}`, joins };
}

const fullRow = z.object({ id: z.string(), row: z.string(), person: z.string().nullable(), exam: z.string().nullable() });

async function fullRows(side: Side, table: string, common: string[], ids: string[], collegeId: string) {
  if (ids.length === 0) return new Map<string, z.infer<typeof fullRow>>();
  const person = ownerOf(pathTo("user", side.tables, side.references).get(table), "u");
  const exam = ownerOf(pathTo("exam", side.tables, side.references).get(table), "e");
  const found = await rows(
    side.on,
    sql`select t.id::text as id,
               (to_jsonb(t) - ${without(side.tables, table, common)}::text[])::text as row,
               ${person.id}::text as person, ${exam.id}::text as exam
        from public.${ident(table)} t
          ${join([...person.joins, ...exam.joins], "\n")}
        where t.${ident(tenantColumn(table))} = ${collegeId}::uuid and t.id = any(${ids}::uuid[])`,
    fullRow,
  );
  return new Map(found.map((row) => [row.id, row]));
}

export type TableSummary = { table: string; same: number; missing: number; changed: number; added: number };

type Work = {
  comparisonId: string;
  collegeId: string;
  past: Side;
  today: Side;
  /** Where differences are written: another connection than the two that read. */
  store: Queryable;
};

/** Compares one table and keeps its differences. Rows go from server to server as text: no number is rounded on the way. */
export async function compareTable({ comparisonId, collegeId, past, today, store }: Work, table: string): Promise<TableSummary> {
  const common = commonColumns(past.tables, today.tables, table);
  const kept = new Set(keptColumns(table));
  const compared = common.filter((column) => !kept.has(column));
  const summary: TableSummary = { table, same: 0, missing: 0, changed: 0, added: 0 };
  const keep = async (found: Found[]) => {
    const ids = (...kinds: Kind[]) => found.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
    const secret = isSecret(table);
    const rowsThen = await fullRows(past, table, common, ids("MISSING", "CHANGED"), collegeId);
    const rowsNow = await fullRows(today, table, writable(today.tables, table), ids("ADDED", "CHANGED"), collegeId);
    const owner = (id: string) => rowsThen.get(id) ?? rowsNow.get(id);
    await execute(
      store,
      sql`insert into console.restore_difference (
            comparison_id, table_name, row_id, kind, person_id, exam_id, then_row, now_row, columns, state
          )
          select ${comparisonId}::uuid, ${table}, d.id, d.kind, d.person, d.exam, d.before, d.today,
                 array(
                   select c.name
                   from unnest(${secret ? [] : compared}::text[]) c (name)
                   where d.kind = 'CHANGED' and d.before -> c.name is distinct from d.today -> c.name
                 ),
                 d.state
          from unnest(
            ${found.map(({ id }) => id)}::uuid[], ${found.map(({ kind }) => kind)}::text[],
            ${found.map(({ id }) => owner(id)?.person ?? null)}::uuid[],
            ${found.map(({ id }) => owner(id)?.exam ?? null)}::uuid[],
            ${found.map(({ id }) => (secret ? null : (rowsThen.get(id)?.row ?? null)))}::jsonb[],
            ${found.map(({ id }) => (secret ? null : (rowsNow.get(id)?.row ?? null)))}::jsonb[],
            ${found.map(({ kind }) => (neverBecause(table, kind) ? "NEVER" : "OPEN"))}::text[]
          ) as d (id, kind, person, exam, before, today, state)`,
    );
  };
  let pending: Found[] = [];
  const walk = (side: Side) => digests(side, table, compared, collegeId);
  for await (const found of differences(walk(past), walk(today), () => summary.same++)) {
    summary[found.kind.toLowerCase() as "missing" | "changed" | "added"]++;
    pending.push(found);
    if (pending.length < STORE) continue;
    await keep(pending);
    pending = [];
  }
  if (pending.length > 0) await keep(pending);
  return summary;
}
