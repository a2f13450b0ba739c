import { timingSafeEqual } from "node:crypto";
import { env } from "~/platform/env.server.ts";

/** With METRICS_TOKEN, whoever holds it; without, this machine only. */
export function mayScrape(address: string | undefined, authorization: string | undefined): boolean {
  const token = env().METRICS_TOKEN;
  if (!token) return address === "127.0.0.1" || address === "::1" || address === "::ffff:127.0.0.1";
  const given = Buffer.from(authorization ?? "");
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
