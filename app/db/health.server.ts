import { z } from "zod";
import { cache } from "./cache.server.ts";
import { clients } from "./clients.server.ts";
import { firstRow } from "./query.ts";
import { sql } from "./sql.ts";

export type Check = { ok: boolean; ms?: number; error?: string };
export type Health = {
  status: "healthy" | "degraded" | "unhealthy";
  checks: { primary: Check; replicas: (Check & { name: string })[]; collector: Check & { expiresAt?: string } };
};

async function timed(run: () => Promise<void>): Promise<Check> {
  const started = performance.now();
  try {
    await Promise.race([
      run(),
      new Promise((_, reject) => {
        setTimeout(() => reject(new Error("no answer within 2 s")), 2000).unref();
      }),
    ]);
    return { ok: true, ms: Math.round(performance.now() - started) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Healthy: everything answers. Degraded: a standby or the collector is missing. Unhealthy: the primary is. */
export async function readiness(): Promise<Health> {
  const { primary, replicas } = clients();
  let lease: { expires_at: Date; alive: boolean } | null = null;
  const [primaryCheck, ...replicaChecks] = await Promise.all([
    timed(async () => {
      // By the database's clock, as the lease was taken.
      lease = await firstRow(
        primary,
        sql`select expires_at, expires_at > now() as alive from console.lease where name = 'collector'`,
        z.object({ expires_at: z.date(), alive: z.boolean() }),
      );
    }),
    ...replicas.all().map((replica) => timed(async () => void (await replica.pool.query("select 1")))),
  ]);
  const held = lease as { expires_at: Date; alive: boolean } | null;
  const alive = held?.alive === true;
  const collector = primaryCheck!.ok
    ? {
        ok: alive,
        ...(held ? { expiresAt: held.expires_at.toISOString() } : {}),
        ...(alive ? {} : { error: "no collector holds the lease" }),
      }
    : { ok: false, error: "not known while the primary is down" };
  const named = replicaChecks.map((check, index) => ({ name: replicas.all()[index]!.name, ...check! }));
  const status = !primaryCheck!.ok ? "unhealthy" : named.every((check) => check.ok) && collector.ok ? "healthy" : "degraded";
  return { status, checks: { primary: primaryCheck!, replicas: named, collector } };
}

/** Every overview shows it and none shows anything of a tenant: asked once for all of them. */
export const currentHealth = (): Promise<Health> =>
  cache.get(
    { actor: { kind: "anonymous", id: null, name: "health", email: null, role: "ANONYMOUS" }, scope: { kind: "none" } },
    { key: "health", of: [], ttlMs: 2000, read: readiness },
  );
