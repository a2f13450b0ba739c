import net from "node:net";
import os from "node:os";
import { env, type Env } from "~/platform/env.server.ts";

const hostOf = (authority: string): string | null => {
  const url = `http://${authority}`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, "").toLowerCase() : null;
};

/**
 * Whether a Host header names this console. A page elsewhere can make its own name lead to this machine (DNS rebinding), and
 * would then read what the console shows it; an address or a name of ours it can't take.
 */
export function isOurHost(header: string | undefined, of: Pick<Env, "HOST" | "INVIGIL_URL" | "ALLOWED_HOSTS"> = env()): boolean {
  if (header === undefined) return true;
  const host = hostOf(header);
  if (host === null) return false;
  if (net.isIP(host) !== 0 || host === "localhost" || host.endsWith(".localhost")) return true;
  const own = [of.HOST, new URL(of.INVIGIL_URL).hostname, os.hostname(), ...of.ALLOWED_HOSTS];
  return own.some((name) => name.toLowerCase() === host);
}

export const NOT_OUR_HOST =
  "This console does not answer under this name. Set INVIGIL_URL to its address, or add the name to ALLOWED_HOSTS.";
