import pg from "pg";
import { z } from "zod";
import { env } from "~/platform/env.server.ts";
import { ClusterError } from "./cluster/errors.ts";
import { AT_CONNECT, connectError, pooled, type Finding } from "./doctor.server.ts";
import { splitHosts } from "./hosts.server.ts";

/** Which database of which server: the same under every address. */
const placeRow = z.object({ system: z.string().nullable(), database: z.number() });
type Place = z.infer<typeof placeRow>;

async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    query_timeout: 5000,
    application_name: "invigil doctor",
    options: `${AT_CONNECT.options} -c default_transaction_read_only=on`,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

async function placeOf(client: pg.Client): Promise<Place> {
  const ask = async (system: string) =>
    placeRow.parse(
      (
        await client.query(
          `select ${system} as system,
                  (select oid::int8::float8 from pg_database where datname = current_database()) as database`,
        )
      ).rows[0],
    );
  // Some providers keep the control file to themselves.
  return ask("(select system_identifier::text from pg_control_system())").catch(() => ask("null::text"));
}

const serverRow = z.object({
  version: z.number(),
  text: z.string(),
  login: z.string(),
  quoted: z.string(),
  database: z.string(),
  superuser: z.boolean(),
  monitor: z.boolean(),
  signals: z.boolean(),
  reads: z.boolean(),
  recovering: z.boolean(),
  loaded: z.boolean(),
  installed: z.boolean(),
  io: z.boolean(),
});
type Server = z.infer<typeof serverRow>;

const SERVER = `
  select current_setting('server_version_num')::int as version, current_setting('server_version') as text,
         current_user::text as login, quote_ident(current_user) as quoted, current_database()::text as database,
         r.rolsuper as superuser, pg_has_role('pg_monitor', 'USAGE') as monitor,
         pg_has_role('pg_signal_backend', 'USAGE') as signals, pg_has_role('pg_read_all_data', 'USAGE') as reads,
         pg_is_in_recovery() as recovering,
         exists (select from pg_settings where name = 'pg_stat_statements.max') as loaded,
         exists (select from pg_extension where extname = 'pg_stat_statements') as installed,
         current_setting('track_io_timing') = 'on' as io
  from pg_roles r
  where r.rolname = current_user`;

/** What the pages will have to do without, and the statement that gives it. All of these need somebody with more rights. */
function findingsOf(server: Server, variable: string): Finding[] {
  const found: Finding[] = [];
  const add = (name: string, level: Finding["level"], says: string, fix?: string) =>
    found.push({ name: `watched ${name}`, level, says: `${variable}: ${says}`, ...(fix ? { fix } : {}) });
  const { login, quoted } = server;
  if (server.version < 150_000) {
    add("version", "error", `PostgreSQL ${server.text} is too old; 15 or newer can be watched`);
    return found;
  }
  add("version", "ok", `PostgreSQL ${server.text}, database ${server.database}, watched as ${login}`);
  add("writes", "ok", "nothing is written there: the sessions are read-only");
  if (server.superuser)
    add(
      "login",
      "warning",
      `${login} is a superuser, which is more than is needed`,
      "CREATE ROLE invigil_watch LOGIN PASSWORD '…'; GRANT pg_monitor TO invigil_watch;",
    );
  else if (server.monitor) add("login", "ok", `${login} has pg_monitor, which is enough`);
  else add("login", "warning", `${login} lacks pg_monitor, and sees only its own sessions`, `GRANT pg_monitor TO ${quoted};`);
  if (!server.loaded)
    add(
      "pg_stat_statements",
      "warning",
      "pg_stat_statements is not preloaded: the query pages say so and stay empty",
      "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; -- add it to what is there, then restart PostgreSQL",
    );
  else if (!server.installed)
    add(
      "pg_stat_statements",
      "warning",
      `pg_stat_statements is not installed in ${server.database}: the query pages say so and stay empty`,
      "CREATE EXTENSION pg_stat_statements;",
    );
  else add("pg_stat_statements", "ok", "pg_stat_statements counts statements");
  if (!server.io)
    add("track_io_timing", "warning", "I/O is not timed", "ALTER SYSTEM SET track_io_timing = on; SELECT pg_reload_conf();");
  // Not needed for watching: said, so that nobody has to look for it.
  if (!server.signals) add("signals", "ok", "sessions can't be ended from the console", `GRANT pg_signal_backend TO ${quoted};`);
  if (!server.reads && server.version >= 160_000)
    add("plans", "ok", "plans can't be shown", `GRANT pg_read_all_data TO ${quoted}; -- lets it read every table`);
  return found;
}

type Seen = { findings: Finding[]; place: Place | null; recovering: boolean };

async function look(url: string, variable: string): Promise<Seen> {
  let client: pg.Client;
  try {
    client = await connectTo(url);
  } catch (error) {
    return { findings: [connectError(variable, error)], place: null, recovering: false };
  }
  try {
    const kept = await client.query<{ statement_timeout: string }>("show statement_timeout");
    if (kept.rows[0]!.statement_timeout !== AT_CONNECT.kept)
      return { findings: [{ name: "connection", level: "error", says: pooled(variable) }], place: null, recovering: false };
    const server = serverRow.parse((await client.query(SERVER)).rows[0]);
    return { findings: findingsOf(server, variable), place: await placeOf(client), recovering: server.recovering };
  } catch (error) {
    return {
      findings: [{ name: "examination", level: "error", says: `${variable}: ${(error as Error).message}` }],
      place: null,
      recovering: false,
    };
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function consolePlace(url: string): Promise<Place | null> {
  try {
    const client = await connectTo(url);
    return await placeOf(client).finally(() => client.end().catch(() => undefined));
  } catch {
    // Said by what looks at that address.
    return null;
  }
}

const SAME = "console database";
const APART = "INVIGIL_DATABASE_URL";

/** Whether both addresses lead to one database, or to two of one server. */
function apart(watched: Place, own: Place): Finding {
  const name = SAME;
  const known = watched.system !== null && own.system !== null;
  if (known && watched.system === own.system && watched.database === own.database)
    return {
      name,
      level: "error",
      says: `${APART}: leads to the database that is watched, and Invigil writes nothing there; name a database of its own`,
      fix: "CREATE DATABASE invigil; -- best on another server",
    };
  if (known && watched.system === own.system)
    return {
      name,
      level: "warning",
      says: `${APART}: is on the server that is watched; when that is down, the console is down too. Put it on another server`,
    };
  return { name, level: "ok", says: "the console's own data is apart from what is watched" };
}

/** Before anything is written: not where we only watch. One that can't be asked now is no reason to stop. */
export async function refuseWatched(consoleUrl: string): Promise<void> {
  const wrong = (await examineWatched(consoleUrl)).find(({ name, level }) => name === SAME && level === "error");
  if (wrong) throw new ClusterError(`${wrong.says}: ${wrong.fix}`);
}

/** Everything about what is watched: the primary, its standbys, and that the console's own data is elsewhere. */
export async function examineWatched(consoleUrl: string): Promise<Finding[]> {
  const { DATABASE_URL, replicas } = env();
  const hosts = splitHosts(DATABASE_URL!);
  const several = hosts.length > 1;
  const all = await Promise.all(hosts.map((url) => look(url, "DATABASE_URL")));
  const primary = all.find(({ place, recovering }) => place && !recovering) ?? all[0]!;
  const own = await consolePlace(consoleUrl);
  const standbys = await Promise.all(
    replicas.map(({ url }, index) => look(url, replicas.length > 1 ? `standby ${index + 1}` : "DATABASE_REPLICA_URLS")),
  );
  return [
    ...primary.findings,
    ...(primary.recovering && !several
      ? [
          {
            name: "watched primary",
            level: "warning" as const,
            says: "DATABASE_URL: is a standby; name the primary here and standbys in DATABASE_REPLICA_URLS",
          },
        ]
      : []),
    ...(primary.place && own ? [apart(primary.place, own)] : []),
    // What is the same on every server was said of the primary.
    ...standbys.flatMap(({ findings }) => findings.filter(({ name, level }) => level !== "ok" || name === "watched version")),
  ];
}
