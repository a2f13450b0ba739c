import { z } from "zod";
import { SAMPLES_KEPT_DAYS } from "~/platform/range.ts";
import { needsMonitor, probe } from "../probe.ts";
import { maskedName, maskedStatement } from "../queries/mask.ts";
import { series } from "../series.ts";

/** Sessions at work, second by second, by what they were doing. */
export const loadSeries = series({
  table: "load",
  by: ["target", "wait_class", "wait_event", "query_id", "tenant", "username", "app"],
  values: { n: "sum" },
  levels: [
    { suffix: "", seconds: 1, days: 1 },
    { suffix: "_1m", seconds: 60, days: 8 },
    { suffix: "_5m", seconds: 300, days: 30 },
    { suffix: "_1h", seconds: 3600, days: SAMPLES_KEPT_DAYS },
  ],
});

/**
 * Every session that is doing something or holds something open. Idle ones are only counted (see backends): with
 * thousands of them, listing each every second would be load of its own.
 */
export const activity = probe({
  name: "activity",
  lane: "fast",
  everyMs: 1000,
  timeoutMs: 900,
  missing: needsMonitor,
  sql: () => `
select a.pid, a.backend_start, a.datname as database, a.usename as username, a.application_name as app, host(a.client_addr) as address,
       a.backend_type, coalesce(a.state, 'active') as state, a.wait_event_type as wait_class, a.wait_event, a.query_id::text as query_id, left(a.query, 2000) as query,
       a.xact_start, a.query_start, a.state_change,
       (extract(epoch from clock_timestamp() - a.query_start) * 1000)::bigint as query_ms,
       (extract(epoch from clock_timestamp() - a.xact_start) * 1000)::bigint as transaction_ms,
       (extract(epoch from clock_timestamp() - a.state_change) * 1000)::bigint as state_ms,
       age(a.backend_xmin)::bigint as xmin_age, (a.backend_xid is not null) as has_xid, a.leader_pid
from pg_stat_activity a
where a.pid <> pg_backend_pid()
  and (a.state <> 'idle' or a.state is null and a.backend_type not in ('client backend', 'walsender')
       and coalesce(a.wait_event_type, '') not in ('Activity', 'Extension', ''))`,
  row: z.object({
    pid: z.number(),
    backend_start: z.date().nullable(),
    database: z.string().nullable(),
    username: z.string().nullable(),
    app: maskedName,
    address: z.string().nullable(),
    backend_type: z.string(),
    state: z.string(),
    wait_class: z.string().nullable(),
    wait_event: z.string().nullable(),
    query_id: z.string().nullable(),
    query: maskedStatement,
    xact_start: z.date().nullable(),
    query_start: z.date().nullable(),
    state_change: z.date().nullable(),
    query_ms: z.number().nullable(),
    transaction_ms: z.number().nullable(),
    state_ms: z.number().nullable(),
    xmin_age: z.number().nullable(),
    has_xid: z.boolean(),
    leader_pid: z.number().nullable(),
  }),
});
