import { z } from "zod";
import { needsMonitor, probe } from "../probe.ts";

/** What only a scraper asks for: the views as they are, for every database of the server. */
export const databases = probe({
  name: "databases",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  sql: () => `
select d.datid::bigint as id, d.datname as name, d.numbackends, d.xact_commit::bigint as commits, d.xact_rollback::bigint as rollbacks,
       d.blks_read::bigint as blocks_read, d.blks_hit::bigint as blocks_hit, d.tup_returned::bigint as returned, d.tup_fetched::bigint as fetched,
       d.tup_inserted::bigint as inserted, d.tup_updated::bigint as updated, d.tup_deleted::bigint as deleted, d.conflicts::bigint,
       d.temp_files::bigint, d.temp_bytes::bigint, d.deadlocks::bigint, d.blk_read_time::float8 as read_ms, d.blk_write_time::float8 as write_ms, d.stats_reset
from pg_stat_database d where d.datname is not null`,
  row: z.object({
    id: z.number(),
    name: z.string(),
    numbackends: z.number(),
    commits: z.number(),
    rollbacks: z.number(),
    blocks_read: z.number(),
    blocks_hit: z.number(),
    returned: z.number(),
    fetched: z.number(),
    inserted: z.number(),
    updated: z.number(),
    deleted: z.number(),
    conflicts: z.number(),
    temp_files: z.number(),
    temp_bytes: z.number(),
    deadlocks: z.number(),
    read_ms: z.number(),
    write_ms: z.number(),
    stats_reset: z.date().nullable(),
  }),
});

/** Locks held and wanted, by mode; a few rows however many locks there are. */
export const lockModes = probe({
  name: "lock_modes",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  sql: () => `
select coalesce(d.datname, '') as database, lower(l.mode) as mode, count(*)::int as n
from pg_locks l left join pg_database d on d.oid = l.database where l.pid is distinct from pg_backend_pid() group by 1, 2`,
  row: z.object({ database: z.string(), mode: z.string(), n: z.number() }),
});

export const writer = probe({
  name: "background_writer",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  sql: () =>
    `select buffers_clean::bigint as clean, maxwritten_clean::bigint as maxwritten, buffers_alloc::bigint as allocated, stats_reset from pg_stat_bgwriter`,
  row: z.object({ clean: z.number(), maxwritten: z.number(), allocated: z.number(), stats_reset: z.date().nullable() }),
});

export const roles = probe({
  name: "roles",
  lane: "slow",
  everyMs: 60_000,
  timeoutMs: 2000,
  missing: needsMonitor,
  sql: () => `select rolname as name, rolconnlimit as connections from pg_roles where rolcanlogin`,
  row: z.object({ name: z.string(), connections: z.number() }),
});
