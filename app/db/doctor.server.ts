import pg from "pg";
import type { Client } from "pg";
import { EXTENSIONS } from "./cluster/roles.server.ts";
import { observes } from "~/platform/depth.ts";
import { foreignSchema } from "./migrate/foreign.server.ts";
import { migrationStates } from "./migrate/migrate.server.ts";
import { roleName, type DbRole } from "./urls.server.ts";

export type Finding = {
  name: string;
  level: "ok" | "warning" | "error";
  says: string;
  fix?: string;
  /** The fix needs a superuser of this database: this login may not. */
  superuser?: boolean;
  /** Missing, and this login may make it. */
  makeable?: boolean;
};

const ROLES: DbRole[] = ["app", "observer", "signaller", "backup", "sequencer", "platform_app"];

/** The console runs without these; the platform's own applications don't. */
const FOR_APPLICATIONS = ["invigil_platform_app", "invigil_recorder"];

/** What only a server itself keeps: the role is set in the same way, and everything depends on it. */
export const AT_CONNECT = { options: "-c statement_timeout=59999", kept: "59999ms" };

export const pooled = (variable: string) =>
  `${variable}: a pooler in between drops what is set at connect, the role among it; connect directly to PostgreSQL`;

export function connectError(variable: string, error: unknown): Finding {
  const { code, message } = error as { code?: string; message: string };
  if (/unsupported startup parameter/.test(message)) return { name: "connection", level: "error", says: pooled(variable) };
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

type Server = {
  version: number;
  text: string;
  me: string;
  database: string;
  super: boolean;
  createrole: boolean;
  may_create: boolean;
  may_public: boolean;
  statements: boolean;
  io: string;
};

/** Memberships that something can't do without; the others cost a page or an act. */
const MEMBERSHIPS = [
  { role: "invigil_platform", member: "invigil_app", needed: true, without: "nothing can be read across tenants" },
  { role: "pg_monitor", member: "invigil_observer", needed: false, without: "the observer sees only its own activity" },
  { role: "pg_monitor", member: "invigil_signaller", needed: false, without: "the owner of a session to end can't be shown" },
  { role: "pg_signal_backend", member: "invigil_signaller", needed: false, without: "sessions of others can't be ended" },
  { role: "pg_read_all_settings", member: "invigil_app", needed: false, without: "some settings can't be shown" },
];

/** Only a superuser, or who was given the right to pass them on, may grant the server's own roles. */
const isServers = (role: string) => role.startsWith("pg_");

async function has(client: Client, member: string, role: string): Promise<boolean> {
  const { rows } = await client.query<{ ok: boolean }>("select pg_has_role($1, $2, 'MEMBER') as ok", [member, role]);
  return rows[0]!.ok;
}

async function roleFindings(client: Client, server: Server): Promise<Finding[]> {
  const { rows } = await client.query<{ rolname: string; member: boolean; bypass: boolean }>(
    `select rolname, pg_has_role(current_user, oid, '${server.version >= 160_000 ? "SET" : "MEMBER"}') as member, rolsuper or rolbypassrls as bypass from pg_roles where rolname like 'invigil\\_%'`,
  );
  const known = new Map(rows.map((row) => [row.rolname, row]));
  const names = [...ROLES.map(roleName), "invigil_platform", "invigil_reader", "invigil_recorder"];
  const found = names.map((name): Finding => {
    const row = known.get(name);
    const as = { name: `role ${name}` };
    if (!row)
      return {
        ...as,
        level: server.createrole || FOR_APPLICATIONS.includes(name) ? "warning" : "error",
        says: `the role ${name} is missing${server.createrole ? " and will be created" : FOR_APPLICATIONS.includes(name) ? ": the exam applications can't connect" : ""}`,
        fix: `CREATE ROLE ${name};`,
        superuser: !server.createrole,
        makeable: server.createrole,
      };
    // Nobody becomes the applications' role but they themselves.
    if (name !== "invigil_platform" && name !== "invigil_platform_app" && !row.member && !server.super)
      return {
        ...as,
        level: name === "invigil_app" || name === "invigil_reader" ? "error" : "warning",
        says: `${server.me} may not become ${name}`,
        fix: `GRANT ${name} TO ${server.me};`,
        superuser: !server.createrole,
        makeable: server.createrole,
      };
    if ((name === "invigil_app" || name === "invigil_platform_app") && row.bypass)
      return {
        ...as,
        level: "error",
        says: `${name} could bypass row security`,
        fix: `ALTER ROLE ${name} NOSUPERUSER NOBYPASSRLS;`,
        superuser: !server.super,
      };
    return { ...as, level: "ok", says: `${name} can be used` };
  });
  for (const { role, member, needed, without } of MEMBERSHIPS) {
    const name = `${role} for ${member}`;
    const given =
      !known.has(member) || (role.startsWith("invigil_") && !known.has(role)) ? null : await has(client, member, role);
    if (given) {
      found.push({ name, level: "ok", says: `${member} has ${role}` });
      continue;
    }
    // Roles that are still to be made get what this login may give them; the rest is named now, not in a second round.
    const makeable = given === null && server.createrole && !isServers(role);
    found.push({
      name,
      level: needed && !makeable ? "error" : "warning",
      says: makeable ? `${member} will be given ${role}` : `${member} lacks ${role}: ${without}`,
      fix: `GRANT ${role} TO ${member};`,
      superuser: !makeable && !server.super,
      makeable,
    });
  }
  if (known.has("invigil_platform_app")) found.push(await platformAppFinding(client));
  return found;
}

/** The applications' role is a member of nothing: each membership would be a way out of row security or into the console. */
async function platformAppFinding(client: Client): Promise<Finding> {
  const { rows } = await client.query<{ name: string }>(
    `select roleid::regrole::text as name
     from pg_auth_members
     where member = 'invigil_platform_app'::regrole`,
  );
  const name = "platform applications";
  if (rows.length > 0) {
    const into = rows.map((row) => row.name).join(", ");
    return {
      name,
      level: "error",
      says: `invigil_platform_app may become ${into}: it must be a member of nothing`,
      fix: `REVOKE ${into} FROM invigil_platform_app;`,
    };
  }
  const { rows: admitted } = await client.query<{ ok: boolean | null }>(
    "select has_table_privilege('invigil_platform_app', to_regclass('public.student_exam_attempt'), 'INSERT') as ok",
  );
  return admitted[0]!.ok === false
    ? {
        name,
        level: "warning",
        says: "invigil_platform_app was created after the migrations and reaches no table yet",
        fix: "npx invigil db migrate",
      }
    : { name, level: "ok", says: "invigil_platform_app reaches its tenants' tables and nothing else" };
}

async function extensionFindings(client: Client, server: Server): Promise<Finding[]> {
  const { rows } = await client.query<{ name: string; installed: boolean; trusted: boolean }>(
    `select e.name, e.installed_version is not null as installed, coalesce(bool_or(v.trusted), false) as trusted
     from pg_available_extensions e left join pg_available_extension_versions v on v.name = e.name group by 1, 2`,
  );
  return EXTENSIONS.map(({ name, without, required }): Finding => {
    const row = rows.find((row) => row.name === name);
    if (row?.installed) return { name: `extension ${name}`, level: "ok", says: `the extension ${name} is there` };
    const makeable = Boolean(row && (server.super || (row.trusted && server.may_create)));
    return {
      name: `extension ${name}`,
      level: required && !makeable ? "error" : "warning",
      says: `the extension ${name} is missing${makeable ? " and will be created" : `: ${without}`}`,
      fix: row ? `CREATE EXTENSION ${name};` : `install PostgreSQL's contrib modules, then CREATE EXTENSION ${name};`,
      superuser: !makeable && !server.super,
      makeable,
    };
  });
}

/** The variable that names the console's own database. */
export const ownVariable = () => (observes() ? "INVIGIL_DATABASE_URL" : "DATABASE_URL");

/** Where the server that is watched is another one, nobody watches, signals or backs up the console's own. */
const OF_WATCHING =
  /^(role invigil_(observer|signaller|backup|platform_app|recorder)|extension (pg_stat_statements|amcheck)|pg_stat_statements|track_io_timing|platform applications|pg_\w+ for invigil_\w+)$/;

/** A role is needed all the same, for migrations grant to it; what it lacks is not. */
const matters = ({ name, level, makeable }: Finding): boolean =>
  !OF_WATCHING.test(name) || (name.startsWith("role ") && (level === "error" || makeable === true));

/** Everything the console needs of a database, and the statement that gives what is missing. */
export async function examine(url: string, variable = ownVariable()): Promise<Finding[]> {
  const found = await examineAll(url, variable);
  return observes() ? found.filter(matters) : found;
}

async function examineAll(url: string, variable: string): Promise<Finding[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, options: AT_CONNECT.options });
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    return [connectError(variable, error)];
  }
  const found: Finding[] = [];
  const add = (name: string, level: Finding["level"], says: string, fix?: string, superuser = false) =>
    found.push({ name, level, says, fix, superuser });
  try {
    const kept = await client.query<{ statement_timeout: string }>("show statement_timeout");
    if (kept.rows[0]!.statement_timeout !== AT_CONNECT.kept) {
      add("connection", "error", pooled(variable));
      return found;
    }
    const { rows } = await client.query<Server>(
      // Whether the library is loaded shows in its own settings: which libraries are loaded is hidden from most logins.
      `select current_setting('server_version_num')::int as version, current_setting('server_version') as text,
              current_user as me, current_database() as database,
              rolsuper as super, rolsuper or rolcreaterole as createrole,
              has_database_privilege(current_database(), 'CREATE') as may_create,
              coalesce((select pg_has_role(nspowner, 'USAGE') from pg_namespace where nspname = 'public'), true) as may_public,
              exists (select from pg_settings where name = 'pg_stat_statements.max') as statements,
              current_setting('track_io_timing') as io
       from pg_roles
       where rolname = current_user`,
    );
    const server = rows[0]!;
    if (server.version < 150_000) {
      add("version", "error", `${variable}: PostgreSQL ${server.text} is too old; 15 or newer is needed`);
      return found;
    }
    add("version", "ok", `PostgreSQL ${server.text}`);
    found.push(...(await roleFindings(client, server)), ...(await extensionFindings(client, server)));
    add(
      "pg_stat_statements",
      server.statements ? "ok" : "warning",
      server.statements
        ? "pg_stat_statements is loaded"
        : "pg_stat_statements is not preloaded: the query pages will say so and stay empty",
      server.statements
        ? undefined
        : "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; -- add it to what is there, then restart PostgreSQL",
      !server.statements && !server.super,
    );
    add(
      "track_io_timing",
      server.io === "on" ? "ok" : "warning",
      server.io === "on" ? "I/O is timed" : "I/O is not timed",
      server.io === "on" ? undefined : "ALTER SYSTEM SET track_io_timing = on; SELECT pg_reload_conf();",
      server.io !== "on" && !server.super,
    );
    const foreign = await foreignSchema(client);
    if (foreign) {
      add("schema", "error", `${variable}: ${foreign}`);
      return found;
    }
    const pending = (await migrationStates(url)).filter((state) => !state.applied);
    add(
      "migrations",
      pending.length === 0 ? "ok" : "warning",
      pending.length === 0 ? "all migrations are applied" : `${pending.length} migrations are pending`,
      pending.length === 0 ? undefined : "npx invigil db migrate",
    );
    if (pending.length > 0 && !(server.may_create && server.may_public))
      add(
        "privileges",
        "error",
        `${variable}: ${server.me} does not own ${server.database} and its schema public, and can't make the tables`,
        `ALTER DATABASE ${server.database} OWNER TO ${server.me}; ALTER SCHEMA public OWNER TO pg_database_owner;`,
        true,
      );
  } catch (error) {
    add("examination", "error", (error as Error).message);
  } finally {
    await client.end().catch(() => undefined);
  }
  return found;
}
