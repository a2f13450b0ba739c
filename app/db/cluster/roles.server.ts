import type { Client } from "pg";
import { ClusterError } from "./errors.ts";

export const LOGIN_ROLES = ["owner", "app", "observer", "signaller", "backup", "sequencer", "platform_app"] as const;
export type LoginRole = (typeof LOGIN_ROLES)[number];

/** What this login may not do itself: the statement, for someone who may. */
export type Refused = { statement: string; reason: string };

async function attempt(client: Client, refused: Refused[], statement: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    refused.push({ statement, reason: (error as Error).message });
  }
}

/**
 * The roles of DESIGN's data model, idempotent. With passwords each may log in (the embedded cluster); without, they are
 * group roles that the login of DATABASE_URL becomes by SET ROLE. What a login that is no superuser may not give is
 * returned; the console works without, and says what it lacks.
 */
export async function createRoles(client: Client, passwords: Partial<Record<LoginRole, string>> = {}): Promise<Refused[]> {
  const { rows } = await client.query<{ v: number; me: string; super: boolean }>(
    "select current_setting('server_version_num')::int as v, current_user as me, (select rolsuper from pg_roles where rolname = current_user) as super",
  );
  const { v: version, me, super: isSuper } = rows[0]!;
  const modern = version >= 160_000;
  const refused: Refused[] = [];
  const ensure = async (role: string, attributes: string) => {
    const known = await client.query("select 1 from pg_roles where rolname = $1", [role]);
    if (known.rowCount === 0) await client.query(`create role ${role} ${attributes}`);
  };
  await ensure("invigil_owner", isSuper ? "nosuperuser createdb" : "nosuperuser");
  // NOINHERIT before 16: what is granted to it can be set and is never inherited.
  await ensure("invigil_app", modern ? "nosuperuser nobypassrls" : "nosuperuser nobypassrls noinherit");
  await ensure("invigil_platform", "nosuperuser nobypassrls nologin");
  // The exam applications' own role, and the one that writes down what they report: neither is a member of anything.
  await ensure("invigil_platform_app", "nosuperuser nobypassrls noinherit");
  await ensure("invigil_recorder", "nosuperuser nobypassrls nologin");
  await ensure("invigil_reader", "nosuperuser nobypassrls nologin");
  for (const role of ["observer", "signaller", "sequencer"]) await ensure(`invigil_${role}`, "nosuperuser nobypassrls");
  await ensure("invigil_backup", isSuper ? "nosuperuser nobypassrls replication" : "nosuperuser nobypassrls");
  const inherit = modern ? " with inherit false, set true" : "";
  await attempt(client, refused, `grant invigil_platform to invigil_app${inherit}`);
  await attempt(client, refused, "grant invigil_reader, invigil_recorder to invigil_owner");
  if (!isSuper) {
    // Whoever made a role may become it only once it was granted: migrations hand the search views to the reader, and
    // each connection becomes its role.
    const own = modern ? " with inherit true, set true" : "";
    for (const role of [...LOGIN_ROLES, "platform", "reader", "recorder"]) {
      const { rows: has } = await client.query<{ ok: boolean }>("select pg_has_role($1, $2, 'MEMBER') as ok", [
        me,
        `invigil_${role}`,
      ]);
      if (!has[0]!.ok || modern) await attempt(client, refused, `grant invigil_${role} to ${client.escapeIdentifier(me)}${own}`);
    }
  }
  for (const grant of [
    "grant pg_monitor to invigil_observer",
    "grant pg_signal_backend, pg_monitor to invigil_signaller",
    // BASE_BACKUP to a directory of the server asks for this, and for no reading of its files.
    "grant pg_monitor, pg_write_server_files to invigil_backup",
    "grant pg_read_all_settings to invigil_app",
    // invigil_owner is the maintenance door: backups and drills read every table through it.
    ...(modern ? ["grant pg_use_reserved_connections to invigil_observer, invigil_signaller"] : []),
  ]) {
    await attempt(client, refused, grant);
  }
  const { rows: reads } = await client.query<{ yes: boolean }>(
    "select pg_has_role('invigil_backup', 'pg_read_server_files', 'MEMBER') as yes",
  );
  // Of an earlier version.
  if (isSuper && reads[0]!.yes) await client.query("revoke pg_read_server_files from invigil_backup");
  // The seed loads rows that are consistent by construction; a test checks every foreign key afterwards.
  if (isSuper) await client.query("grant set on parameter session_replication_role to invigil_owner");
  for (const [role, password] of Object.entries(passwords)) {
    const quoted = client.escapeLiteral(password);
    await client.query(`alter role invigil_${role} login password ${quoted}`);
  }
  return refused;
}

/**
 * What of the exam applications' role depends on when it was made: which tables let it in, and, on a server of someone
 * else's, its login. A login that may not give one leaves that to whoever may; the doctor says so.
 */
export async function admitPlatformApp(owner: Client, password?: string): Promise<void> {
  await owner.query("select public.invigil_admit_platform_app()");
  if (!password) return;
  const refused: Refused[] = [];
  await attempt(owner, refused, `alter role invigil_platform_app login password ${owner.escapeLiteral(password)}`);
  if (refused[0])
    throw new ClusterError(
      `PLATFORM_APP_PASSWORD: the password of invigil_platform_app can't be set by this login (${refused[0].reason}); set it as a superuser and unset the variable`,
    );
}

/** The extensions, and what each is for; the migrations need the first. */
export const EXTENSIONS = [
  { name: "pg_trgm", without: "searching by a part of a name can't work", required: true },
  { name: "pg_stat_statements", without: "the query pages stay empty", required: false },
  { name: "amcheck", without: "a drill can't check indexes", required: false },
] as const;

/** What only a superuser may add to a database (pg_trgm: its owner too); the owner's migrations do the rest. */
export async function createExtensions(client: Client): Promise<Refused[]> {
  const refused: Refused[] = [];
  for (const { name } of EXTENSIONS) await attempt(client, refused, `create extension if not exists ${name}`);
  if (!refused.some((refused) => refused.statement.includes("pg_stat_statements")))
    await attempt(client, refused, "grant execute on function pg_stat_statements_reset to invigil_signaller");
  for (const fn of [
    "pg_switch_wal()",
    "pg_create_restore_point(text)",
    "pg_backup_start(text, boolean)",
    "pg_backup_stop(boolean)",
  ]) {
    await attempt(client, refused, `grant execute on function ${fn} to invigil_backup`);
  }
  await attempt(client, refused, "grant execute on function pg_current_wal_insert_lsn(), pg_current_wal_lsn() to public");
  return refused;
}
