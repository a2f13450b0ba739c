import { poolSeries } from "./connections/pool-series.ts";
import { loadSeries } from "./probes/activity.ts";
import { tickSeries } from "./probes/backends.ts";
import { indexSeries, tableSeries } from "./probes/relations.ts";
import { statementSeries } from "./probes/statements.ts";
import { metricSeries } from "./metric-series.ts";
import type { Series } from "./series.ts";

/** Everything that is stored over time. */
export const ALL_SERIES: readonly Series[] = [
  loadSeries,
  tickSeries,
  statementSeries,
  metricSeries,
  tableSeries,
  indexSeries,
  poolSeries,
];
