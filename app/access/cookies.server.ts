import { env } from "~/platform/env.server.ts";
import { validZone } from "~/platform/zone.ts";

const secure = () => env().production;
const named = (name: string) => (secure() ? `__Host-${name}` : name);

export function readCookie(request: Request, name: string): string | null {
  const wanted = named(name);
  for (const part of (request.headers.get("Cookie") ?? "").split(";")) {
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

export function setCookie(name: string, value: string, maxAgeSeconds: number, httpOnly = true): string {
  return [
    `${named(name)}=${encodeURIComponent(value)}`,
    "Path=/",
    `Max-Age=${maxAgeSeconds}`,
    "SameSite=Lax",
    httpOnly ? "HttpOnly" : "",
    secure() ? "Secure" : "",
  ]
    .filter(Boolean)
    .join("; ");
}

export const clearCookie = (name: string) => setCookie(name, "", 0);

export const SESSION = "invigil_session";
export const DEVICE = "invigil_device";
export const AFTER = "invigil_after";
export const THEME = "invigil_theme";
export const ZONE = "invigil_zone";

/** In which zone this reader wants to read times. */
export const zoneOf = (request: Request): string => validZone(readCookie(request, ZONE));
