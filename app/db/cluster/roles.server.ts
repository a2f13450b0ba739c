import type { Client } from "pg";

export const LOGIN_ROLES = ["owner", "app", "observer", "signaller", "backup", "sequencer"] as const;
export type LoginRole = (typeof LOGIN_ROLES)[number];

/**
 * The roles of DESIGN's data model, idempotent. With passwords each may log in (the embedded cluster); without, they are
 * group roles that the login of DATABASE_URL becomes by SET ROLE.
 */
export async function createRoles(client: Client, passwords: Partial<Record<LoginRole, string>> = {}): Promise<void> {
  const { rows } = await client.query<{ v: number; me: string; super: boolean }>(
    "select current_setting('server_version_num')::int as v, current_user as me, (select rolsuper from pg_roles where rolname = current_user) as super",
  );
  const version = rows[0]!.v;
  const modern = version >= 160_000;
  const ensure = async (role: string, attributes: string) => {
    const known = await client.query("select 1 from pg_roles where rolname = $1", [role]);
    if (known.rowCount === 0) await client.query(`create role ${role} ${attributes}`);
  };
  await ensure("invigil_owner", "nosuperuser createdb");
  // NOINHERIT before 16: what is granted to it can be set and is never inherited.
  await ensure("invigil_app", modern ? "nosuperuser nobypassrls" : "nosuperuser nobypassrls noinherit");
  await ensure("invigil_platform", "nosuperuser nobypassrls nologin");
  await ensure("invigil_reader", "nosuperuser nobypassrls nologin");
  for (const role of ["observer", "signaller", "sequencer"]) await ensure(`invigil_${role}`, "nosuperuser nobypassrls");
  await ensure("invigil_backup", rows[0]!.super ? "nosuperuser nobypassrls replication" : "nosuperuser nobypassrls");
  const inherit = modern ? " with inherit false, set true" : "";
  await client.query(`grant invigil_platform to invigil_app${inherit}`);
  await client.query("grant invigil_reader to invigil_owner");
  await client.query("grant pg_monitor to invigil_observer");
  await client.query("grant pg_signal_backend, pg_monitor to invigil_signaller");
  await client.query("grant pg_monitor, pg_write_server_files, pg_read_server_files to invigil_backup");
  await client.query("grant pg_read_all_settings to invigil_app");
  // The seed loads rows that are consistent by construction; a test checks every foreign key afterwards.
  if (rows[0]!.super) await client.query("grant set on parameter session_replication_role to invigil_owner");
  // invigil_owner is the maintenance door: backups and drills read every table through it.
  if (modern) await client.query("grant pg_use_reserved_connections to invigil_observer, invigil_signaller");
  for (const [role, password] of Object.entries(passwords)) {
    const quoted = client.escapeLiteral(password);
    await client.query(`alter role invigil_${role} login password ${quoted}`);
  }
}

/** What only a superuser may add to a database; the owner's migrations do the rest. */
export async function createExtensions(client: Client): Promise<void> {
  await client.query("create extension if not exists pg_stat_statements");
  await client.query("create extension if not exists pg_trgm");
  await client.query("create extension if not exists amcheck");
  await client.query("grant execute on function pg_stat_statements_reset to invigil_signaller");
  for (const fn of [
    "pg_switch_wal()",
    "pg_create_restore_point(text)",
    "pg_backup_start(text, boolean)",
    "pg_backup_stop(boolean)",
  ]) {
    await client.query(`grant execute on function ${fn} to invigil_backup`);
  }
  await client.query("grant execute on function pg_current_wal_insert_lsn(), pg_current_wal_lsn() to public");
}
