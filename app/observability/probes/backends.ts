import { z } from "zod";
import { SAMPLES_KEPT_DAYS } from "~/platform/range.ts";
import { needsMonitor, probe } from "../probe.ts";
import { maskedName } from "../queries/mask.ts";
import { series } from "../series.ts";

/** The second itself. `ticks` are summed beside the counts: a mean is one division, and a second without a sample is no zero. */
export const tickSeries = series({
  table: "tick",
  by: ["target"],
  values: {
    total: "sum",
    active: "sum",
    idle: "sum",
    idle_in_transaction: "sum",
    lock_waiting: "sum",
    longest_query_ms: "max",
    longest_transaction_ms: "max",
  },
  filled: { ticks: "sum" },
  levels: [
    { suffix: "", seconds: 1, days: 1 },
    { suffix: "_1m", seconds: 60, days: 8 },
    { suffix: "_5m", seconds: 300, days: 30 },
    { suffix: "_1h", seconds: 3600, days: SAMPLES_KEPT_DAYS },
  ],
});

/** How many sessions there are, by everything one would group them by, with the server's limits beside them. */
export const backends = probe({
  name: "backends",
  lane: "fast",
  everyMs: 1000,
  timeoutMs: 900,
  missing: needsMonitor,
  sql: () => `
select coalesce(a.state, 'starting') as state, a.usename as username, a.application_name as app, a.datname as database, a.backend_type,
       coalesce(a.wait_event_type, '') as wait_class, coalesce(a.wait_event, '') as wait_event, count(*)::int as n,
       (extract(epoch from max(clock_timestamp() - a.state_change)))::float8 as longest_s,
       current_setting('max_connections')::int as max_connections,
       current_setting('superuser_reserved_connections')::int as superuser_reserved,
       coalesce(current_setting('reserved_connections', true), '0')::int as reserved
from pg_stat_activity a
where a.backend_type in ('client backend', 'walsender')
group by 1, 2, 3, 4, 5, 6, 7`,
  row: z.object({
    state: z.string(),
    username: z.string().nullable(),
    app: maskedName,
    database: z.string().nullable(),
    backend_type: z.string(),
    wait_class: z.string(),
    wait_event: z.string(),
    n: z.number(),
    longest_s: z.number().nullable(),
    max_connections: z.number(),
    superuser_reserved: z.number(),
    reserved: z.number(),
  }),
});
