import { env } from "~/platform/env.server.ts";
import type { LoginRole } from "./cluster/roles.server.ts";
import { hostsOf, splitHosts, type Hosts } from "./hosts.server.ts";

export type DbRole = LoginRole;

export const roleName = (role: DbRole) => `invigil_${role}`;

/** `url` is the one to connect to now; where several hosts are named, `hosts` finds the one that takes writes. */
export type Connection = { url: string; role?: string; hosts?: Hosts; readOnly?: true };

function at(url: string, role?: string): Connection {
  const hosts = hostsOf(url);
  return { url: hosts?.current ?? url, ...(role ? { role } : {}), ...(hosts ? { hosts } : {}) };
}

/** What these do, they do to the server that is watched. Every other role works on the console's own data. */
const WATCHES: ReadonlySet<DbRole> = new Set(["observer", "signaller"]);

/** Somebody else's server: the login as it is, and the server itself refuses every write. */
function watchedAt(url: string): Connection {
  const hosts = hostsOf(url, "watched");
  return { url: hosts?.current ?? url, readOnly: true, ...(hosts ? { hosts } : {}) };
}

/**
 * Where and as whom to connect. The supervisor of the embedded cluster hands each role its own login; with one
 * DATABASE_URL the login becomes the role at connect. With INVIGIL_DATABASE_URL, that is where the console works, and
 * DATABASE_URL is only watched.
 */
export function connection(role: DbRole): Connection {
  const own = process.env[`INVIGIL_URL_${role.toUpperCase()}`];
  const { INVIGIL_DATABASE_URL, DATABASE_URL, observe } = env();
  if (observe && WATCHES.has(role)) return watchedAt(own ?? DATABASE_URL!);
  if (own) return at(own);
  const url = INVIGIL_DATABASE_URL ?? DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set, and no embedded cluster is running: use npm start");
  return role === "owner" ? at(url) : at(url, roleName(role));
}

/** Before a single connection is made of it: which of several hosts takes writes. */
export async function settledConnection(role: DbRole): Promise<Connection> {
  await connection(role).hosts?.choose();
  return connection(role);
}

/** The same role on another server (a standby): its host, port and database with our login. */
export function connectionAt(role: DbRole, serverUrl: string): Pick<Connection, "url" | "role" | "readOnly"> {
  const own = process.env[`INVIGIL_URL_${role.toUpperCase()}`];
  // A watched standby has a login of its own in its address.
  if (env().observe && WATCHES.has(role)) return { url: own ? withLogin(own, serverUrl) : serverUrl, readOnly: true };
  if (!own) return role === "owner" ? { url: serverUrl } : { url: serverUrl, role: roleName(role) };
  return { url: withLogin(own, serverUrl) };
}

function withLogin(of: string, serverUrl: string): string {
  const target = new URL(serverUrl);
  // Of several hosts any will do: the login is the same.
  const login = new URL(splitHosts(of)[0]!);
  target.username = login.username;
  target.password = login.password;
  return target.toString();
}

/** Standbys that the console's own reads may go to: those of a watched server hold nothing of ours. */
export const consoleReplicas = () => (env().observe ? [] : env().replicas);

/** As what a watched server's own people see us there: nobody else's name is taken for ours. */
export const watcherName = (name: string) => (env().observe ? `invigil ${name}` : name);
