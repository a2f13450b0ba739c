import type { IncomingHttpHeaders } from "node:http";
import { rangeQuery, withRange } from "~/platform/range.ts";
import { validZone } from "~/platform/zone.ts";

/** Set by the door (access/http), never by a client: this request came by TLS, so cookies are bound to this host and to TLS. */
export const SECURE_HEADER = "x-invigil-secure";
const HOST_PREFIX = "__Host-";

function find(cookies: string, wanted: string): string | null {
  for (const part of cookies.split(";")) {
    const equals = part.indexOf("=");
    if (equals > 0 && part.slice(0, equals).trim() === wanted) {
      try {
        return decodeURIComponent(part.slice(equals + 1).trim());
      } catch {
        return null;
      }
    }
  }
  return null;
}

/** By TLS only the name counts that no other host and no plain connection can set. */
const named = (name: string, secure: boolean) => (secure ? `${HOST_PREFIX}${name}` : name);

export const readCookie = (request: Request, name: string): string | null =>
  find(request.headers.get("Cookie") ?? "", named(name, request.headers.get(SECURE_HEADER) === "1"));

/** The same of a request that has not become one of the web's own yet. */
export const readCookieHeader = (headers: IncomingHttpHeaders, name: string): string | null =>
  find(headers.cookie ?? "", named(name, headers[SECURE_HEADER] === "1"));

/** The door makes it `__Host-` and `Secure` where the request came by TLS. */
export function setCookie(name: string, value: string, maxAgeSeconds: number, httpOnly = true): string {
  const parts = [`${name}=${encodeURIComponent(value)}`, "Path=/", `Max-Age=${maxAgeSeconds}`, "SameSite=Lax"];
  return [...parts, ...(httpOnly ? ["HttpOnly"] : [])].join("; ");
}

export const secureCookie = (cookie: string): string =>
  cookie.startsWith(HOST_PREFIX) ? cookie : `${HOST_PREFIX}${cookie}; Secure`;

export const clearCookie = (name: string) => setCookie(name, "", 0);

export const SESSION = "invigil_session";
export const DEVICE = "invigil_device";
export const AFTER = "invigil_after";
export const THEME = "invigil_theme";
export const ZONE = "invigil_zone";
const RANGE = "invigil_range";
/** As long as someone is at one thing: tomorrow the usual range is the right one again. */
const RANGE_SECONDS = 2 * 3600;

/** In which zone this reader wants to read times. */
export const zoneOf = (request: Request): string => validZone(readCookie(request, ZONE));

/** The range that this reader looked at last, for a page whose address names none. */
export const rememberedRange = (request: Request): string => rangeQuery(new URLSearchParams(readCookie(request, RANGE) ?? ""));

/** What keeps the range of this address; null where it names none, or the one that is kept already. */
export function rememberRange(request: Request): string | null {
  const range = rangeQuery(new URL(request.url).searchParams);
  return range && range !== rememberedRange(request) ? setCookie(RANGE, range, RANGE_SECONDS) : null;
}

/** An address as a page reads it: with the range that was looked at last where it names none. */
export function withRememberedRange(request: Request): URL {
  const url = new URL(request.url);
  return new URL(withRange(`${url.pathname}${url.search}`, rememberedRange(request)), url);
}
