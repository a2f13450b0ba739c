import { series } from "../series.ts";

/** Each process's own pools, written by the process itself. */
export const poolSeries = series({
  table: "pool",
  by: ["process", "pool"],
  values: { max: "last", total: "last", idle: "last", waiting: "last", wait_ms: "last", acquired: "last", errors: "last" },
  levels: [{ suffix: "", seconds: 10, days: 1 }],
});
