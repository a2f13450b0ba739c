import { createHmac, timingSafeEqual } from "node:crypto";
import { sessionSecret } from "~/access/secrets.server.ts";
import { env } from "~/platform/env.server.ts";
import type { Sample } from "./sample.ts";
import { unpack, unpackSample } from "./wire.ts";

/** What web and collector know and nobody else: samples hold more than a scraper may see. */
const linkToken = () => createHmac("sha256", sessionSecret()).update("collector-link").digest("base64url");

export function mayRead(authorization: string | undefined): boolean {
  const given = Buffer.from(authorization ?? "");
  const expected = Buffer.from(`Bearer ${linkToken()}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const WAIT_MS = 800;

/** Asks the collector; null when it does not answer or is not the active one. */
export const askCollector = <T>(path: string): Promise<T | null> => askFor(path, unpack<T>);

export const askForSample = (target: string, probe: string): Promise<Sample | null> =>
  askFor(`/internal/sample?${new URLSearchParams({ target, probe })}`, unpackSample);

async function askFor<T>(path: string, read: (text: string) => T | Promise<T>): Promise<T | null> {
  const { HOST, COLLECTOR_PORT } = env();
  if (COLLECTOR_PORT === 0) return null;
  try {
    const host = HOST === "0.0.0.0" ? "127.0.0.1" : HOST;
    const response = await fetch(`http://${host}:${COLLECTOR_PORT}${path}`, {
      headers: { Authorization: `Bearer ${linkToken()}` },
      signal: AbortSignal.timeout(WAIT_MS),
    });
    return response.ok ? await read(await response.text()) : null;
  } catch {
    return null;
  }
}
