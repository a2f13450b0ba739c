import { z } from "zod";
import { needsMonitor, probe } from "../probe.ts";
import { maskName } from "../queries/mask.ts";

export const IDLE_BUCKETS = [1, 2, 5, 15, 30, 60, 90, 120, 300] as const;

/** What only a scraper asks for: the views as they are, for every database of the server. */
export const databases = probe({
  name: "databases",
  lane: "slow",
  // As often as our own Prometheus scrapes, so that a rate over a short time has two totals to compare.
  everyMs: 5000,
  timeoutMs: 2000,
  // Without a database (0) stand the objects that all of them share.
  sql: () => `
select d.datid::bigint as id, coalesce(d.datname, '') as name, d.numbackends, d.xact_commit::bigint as commits, d.xact_rollback::bigint as rollbacks,
       d.blks_read::bigint as blocks_read, d.blks_hit::bigint as blocks_hit, d.tup_returned::bigint as returned, d.tup_fetched::bigint as fetched,
       d.tup_inserted::bigint as inserted, d.tup_updated::bigint as updated, d.tup_deleted::bigint as deleted, d.conflicts::bigint,
       d.temp_files::bigint, d.temp_bytes::bigint, d.deadlocks::bigint, d.blk_read_time::float8 as read_ms, d.blk_write_time::float8 as write_ms, d.stats_reset,
       d.session_time::float8 as session_ms, d.active_time::float8 as active_ms, d.idle_in_transaction_time::float8 as idle_ms, d.sessions::bigint,
       d.sessions_abandoned::bigint, d.sessions_fatal::bigint, d.sessions_killed::bigint, d.checksum_failures::bigint,
       c.confl_tablespace::bigint, c.confl_lock::bigint, c.confl_snapshot::bigint, c.confl_bufferpin::bigint, c.confl_deadlock::bigint, b.datconnlimit as connection_limit
from pg_stat_database d
left join pg_database b on b.oid = d.datid
left join pg_stat_database_conflicts c on c.datid = d.datid
where b.oid is not null or d.datid = 0`,
  row: z.object({
    id: z.number(),
    name: z.string(),
    numbackends: z.number().nullable(),
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
    session_ms: z.number(),
    active_ms: z.number(),
    idle_ms: z.number(),
    sessions: z.number(),
    sessions_abandoned: z.number(),
    sessions_fatal: z.number(),
    sessions_killed: z.number(),
    checksum_failures: z.number().nullable(),
    confl_tablespace: z.number().nullable(),
    confl_lock: z.number().nullable(),
    confl_snapshot: z.number().nullable(),
    confl_bufferpin: z.number().nullable(),
    confl_deadlock: z.number().nullable(),
    connection_limit: z.number().nullable(),
  }),
});

/** How long sessions that do nothing have done so, in the buckets that postgres_exporter has; a few rows however many there are. */
export const idleSessions = probe({
  name: "idle_sessions",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  missing: needsMonitor,
  sql: () => `
select a.state, coalesce(a.application_name, '') as app, count(*)::int as n, sum(a.age)::float8 as seconds,
       array(select count(*) filter (where b.age <= le)::int from unnest(array_agg(a.age)) b(age), unnest('{${IDLE_BUCKETS.join(",")}}'::int[]) le group by le order by le) as buckets
from (select state, application_name, floor(extract(epoch from clock_timestamp() - state_change))::bigint as age from pg_stat_activity where state ~ '^idle') a
group by 1, 2`,
  row: z.object({
    state: z.string(),
    app: z.string().transform(maskName),
    n: z.number(),
    seconds: z.number(),
    buckets: z.array(z.number()),
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
  // Backends' own writes left this view for pg_stat_io in 17.
  sql: (server) =>
    `select buffers_clean::bigint as clean, maxwritten_clean::bigint as maxwritten, buffers_alloc::bigint as allocated, stats_reset,
            ${server.major >= 17 ? "null::bigint as backend, null::bigint as backend_fsync" : "buffers_backend::bigint as backend, buffers_backend_fsync::bigint as backend_fsync"} from pg_stat_bgwriter`,
  row: z.object({
    clean: z.number(),
    maxwritten: z.number(),
    allocated: z.number(),
    stats_reset: z.date().nullable(),
    backend: z.number().nullable(),
    backend_fsync: z.number().nullable(),
  }),
});

/** How full shared buffers are, in one row; none where pg_buffercache is not installed, which few servers have. */
export const bufferCache = probe({
  name: "buffer_cache",
  lane: "slow",
  everyMs: 60_000,
  timeoutMs: 2000,
  sql: (server) => `
select buffers_used::bigint as used, buffers_unused::bigint as unused, buffers_dirty::bigint as dirty,
       buffers_pinned::bigint as pinned, coalesce(usagecount_avg, 0)::float8 as usage
from ${
    server.buffercache === null
      ? "(select 0 as buffers_used, 0 as buffers_unused, 0 as buffers_dirty, 0 as buffers_pinned, 0 as usagecount_avg) s where false"
      : `"${server.buffercache}".pg_buffercache_summary()`
  }`,
  row: z.object({ used: z.number(), unused: z.number(), dirty: z.number(), pinned: z.number(), usage: z.number() }),
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
