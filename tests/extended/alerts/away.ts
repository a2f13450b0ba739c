import { randomUUID } from "node:crypto";
import type { Condition } from "./condition.ts";

export const leaseElsewhere: Condition = {
  says: "someone else holds the collector's lease, and does nothing with it",
  alerts: { InvigilNobodySamples: true },
  async make(world) {
    await world.run("update console.lease set holder = $1, expires_at = now() + interval '1 hour' where name = 'collector'", [
      randomUUID(),
    ]);
    return () => world.run("update console.lease set expires_at = now() - interval '1 second' where name = 'collector'");
  },
};

export const collectorHangs: Condition = {
  says: "the collector's process hangs",
  alerts: { InvigilNobodySamples: true },
  async make(world) {
    const goOn = world.hang("collector");
    return async () => goOn();
  },
};

export const consoleHangs: Condition = {
  says: "the console's process hangs",
  alerts: { InvigilCollectorAway: true },
  async make(world) {
    const goOn = world.hang("server");
    return async () => goOn();
  },
};

export const primaryStopped: Condition = {
  says: "the primary is stopped",
  alerts: { InvigilTargetDown: true },
  make: (world) => world.stopPrimary(),
};
