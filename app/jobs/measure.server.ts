import { Histogram } from "prom-client";
import { singleton } from "~/platform/singleton.ts";

const durations = () =>
  singleton(
    "jobs.meters",
    () =>
      new Histogram({
        name: "invigil_job_duration_seconds",
        help: "Time a job ran, by kind and how it ended",
        labelNames: ["kind", "state"],
        buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800],
      }),
  );

export const countJob = (kind: string, state: string, seconds: number): void => durations().observe({ kind, state }, seconds);
