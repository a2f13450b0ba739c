import { z } from "zod";
import { rows, type Queryable } from "~/db/query.ts";
import { ident, sql } from "~/db/sql.ts";
import { SKIPPED } from "./rules.ts";

const column = z.object({ name: z.string(), type: z.string(), generated: z.boolean() });
export type Column = z.infer<typeof column>;
export type Tables = ReadonlyMap<string, readonly Column[]>;

/** A reference within one tenant: `child.column` names the id of a row of `parent`. */
export type Reference = { child: string; column: string; parent: string };

/** Every table whose rows belong to a tenant, and the tenant's own row. */
export async function readTables(on: Queryable): Promise<Tables> {
  const found = await rows(
    on,
    sql`select c.relname::text as name,
               jsonb_agg(
                 jsonb_build_object(
                   'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'generated', a.attgenerated <> ''
                 )
                 order by a.attnum
               ) as columns
        from pg_class c
          join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace
          and c.relkind in ('r', 'p')
          and not c.relispartition
        group by c.oid, c.relname
        having (bool_or(a.attname = 'college_id') and bool_or(a.attname = 'id')) or c.relname = 'college'
        order by c.relname`,
    z.object({ name: z.string(), columns: z.array(column) }),
  );
  return new Map(found.filter((table) => !SKIPPED.has(table.name)).map((table) => [table.name, table.columns]));
}

const TENANTS = "college";
export const tenantColumn = (table: string): string => (table === TENANTS ? "id" : "college_id");

export async function hasTenant(on: Queryable, id: string): Promise<boolean> {
  const found = await rows(on, sql`select id from public.${ident(TENANTS)} where id = ${id}`, z.object({ id: z.string() }));
  return found.length > 0;
}

/** Its columns, generated ones aside. */
export const writable = (tables: Tables, table: string): string[] =>
  (tables.get(table) ?? []).filter(({ generated }) => !generated).map(({ name }) => name);

export const readReferences = (on: Queryable): Promise<Reference[]> =>
  rows(
    on,
    sql`select c.relname::text as child, a.attname::text as column, p.relname::text as parent
        from pg_constraint k
          join pg_class c on c.oid = k.conrelid
          join pg_class p on p.oid = k.confrelid
          cross join lateral unnest(k.conkey, k.confkey) as x (from_no, to_no)
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = x.from_no
          join pg_attribute b on b.attrelid = k.confrelid and b.attnum = x.to_no
        where k.contype = 'f'
          and k.conparentid = 0
          and c.relnamespace = 'public'::regnamespace
          and p.relname <> 'college'
          and b.attname = 'id'
        order by 1, 2, 3`,
    z.object({ child: z.string(), column: z.string(), parent: z.string() }),
  );

/** Tables with every one after those that it refers to. */
export function inOrder(tables: Iterable<string>, references: readonly Reference[]): string[] {
  const left = new Set([...tables].sort());
  const order: string[] = [];
  while (left.size > 0) {
    const waits = (table: string) =>
      references.some(({ child, parent }) => child === table && parent !== table && left.has(parent));
    const next = [...left].filter((table) => !waits(table));
    // A circle of tables: their rows go in together, the constraint decides.
    for (const table of next.length > 0 ? next : [...left]) {
      left.delete(table);
      order.push(table);
    }
  }
  return order;
}

/** The columns that lead from a row to the person or the exam that it belongs to: none for a row that belongs to neither. */
export function pathTo(owner: "user" | "exam", tables: Tables, references: readonly Reference[]): Map<string, Reference[]> {
  const paths = new Map<string, Reference[]>([[owner, []]]);
  for (const { child, column, parent } of references)
    if (parent === owner && column === `${owner}_id`) paths.set(child, [{ child, column, parent }]);
  // What hangs on something that belongs to it belongs to it too: an answer to the exam of its attempt.
  const through = (child: string) =>
    references.find(
      (reference) => reference.child === child && reference.parent !== owner && paths.has(reference.parent) && owns(reference),
    );
  for (let found = true; found;) {
    found = false;
    for (const table of tables.keys()) {
      const step = paths.has(table) ? undefined : through(table);
      if (!step) continue;
      paths.set(table, [step, ...paths.get(step.parent)!]);
      found = true;
    }
  }
  return paths;
}

/** A row hangs on its parent where the column is named after the parent, and is not only mentioned by it. */
const OWNED_BY = new Set(["attempt_id", "question_id", "review_id", "message_id", "progress_id", "decision_id", "payment_id"]);
const owns = ({ column }: Reference): boolean => OWNED_BY.has(column);
