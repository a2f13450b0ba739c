import { z } from "zod";
import { needsMonitor, probe } from "../probe.ts";
import { maskedName, maskedStatement } from "../queries/mask.ts";

const SHOWN = 12;

/**
 * Who has held a connection longest without using it. Asked when someone looks, never each second: with thousands of idle
 * sessions, listing them would be load of its own.
 */
export const idleLongest = probe({
  name: "idle_longest",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  missing: needsMonitor,
  sql: () => `
select a.pid, a.backend_start, a.usename as username, a.application_name as app, host(a.client_addr) as address,
       (extract(epoch from clock_timestamp() - a.state_change) * 1000)::bigint as idle_ms, left(a.query, 500) as query
from pg_stat_activity a
where a.backend_type = 'client backend' and a.state = 'idle' and a.pid <> pg_backend_pid()
order by a.state_change limit ${SHOWN}`,
  row: z.object({
    pid: z.number(),
    backend_start: z.date().nullable(),
    username: z.string().nullable(),
    app: maskedName,
    address: z.string().nullable(),
    idle_ms: z.number().nullable(),
    query: maskedStatement,
  }),
});
