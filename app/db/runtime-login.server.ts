import pg from "pg";
import { env } from "~/platform/env.server.ts";
import { ClusterError } from "./cluster/errors.ts";
import { ownVariable, type Finding } from "./doctor.server.ts";
import { settledConnection } from "./urls.server.ts";

/** Beside a server that is only watched, the console works as two of the roles. */
const create = () =>
  "CREATE ROLE invigil_console LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS PASSWORD '…'; " +
  `GRANT ${env().observe ? "invigil_app, invigil_sequencer" : "invigil_app, invigil_observer, invigil_signaller, invigil_sequencer, invigil_platform_app"} TO invigil_console;`;

const then = () => `put it into ${ownVariable()}, and the login that migrates into INVIGIL_URL_OWNER`;

type Login = { login: string; bypasses: boolean; owns: boolean };

async function loginOf(url: string): Promise<Login> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Login>(
      `select rolname as login, rolsuper or rolbypassrls as bypasses,
              exists (select 1
                      from pg_class c
                      where c.relnamespace = to_regnamespace('console') and pg_has_role(r.oid, c.relowner, 'USAGE')) as owns
       from pg_roles r
       where rolname = session_user`,
    );
    return rows[0]!;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * A statement of ours can always say RESET ROLE, so what counts is the login that web and collector came in with, not the
 * role it became.
 */
export async function runtimeLogin(): Promise<Finding> {
  const { url, role } = await settledConnection("app");
  const variable = role ? ownVariable() : "INVIGIL_URL_APP";
  const { login, bypasses, owns } = await loginOf(url);
  const name = "runtime login";
  if (bypasses)
    return {
      name,
      level: env().production ? "error" : "warning",
      says: `${variable}: the login ${login} can bypass row security; create one that can't, ${then()}`,
      fix: create(),
    };
  if (owns)
    return {
      name,
      level: "warning",
      says: `${variable}: the login ${login} owns the tables, so RESET ROLE leads to all of them; create one that owns nothing, ${then()}`,
      fix: create(),
    };
  return { name, level: "ok", says: `the login ${login} owns nothing and can't bypass row security` };
}

/**
 * In production nothing runs as a login that could bypass row security. A database that does not answer is no reason: the
 * console starts without it, and every connection is looked at again when it is made.
 */
export async function refuseRuntimeLogin(): Promise<void> {
  if (!env().production) return;
  const finding = await runtimeLogin().catch(() => null);
  if (finding?.level === "error") throw new ClusterError(`${finding.says}: ${finding.fix}`);
}
