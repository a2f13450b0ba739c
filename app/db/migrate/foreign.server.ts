import type { Client } from "pg";
import { migrationNames } from "./names.server.ts";

const NAMED = 3;

/**
 * What to do where the database holds another application's tables; null where it is empty or ours. Migrations would fail on
 * their names half-way, and Prisma's advice (mark them as applied) would be wrong: the tables are not these.
 */
export async function foreignSchema(client: Client): Promise<string | null> {
  const { rows: known } = await client.query<{ there: boolean; readable: boolean }>(
    `select to_regclass('public._prisma_migrations') is not null as there,
            coalesce(has_table_privilege(to_regclass('public._prisma_migrations'), 'select'), false) as readable`,
  );
  if (known[0]!.there) {
    if (!known[0]!.readable) return null;
    const { rows: ours } = await client.query<{ ours: boolean }>(
      "select exists (select from public._prisma_migrations where migration_name = any($1)) as ours",
      [migrationNames()],
    );
    if (ours[0]!.ours) return null;
  }
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name
     from pg_class c
     where c.relnamespace = to_regnamespace('public') and c.relkind in ('r', 'p') and c.relname <> '_prisma_migrations'
       and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by 1`,
  );
  if (rows.length === 0) return null;
  const names = rows.slice(0, NAMED).map((row) => row.name);
  return `this database holds another application's tables (${names.join(", ")}${rows.length > NAMED ? ` and ${rows.length - NAMED} more` : ""}). Invigil needs a database of its own: create an empty one (CREATE DATABASE invigil;) and name that. To watch this one as it is, leave it in DATABASE_URL and put the empty one into INVIGIL_DATABASE_URL (docs/observe.md). Nothing was changed`;
}
