import pg from "pg";
import { migrationStates } from "./migrate/migrate.server.ts";
import { roleName, type DbRole } from "./urls.server.ts";

export type Finding = { name: string; level: "ok" | "warning" | "error"; says: string; fix?: string };

const ROLES: DbRole[] = ["app", "observer", "signaller", "backup", "sequencer"];

function connectError(variable: string, error: unknown): Finding {
  const { code, message } = error as { code?: string; message: string };
  const says =
    code === "28P01" || code === "28000"
      ? `${variable}: the server refuses the user or password (${message})`
      : code === "3D000"
        ? `${variable}: ${message}; create it, or name another one`
        : code === "53300"
          ? `${variable}: the server has no free connection (${message})`
          : `${variable}: the database can't be reached (${message || code})`;
  return { name: "connection", level: "error", says };
}

/** Everything the console needs of a database, and the statement that gives what is missing. */
export async function examine(url: string, variable = "DATABASE_URL"): Promise<Finding[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    return [connectError(variable, error)];
  }
  const found: Finding[] = [];
  const add = (name: string, level: Finding["level"], says: string, fix?: string) => found.push({ name, level, says, fix });
  try {
    const { rows } = await client.query<{
      version: number;
      text: string;
      me: string;
      super: boolean;
      createrole: boolean;
      preload: string;
      io: string;
    }>(
      `select current_setting('server_version_num')::int as version, current_setting('server_version') as text, current_user as me,
              rolsuper as super, rolcreaterole as createrole,
              coalesce((select setting from pg_settings where name = 'shared_preload_libraries'), '') as preload, current_setting('track_io_timing') as io
       from pg_roles where rolname = current_user`,
    );
    const server = rows[0]!;
    if (server.version < 150_000) {
      add("version", "error", `${variable}: PostgreSQL ${server.text} is too old; 15 or newer is needed`);
      return found;
    }
    add("version", "ok", `PostgreSQL ${server.text}`);
    const roles = await client.query<{ rolname: string; member: boolean; bypass: boolean }>(
      `select rolname, pg_has_role(current_user, oid, 'MEMBER') as member, rolsuper or rolbypassrls as bypass from pg_roles where rolname like 'invigil\\_%'`,
    );
    const known = new Map(roles.rows.map((row) => [row.rolname, row]));
    for (const role of ROLES) {
      const name = roleName(role);
      const row = known.get(name);
      if (!row) {
        const canMake = server.super || server.createrole;
        add(
          `role ${name}`,
          canMake ? "warning" : "error",
          `the role ${name} is missing${canMake ? " and will be created" : ""}`,
          `CREATE ROLE ${name};`,
        );
      } else if (!row.member && !server.super) {
        add(
          `role ${name}`,
          role === "app" ? "error" : "warning",
          `${server.me} may not become ${name}`,
          `GRANT ${name} TO ${server.me};`,
        );
      } else if (role === "app" && row.bypass) {
        add(`role ${name}`, "error", `${name} could bypass row security`, `ALTER ROLE ${name} NOSUPERUSER NOBYPASSRLS;`);
      } else add(`role ${name}`, "ok", `${name} can be used`);
    }
    const loaded = server.preload.includes("pg_stat_statements");
    add(
      "pg_stat_statements",
      loaded ? "ok" : "warning",
      loaded ? "pg_stat_statements is loaded" : "pg_stat_statements is not preloaded: the query pages will say so and stay empty",
      loaded ? undefined : "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; -- then restart PostgreSQL",
    );
    add(
      "track_io_timing",
      server.io === "on" ? "ok" : "warning",
      server.io === "on" ? "I/O is timed" : "I/O is not timed",
      server.io === "on" ? undefined : "ALTER SYSTEM SET track_io_timing = on;",
    );
    const monitor = known.get("invigil_observer")
      ? (await client.query<{ ok: boolean }>("select pg_has_role('invigil_observer', 'pg_monitor', 'MEMBER') as ok")).rows[0]!.ok
      : false;
    add(
      "pg_monitor",
      monitor ? "ok" : "warning",
      monitor ? "the observer sees all activity" : "the observer sees only its own activity",
      monitor ? undefined : "GRANT pg_monitor TO invigil_observer;",
    );
    const pending = (await migrationStates(url)).filter((state) => !state.applied);
    add(
      "migrations",
      pending.length === 0 ? "ok" : "warning",
      pending.length === 0 ? "all migrations are applied" : `${pending.length} migrations are pending`,
      pending.length === 0 ? undefined : "npx invigil db migrate",
    );
  } catch (error) {
    add("examination", "error", (error as Error).message);
  } finally {
    await client.end().catch(() => undefined);
  }
  return found;
}
