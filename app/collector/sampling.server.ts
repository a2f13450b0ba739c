import { AlertEngine } from "~/observability/alerts/engine.server.ts";
import { deliver } from "~/observability/alerts/notify.server.ts";
import { reportPools } from "~/observability/connections/pools.server.ts";
import { recordSpooledActs } from "~/observability/connections/spool.server.ts";
import { Sampler, watchedTargets } from "~/observability/sampler/sampler.server.ts";
import { ensureTelemetryPartitions, forgetOldTelemetry } from "~/observability/sampler/retention.server.ts";
import { rollUp } from "~/observability/sampler/rollup.server.ts";
import { env } from "~/platform/env.server.ts";
import { forgetOldTerms, type Lease } from "./lease.server.ts";
import type { Schedule } from "./schedule.server.ts";

/** The probes at work, and what runs beside them on a clock. Without ENABLE_DB_METRICS there is none of it. */
export function startSampling(lease: Lease): {
  sampler: Sampler | null;
  alerts: AlertEngine | null;
  schedules: Schedule[];
  stop(): Promise<void>;
} {
  if (!env().ENABLE_DB_METRICS) return { sampler: null, alerts: null, schedules: [], stop: async () => undefined };
  const sampler = new Sampler(watchedTargets(), lease.active, lease.maker);
  const alerts = new AlertEngine(sampler);
  sampler.start();
  return {
    sampler,
    alerts,
    schedules: [
      { name: "alerts.evaluate", every: 1000, run: async () => alerts.second(Date.now()) },
      { name: "alerts.refresh", every: 5000, run: () => alerts.refresh() },
      { name: "alerts.persist", every: 1000, run: () => alerts.persist() },
      { name: "notifications", every: 2000, run: () => deliver(new Date()) },
      { name: "acts.spooled", every: 10_000, always: true, run: async () => void (await recordSpooledActs()) },
      { name: "pools", every: 10_000, always: true, run: () => reportPools() },
      { name: "telemetry.persist", every: 2000, run: () => sampler.persist() },
      {
        name: "telemetry.rollup",
        every: 30_000,
        // Samples of an outage that still wait on disk belong into the sums.
        run: async () => (sampler.store.behind ? undefined : rollUp(new Date())),
      },
      { name: "telemetry.partitions", every: "13 * * * *", run: ensureTelemetryPartitions },
      { name: "telemetry.forget", every: "23 * * * *", run: forgetOldTelemetry },
      { name: "terms.forget", every: "29 * * * *", run: forgetOldTerms },
    ],
    stop: () => sampler.stop(),
  };
}
