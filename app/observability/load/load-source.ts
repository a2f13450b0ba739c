import type { Source } from "../source.ts";
import type { Load } from "./read-load.server.ts";

/** What the load chart is made of, and the last moment that it tells of. */
export const loadSource = (load: Pick<Load, "source" | "newest">, target: string): Source => ({
  sql: `sessions at work, each second, summed from ${load.source}\ndivided by the seconds sampled (telemetry.tick)`,
  target,
  at: load.newest === null ? null : new Date(load.newest).toISOString().replace("T", " ").slice(0, 19),
});
