import { z } from "zod";
import { firstRow, rows, type Queryable } from "~/db/query.ts";
import { ident, join, raw, sql, type Sql } from "~/db/sql.ts";
import { writable, type Reference, type Tables } from "./catalogue.server.ts";
import { defaultedColumns, followingColumns, keptColumns, WRITTEN_ALONG } from "./rules.ts";

/** The chosen rows of one kind in one table of one unit, inside the unit's transaction and the tenant's scope. */
export type Rows = {
  on: Queryable;
  runId: string;
  collegeId: string;
  unit: string;
  table: string;
  kind: "MISSING" | "CHANGED" | "ADDED";
  tables: Tables;
  references: readonly Reference[];
  /** What the copy had of each table's columns, read once for a run. */
  columnsThen: Map<string, string[]>;
};

export type Written = { written: number; spared: number };

type Outcome = { done: "PUT" | "UNDONE"; spared: "SPARED" | "KEPT"; because: string };
const PUT: Outcome = { done: "PUT", spared: "SPARED", because: "Changed since the comparison, so it was left as it is." };
const UNDO: Outcome = { done: "UNDONE", spared: "KEPT", because: "Changed since it was put back, so it was left as it is." };

const has = ({ tables, table }: Rows, column: string) => tables.get(table)!.some(({ name }) => name === column);
const columnList = (names: readonly string[], from = "") => join(names.map((name) => sql`${raw(from)}${ident(name)}`));

/** Writes with `statement`, which returns the id and the row of each that it wrote, and keeps what became of every one. */
async function write(work: Rows, outcome: Outcome, statement: Sql): Promise<Written> {
  const { on, runId, unit, table, kind } = work;
  const found = await rows(
    on,
    sql`with wanted as (
          select d.comparison_id, d.row_id, d.then_row, d.now_row, d.put_row
          from console.restore_difference d
          where d.run_id = ${runId}
            and d.unit = ${unit}
            and d.table_name = ${table}
            and d.kind = ${kind}
            and d.state = 'CHOSEN'
        ), written as (
          ${statement}
        )
        update console.restore_difference d
        set state = case when p.id is null then ${outcome.spared} else ${outcome.done} end,
            put_row = coalesce(p.row, d.put_row),
            conflict = case when p.id is null then ${outcome.because} end
        from wanted w
          left join written p on p.id = w.row_id
        where d.comparison_id = w.comparison_id and d.table_name = ${table} and d.row_id = w.row_id
        returning p.id is not null as written`,
    z.object({ written: z.boolean() }),
  );
  const written = found.filter((row) => row.written).length;
  return { written, spared: found.length - written };
}

/** A row is written over only where today's is what was seen; a concurrent writer is waited for, and then compared again. */
const asSeen = (work: Rows, seen: Sql, ignored: readonly string[]): Sql => {
  const generated = work.tables.get(work.table)!.flatMap((column) => (column.generated ? [column.name] : []));
  const without = [...ignored, ...generated];
  return sql`(to_jsonb(x) - ${without}::text[]) = (${seen} - ${without}::text[])`;
};

async function readColumnsThen({ on, runId, table, tables }: Rows): Promise<string[]> {
  const found = await firstRow(
    on,
    sql`select array(select jsonb_object_keys(d.then_row)) as columns
        from console.restore_difference d
        where d.run_id = ${runId} and d.table_name = ${table} and d.then_row is not null
        limit 1`,
    z.object({ columns: z.array(z.string()) }),
  );
  return writable(tables, table).filter((name) => found?.columns.includes(name));
}

async function columnsThen(work: Rows): Promise<string[]> {
  const known = work.columnsThen.get(work.table) ?? (await readColumnsThen(work));
  work.columnsThen.set(work.table, known);
  return known;
}

function insert(work: Rows, outcome: Outcome, columns: readonly string[], from: Sql): Promise<Written> {
  const { table, collegeId } = work;
  return write(
    work,
    outcome,
    sql`insert into public.${ident(table)} as x (${columnList(columns)})
        select ${columnList(columns, "v.")}
        from wanted w
          cross join lateral jsonb_populate_record(null::public.${ident(table)}, ${from}) v
        where v.college_id = ${collegeId}
        on conflict do nothing
        returning x.id, to_jsonb(x) as row`,
  );
}

type Change = { columns: readonly string[]; to: Sql; seen: Sql; ignored: readonly string[] };

function update(work: Rows, outcome: Outcome, { columns, to, seen, ignored }: Change): Promise<Written> {
  const { table, collegeId } = work;
  const changes = columns.map((name) => sql`${ident(name)} = v.${ident(name)}`);
  if (has(work, "updated_at")) changes.push(sql`updated_at = now()`);
  return write(
    work,
    outcome,
    sql`update public.${ident(table)} x
        set ${join(changes)}
        from wanted w
          cross join lateral jsonb_populate_record(null::public.${ident(table)}, ${to}) v
        where x.id = w.row_id and x.college_id = ${collegeId} and ${asSeen(work, seen, ignored)}
        returning x.id, to_jsonb(x) as row`,
  );
}

/** Removed for good only where nothing refers to it any more: what hangs on it may be someone's later work. */
function remove(work: Rows, outcome: Outcome, seen: Sql, ignored: readonly string[]): Promise<Written> {
  const { table, collegeId, references } = work;
  const alone = references
    .filter(({ parent, child }) => parent === table && !WRITTEN_ALONG.has(child))
    .map(
      ({ child, column }) => sql`
          and not exists (
            select 1
            from public.${ident(child)} c
            where c.college_id = x.college_id and c.${ident(column)} = x.id
          )`,
    );
  return write(
    work,
    outcome,
    sql`delete from public.${ident(table)} x
        using wanted w
        where x.id = w.row_id and x.college_id = ${collegeId} and ${asSeen(work, seen, ignored)} ${join(alone, "")}
        returning x.id, to_jsonb(x) as row`,
  );
}

/** Columns that a put back writes into a row that is still there. */
async function changeable(work: Rows): Promise<string[]> {
  const still = new Set(["id", "college_id", ...keptColumns(work.table)]);
  return (await columnsThen(work)).filter((name) => !still.has(name));
}

/** Only what both the copy and today have is compared; the rest of today's row was not seen. */
async function unseen(work: Rows): Promise<string[]> {
  const then = await columnsThen(work);
  return [...keptColumns(work.table), ...writable(work.tables, work.table).filter((name) => !then.includes(name))];
}

const softly = (to: Sql) => ({ columns: ["deleted_at"], to });

export async function putRows(work: Rows): Promise<Written> {
  const kept = keptColumns(work.table);
  if (work.kind === "MISSING") {
    const columns = (await columnsThen(work)).filter((name) => !defaultedColumns(work.table).includes(name));
    return insert(work, PUT, columns, sql`w.then_row`);
  }
  if (work.kind === "CHANGED")
    return update(work, PUT, {
      columns: await changeable(work),
      to: sql`w.then_row`,
      seen: sql`w.now_row`,
      ignored: await unseen(work),
    });
  if (!has(work, "deleted_at")) return remove(work, PUT, sql`w.now_row`, kept);
  return update(work, PUT, {
    ...softly(sql`jsonb_build_object('deleted_at', now())`),
    seen: sql`w.now_row`,
    ignored: kept,
  });
}

export async function undoRows(work: Rows): Promise<Written> {
  const follows = followingColumns(work.table);
  if (work.kind === "MISSING") return remove(work, UNDO, sql`w.put_row`, follows);
  if (work.kind === "CHANGED")
    return update(work, UNDO, {
      columns: await changeable(work),
      to: sql`w.now_row`,
      seen: sql`w.put_row`,
      ignored: keptColumns(work.table),
    });
  if (!has(work, "deleted_at")) return insert(work, UNDO, writable(work.tables, work.table), sql`w.put_row`);
  return update(work, UNDO, {
    ...softly(sql`jsonb_build_object('deleted_at', null)`),
    seen: sql`w.put_row`,
    ignored: keptColumns(work.table),
  });
}
