import { Counter, Histogram } from "prom-client";
import type { Ctx } from "~/db/ctx.ts";
import { AppError } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { singleton } from "~/platform/singleton.ts";

/** The documents' slow call: one second. */
const SLOW_CALL_MS = 1000;
const KEPT = 200;

export type SlowCall = { at: Date; verb: string; tenant: string | null; requestId: string; ms: number; failed: boolean };

const meters = () =>
  singleton("verbs.meters", () => ({
    duration: new Histogram({
      name: "invigil_verb_duration_seconds",
      help: "Time a verb took, from permission to commit",
      labelNames: ["verb"],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
    errors: new Counter({
      name: "invigil_verb_errors_total",
      help: "Verbs that ended in an error, by kind",
      labelNames: ["verb", "error"],
    }),
    slow: [] as SlowCall[],
  }));

/** The latest slow calls of this process, newest first. */
export const slowCalls = (): readonly SlowCall[] => meters().slow;

/** Each verb's count, duration and errors, in one place. */
export async function measure<T>(verb: string, ctx: Ctx, run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const { duration, errors, slow } = meters();
  let failed = false;
  try {
    return await run();
  } catch (error) {
    failed = true;
    errors.inc({ verb, error: error instanceof AppError ? error.name : "Error" });
    throw error;
  } finally {
    const ms = performance.now() - started;
    duration.observe({ verb }, ms / 1000);
    if (ms >= SLOW_CALL_MS) {
      const call = { at: new Date(), verb, tenant: ctx.tenantTag ?? null, requestId: ctx.requestId, ms: Math.round(ms), failed };
      slow.unshift(call);
      slow.length = Math.min(slow.length, KEPT);
      log.warn({ ...call }, "slow verb");
    }
  }
}
