import { env } from "~/platform/env.server.ts";
import type { LoginRole } from "./cluster/roles.server.ts";
import { hostsOf, splitHosts, type Hosts } from "./hosts.server.ts";

export type DbRole = LoginRole;

export const roleName = (role: DbRole) => `invigil_${role}`;

/** `url` is the one to connect to now; where several hosts are named, `hosts` finds the one that takes writes. */
export type Connection = { url: string; role?: string; hosts?: Hosts };

function at(url: string, role?: string): Connection {
  const hosts = hostsOf(url);
  return { url: hosts?.current ?? url, ...(role ? { role } : {}), ...(hosts ? { hosts } : {}) };
}

/**
 * Where and as whom to connect. The supervisor of the embedded cluster hands each role its own login; with one
 * DATABASE_URL the login becomes the role at connect.
 */
export function connection(role: DbRole): Connection {
  const own = process.env[`INVIGIL_URL_${role.toUpperCase()}`];
  if (own) return at(own);
  const url = env().DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set, and no embedded cluster is running: use npm start");
  return role === "owner" ? at(url) : at(url, roleName(role));
}

/** Before a single connection is made of it: which of several hosts takes writes. */
export async function settledConnection(role: DbRole): Promise<Connection> {
  await connection(role).hosts?.choose();
  return connection(role);
}

/** The same role on another server (a standby): its host, port and database with our login. */
export function connectionAt(role: DbRole, serverUrl: string): { url: string; role?: string } {
  const own = process.env[`INVIGIL_URL_${role.toUpperCase()}`];
  if (!own) return role === "owner" ? { url: serverUrl } : { url: serverUrl, role: roleName(role) };
  const target = new URL(serverUrl);
  // Of several hosts any will do: the login is the same.
  const login = new URL(splitHosts(own)[0]!);
  target.username = login.username;
  target.password = login.password;
  return { url: target.toString() };
}
