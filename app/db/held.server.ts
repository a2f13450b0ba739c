import { AsyncLocalStorage } from "node:async_hooks";
import { env } from "~/platform/env.server.ts";
import { log } from "~/platform/log.server.ts";
import { singleton } from "~/platform/singleton.ts";

/**
 * Whoever holds a connection must not wait for another one: as many such readers at once as the pool is large, and each
 * waits for what the others hold. Work inside a transaction is known by its async context, however deep it is called.
 */
type Hold = { over: boolean };

class NestedAcquire extends Error {}

const current = () => singleton("db.held", () => new AsyncLocalStorage<Hold>());
const places = () => singleton("db.held.places", () => new Set<string>());

/** Runs `work` as the holder of a connection, until it ends. What it leaves running behind holds nothing. */
export async function whileHeld<T>(work: () => Promise<T>): Promise<T> {
  const hold: Hold = { over: false };
  try {
    return await current().run(hold, work);
  } finally {
    hold.over = true;
  }
}

export function holdsConnection(): boolean {
  const hold = current().getStore();
  return hold !== undefined && !hold.over;
}

/** Where it was asked for: the frames above the ones that every query passes through. */
function placeOf(error: Error): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  Error.captureStackTrace(error);
  Error.stackTraceLimit = stackTraceLimit;
  const frames = (error.stack ?? "").split("\n").slice(1);
  const own = /\/db\/(held\.server|pool\.server|scope\.server|query)\.ts|pg-pool|node:/;
  return frames
    .filter((frame) => !own.test(frame))
    .slice(0, 4)
    .map((frame) => frame.trim())
    .join(" < ");
}

/** In production the work goes on, and each such place is logged once; anywhere else it fails at once. */
export function refuseNested(pool: string): void {
  if (!holdsConnection()) return;
  const error = new NestedAcquire("A second connection was requested while one is held: pass tx, or read first");
  const place = placeOf(error);
  const known = places().has(place);
  places().add(place);
  if (env().NODE_ENV !== "production") throw error;
  if (!known) log.error({ pool, place }, error.message);
}

/** The places since it was last asked: a refusal that someone caught would otherwise go unnoticed in a test. */
export function takeNestedPlaces(): string[] {
  const found = [...places()];
  places().clear();
  return found;
}
