import type { Client } from "pg";
import { REFERENCE_TABLES, SHARD_TRIGGERS } from "./triggers.ts";

export type Step = {
  says: string;
  statement: string;
  /** Carried out already, where a run before this one was cut short: the table that shows it. */
  table?: string;
};

/** As these roles the statements of the console and the applications reach the workers, each over a connection of its own. */
const QUERY_ROLES = ["invigil_app", "invigil_platform", "invigil_platform_app"];

/** Whoever has a key is distributed after what it points to: Citus takes a key only to a table that is there already. */
export function parentsFirst(tables: readonly string[], keys: readonly { child: string; parent: string }[]): string[] {
  const ordered: string[] = [];
  const left = new Set(tables);
  while (left.size > 0) {
    const free = [...left].filter(
      (table) => !keys.some(({ child, parent }) => child === table && parent !== table && left.has(parent)),
    );
    if (free.length === 0) throw new Error(`foreign keys in a circle between ${[...left].sort().join(", ")}`);
    for (const table of free) {
      ordered.push(table);
      left.delete(table);
    }
  }
  return ordered;
}

/** Every statement that makes this database a distributed one, read from its own catalog. */
export async function distributionPlan(client: Client): Promise<Step[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'college_id'
     where n.nspname = 'public'
       and c.relkind = 'r'
       and format('%I.%I', n.nspname, c.relname) <> all ($1)
     order by 1`,
    [REFERENCE_TABLES],
  );
  const { rows: keys } = await client.query<{ child: string; parent: string }>(
    `select distinct format('%I.%I', cn.nspname, c.relname) as child, format('%I.%I', pn.nspname, p.relname) as parent
     from pg_constraint k
     join pg_class c on c.oid = k.conrelid
     join pg_namespace cn on cn.oid = c.relnamespace
     join pg_class p on p.oid = k.confrelid
     join pg_namespace pn on pn.oid = p.relnamespace
     where k.contype = 'f'`,
  );
  const { rows: here } = await client.query<{ database: string }>("select quote_ident(current_database()) as database");
  const { rows: roles } = await client.query<{ name: string }>(
    "select rolname as name from pg_roles where rolname = any ($1) and not rolcanlogin order by 1",
    [QUERY_ROLES],
  );
  const database = here[0]!.database;
  const order = parentsFirst(
    tables.map((table) => table.name),
    keys,
  );
  const first = order[0];
  const set = (says: string, setting: string): Step[] => [
    { says, statement: `ALTER DATABASE ${database} SET ${setting};` },
    { says: "For this session too", statement: `SET ${setting};` },
  ];
  return [
    ...roles.map(({ name }) => ({
      says: `${name} reaches the workers over a connection of its own`,
      statement: `ALTER ROLE ${name} LOGIN;`,
    })),
    ...set(
      `${Object.keys(SHARD_TRIGGERS).length} triggers touch only their own college's rows and reference tables`,
      "citus.enable_unsafe_triggers = on",
    ),
    ...REFERENCE_TABLES.map((table) => ({
      says: "Whole on every node",
      statement: `SELECT create_reference_table('${table}');`,
      table,
    })),
    // Reads and writes of one college stay on one node, and so do the foreign keys between its rows.
    ...order.map((table) => ({
      says: "By college, its rows beside each other",
      statement: `SELECT create_distributed_table('${table}', 'college_id', colocate_with => '${table === first ? "none" : first}');`,
      table,
    })),
    // After the tables: what is installed on the coordinator alone must not be sent to the workers meanwhile.
    ...set("The scope of a transaction (SET LOCAL) goes to the workers with it", "citus.propagate_set_commands = 'local'"),
  ];
}
