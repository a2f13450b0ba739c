import { env } from "~/platform/env.server.ts";
import type { LoginRole } from "./cluster/roles.server.ts";

export type DbRole = LoginRole;

export const roleName = (role: DbRole) => `invigil_${role}`;

/**
 * Where and as whom to connect. The supervisor of the embedded cluster hands each role its own login; with one
 * DATABASE_URL the login becomes the role at connect.
 */
export function connection(role: DbRole): { url: string; role?: string } {
  const own = process.env[`INVIGIL_URL_${role.toUpperCase()}`];
  if (own) return { url: own };
  const url = env().DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set, and no embedded cluster is running: use npm start");
  return role === "owner" ? { url } : { url, role: roleName(role) };
}

/** The same role on another server (a standby): its host, port and database with our login. */
export function connectionAt(role: DbRole, serverUrl: string): { url: string; role?: string } {
  const own = process.env[`INVIGIL_URL_${role.toUpperCase()}`];
  if (!own) return role === "owner" ? { url: serverUrl } : { url: serverUrl, role: roleName(role) };
  const target = new URL(serverUrl);
  const login = new URL(own);
  target.username = login.username;
  target.password = login.password;
  return { url: target.toString() };
}
