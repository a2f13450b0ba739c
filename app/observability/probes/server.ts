import { z } from "zod";
import { named } from "../metric-series.ts";
import { needsMonitor, probe } from "../probe.ts";
import { maskedStatement, maskName } from "../queries/mask.ts";

/** The database's own counters. */
export const database = probe({
  name: "database",
  lane: "slow",
  everyMs: 5000,
  timeoutMs: 2000,
  sql: () => `
select d.xact_commit::bigint as commits, d.xact_rollback::bigint as rollbacks, d.blks_hit::bigint as blocks_hit, d.blks_read::bigint as blocks_read,
       d.tup_inserted::bigint as inserted, d.tup_updated::bigint as updated, d.tup_deleted::bigint as deleted, d.tup_returned::bigint as returned,
       d.temp_files::bigint, d.temp_bytes::bigint, d.deadlocks::bigint, d.conflicts::bigint, d.checksum_failures::bigint,
       d.blk_read_time::float8 as read_ms, d.blk_write_time::float8 as write_ms, d.sessions_fatal::bigint as fatal, d.sessions_killed::bigint as killed, d.stats_reset
from pg_stat_database d where d.datname = current_database()`,
  row: z.object({
    commits: z.number(),
    rollbacks: z.number(),
    blocks_hit: z.number(),
    blocks_read: z.number(),
    inserted: z.number(),
    updated: z.number(),
    deleted: z.number(),
    returned: z.number(),
    temp_files: z.number(),
    temp_bytes: z.number(),
    deadlocks: z.number(),
    conflicts: z.number(),
    /** Null: this cluster keeps no checksums, so nothing is known. */
    checksum_failures: z.number().nullable(),
    read_ms: z.number(),
    write_ms: z.number(),
    fatal: z.number(),
    killed: z.number(),
    stats_reset: z.date().nullable(),
  }),
  keeps: (keep) => [
    keep.rates(
      ["commits", "rollbacks", "blocks_hit", "blocks_read", "inserted", "updated", "deleted", "temp_bytes", "deadlocks"],
      (n, seconds) => {
        const blocks = n.blocks_hit + n.blocks_read;
        return [
          named("db.commits_per_s", n.commits / seconds),
          named("db.rollbacks_per_s", n.rollbacks / seconds),
          named("db.hit_ratio", blocks > 0 ? n.blocks_hit / blocks : null),
          named("db.blocks_per_s", blocks / seconds),
          named("db.rows_written_per_s", (n.inserted + n.updated + n.deleted) / seconds),
          named("db.temp_bytes_per_s", n.temp_bytes / seconds),
          named("db.deadlocks", n.deadlocks),
        ];
      },
    ),
  ],
});

/** Ages of every database, also of those that nobody may connect to: wraparound is a matter of the whole server. */
export const ages = probe({
  name: "ages",
  lane: "slow",
  everyMs: 60_000,
  timeoutMs: 2000,
  sql: () => `
select datname as database, age(datfrozenxid)::bigint as xid_age, mxid_age(datminmxid)::bigint as mxid_age, datname = current_database() as is_ours,
       datallowconn as connectable,
       current_setting('autovacuum_freeze_max_age')::bigint as freeze_max, current_setting('autovacuum_multixact_freeze_max_age')::bigint as mxid_freeze_max
from pg_database`,
  row: z.object({
    database: z.string(),
    xid_age: z.number(),
    mxid_age: z.number(),
    is_ours: z.boolean(),
    connectable: z.boolean(),
    freeze_max: z.number(),
    mxid_freeze_max: z.number(),
  }),
  keeps: (keep) => [
    keep.numbers((row) => [named("age.xid", row.xid_age, row.database), named("age.mxid", row.mxid_age, row.database)]),
  ],
});

/** What keeps old row versions from being removed, and by whom. */
export const horizon = probe({
  name: "horizon",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  on: "primary",
  missing: needsMonitor,
  sql: () => `
select * from (
select 'session' as kind, coalesce(application_name, '') as holder, pid, age(backend_xmin)::bigint as age, xact_start as since from pg_stat_activity where backend_xmin is not null and pid <> pg_backend_pid()
union all select 'slot', slot_name, null, greatest(age(xmin), age(catalog_xmin))::bigint, null from pg_replication_slots where xmin is not null or catalog_xmin is not null
union all select 'standby', application_name, pid, age(backend_xmin)::bigint, backend_start from pg_stat_replication where backend_xmin is not null
union all select 'prepared', gid, null, age(transaction)::bigint, prepared from pg_prepared_xacts
) held
-- A session inherits the age of what holds it: the holder stands first.
order by age desc, case kind when 'session' then 1 else 0 end limit 20`,
  row: z
    .object({
      kind: z.string(),
      holder: z.string().transform(maskName),
      pid: z.number().nullable(),
      age: z.number(),
      since: z.date().nullable(),
    })
    .transform(({ pid, holder, ...row }) => ({ ...row, holder: row.kind === "session" ? `${pid} ${holder}` : holder })),
});

export const io = probe({
  name: "io",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  missing: (server) =>
    server.major < 16
      ? { reason: `pg_stat_io exists from PostgreSQL 16; this is ${server.major}.`, grant: null, fromMajor: 16 }
      : needsMonitor(server),
  sql: (server) => {
    const bytes =
      server.major >= 18
        ? ["read_bytes", "write_bytes", "extend_bytes"]
        : ["reads * op_bytes", "writes * op_bytes", "extends * op_bytes"];
    return `
select backend_type, context, sum(coalesce(reads, 0))::bigint as reads, sum(coalesce(${bytes[0]}, 0))::float8 as read_bytes, sum(coalesce(read_time, 0))::float8 as read_ms,
       sum(coalesce(writes, 0))::bigint as writes, sum(coalesce(${bytes[1]}, 0) + coalesce(${bytes[2]}, 0))::float8 as write_bytes, sum(coalesce(write_time, 0) + coalesce(extend_time, 0))::float8 as write_ms,
       sum(coalesce(hits, 0))::bigint as hits, sum(coalesce(evictions, 0))::bigint as evictions, sum(coalesce(fsyncs, 0))::bigint as fsyncs, max(stats_reset) as stats_reset
from pg_stat_io where object in ('relation', 'temp relation') group by 1, 2 having sum(coalesce(reads, 0) + coalesce(writes, 0) + coalesce(extends, 0) + coalesce(hits, 0)) > 0`;
  },
  row: z.object({
    backend_type: z.string(),
    context: z.string(),
    reads: z.number(),
    read_bytes: z.number(),
    read_ms: z.number(),
    writes: z.number(),
    write_bytes: z.number(),
    write_ms: z.number(),
    hits: z.number(),
    evictions: z.number(),
    fsyncs: z.number(),
    stats_reset: z.date().nullable(),
  }),
  keeps: (keep) => [
    keep.rates(
      ["read_bytes", "write_bytes"],
      (n, seconds, key) => [
        named("io.read_bytes_per_s", n.read_bytes / seconds, key),
        named("io.write_bytes_per_s", n.write_bytes / seconds, key),
      ],
      (row) => `${row.backend_type}/${row.context}`,
    ),
  ],
});

export const wal = probe({
  name: "wal",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  on: "primary",
  missing: needsMonitor,
  // Write and sync left pg_stat_wal for pg_stat_io in 18.
  sql: () => `
select wal_records::bigint as records, wal_fpi::bigint as full_pages, wal_bytes::float8 as bytes, wal_buffers_full::bigint as buffers_full, stats_reset,
       d.on_disk, d.segments
from pg_stat_wal, (select coalesce(sum(size), 0)::bigint as on_disk, count(*) filter (where name ~ '^[0-9A-F]{24}$')::int as segments from pg_ls_waldir()) d`,
  row: z.object({
    records: z.number(),
    full_pages: z.number(),
    bytes: z.number(),
    buffers_full: z.number(),
    stats_reset: z.date().nullable(),
    on_disk: z.number(),
    segments: z.number(),
  }),
  keeps: (keep) => [
    keep.numbers((row) => [named("wal.on_disk_bytes", row.on_disk)]),
    keep.rates(["bytes"], (n, seconds) => [named("wal.bytes_per_s", n.bytes / seconds)]),
  ],
});

export const checkpointer = probe({
  name: "checkpointer",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  sql: (server) =>
    server.major >= 17
      ? `select num_timed::bigint as timed, num_requested::bigint as requested, write_time::float8 as write_ms, sync_time::float8 as sync_ms, buffers_written::bigint as buffers,
                restartpoints_timed::bigint as restarts_timed, restartpoints_req::bigint as restarts_requested, restartpoints_done::bigint as restarts_done,
                (select maxwritten_clean::bigint from pg_stat_bgwriter) as maxwritten, stats_reset from pg_stat_checkpointer`
      : `select checkpoints_timed::bigint as timed, checkpoints_req::bigint as requested, checkpoint_write_time::float8 as write_ms, checkpoint_sync_time::float8 as sync_ms,
                buffers_checkpoint::bigint as buffers, null::bigint as restarts_timed, null::bigint as restarts_requested, null::bigint as restarts_done, maxwritten_clean::bigint as maxwritten, stats_reset from pg_stat_bgwriter`,
  row: z.object({
    timed: z.number(),
    requested: z.number(),
    write_ms: z.number(),
    sync_ms: z.number(),
    buffers: z.number(),
    restarts_timed: z.number().nullable(),
    restarts_requested: z.number().nullable(),
    restarts_done: z.number().nullable(),
    maxwritten: z.number(),
    stats_reset: z.date().nullable(),
  }),
  keeps: (keep) => [
    keep.rates(["timed", "requested"], (n) => [named("checkpoints.timed", n.timed), named("checkpoints.requested", n.requested)]),
  ],
});

/** Long works that say how far they are. */
export const progress = probe({
  name: "progress",
  lane: "slow",
  everyMs: 5000,
  timeoutMs: 2000,
  missing: needsMonitor,
  sql: () => `
select p.kind, p.pid, p.relation, p.phase, p.done::bigint, p.total::bigint, a.xact_start as since, a.backend_type, left(a.query, 300) as query
from (
  select 'vacuum' as kind, pid, coalesce((select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = relid), relid::text) as relation, phase, heap_blks_scanned as done, heap_blks_total as total from pg_stat_progress_vacuum where datname = current_database()
  union all select 'analyze', pid, coalesce((select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = relid), relid::text), phase, sample_blks_scanned, sample_blks_total from pg_stat_progress_analyze where datname = current_database()
  union all select 'create index', pid, coalesce((select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = relid), relid::text), phase, blocks_done, blocks_total from pg_stat_progress_create_index where datname = current_database()
  union all select 'copy', pid, coalesce((select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = relid), ''), command, bytes_processed, nullif(bytes_total, 0) from pg_stat_progress_copy where datname = current_database()
  union all select 'base backup', pid, '', phase, backup_streamed, backup_total from pg_stat_progress_basebackup
) p left join pg_stat_activity a on a.pid = p.pid`,
  row: z.object({
    kind: z.string(),
    pid: z.number(),
    relation: z.string(),
    phase: z.string(),
    done: z.number().nullable(),
    total: z.number().nullable(),
    since: z.date().nullable(),
    backend_type: z.string().nullable(),
    query: maskedStatement,
  }),
});

/** Every vacuum of the server, by table; of another database only its number is known. */
export const vacuums = probe({
  name: "vacuums",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  on: "primary",
  missing: needsMonitor,
  // 17 counts dead rows by the bytes that they take, and by their number under another name.
  sql: (server) => `
select p.datname as database, case when p.datname = current_database() then p.relid::regclass::text else p.relid::text end as relation, p.phase,
       p.heap_blks_total::bigint as total, p.heap_blks_scanned::bigint as scanned, p.heap_blks_vacuumed::bigint as vacuumed, p.index_vacuum_count::bigint as index_rounds,
       ${server.major >= 17 ? "null::bigint as most_dead, p.num_dead_item_ids::bigint as dead" : "p.max_dead_tuples::bigint as most_dead, p.num_dead_tuples::bigint as dead"}
from pg_stat_progress_vacuum p`,
  row: z.object({
    database: z.string().nullable(),
    relation: z.string(),
    phase: z.string(),
    total: z.number(),
    scanned: z.number(),
    vacuumed: z.number(),
    index_rounds: z.number(),
    most_dead: z.number().nullable(),
    dead: z.number(),
  }),
});

export const settings = probe({
  name: "settings",
  lane: "slow",
  everyMs: 60_000,
  timeoutMs: 3000,
  missing: needsMonitor,
  // What this session set for itself is told as it was before; what belongs to its login is left out. Secrets live in
  // primary_conninfo.
  sql: () => `
select name,
       case
         when name in ('primary_conninfo', 'ssl_passphrase_command') then '(hidden)'
         when source = 'session' then reset_val
         else setting
       end as setting,
       unit, source, pending_restart, boot_val as default_value
from pg_settings
where source not in ('client', 'override', 'database user', 'user') or name in ('data_checksums', 'server_version')`,
  row: z.object({
    name: z.string(),
    setting: z.string().nullable(),
    unit: z.string().nullable(),
    source: z.string(),
    pending_restart: z.boolean(),
    default_value: z.string().nullable(),
  }),
});

export const sizes = probe({
  name: "sizes",
  lane: "slow",
  everyMs: 60_000,
  timeoutMs: 10_000,
  missing: needsMonitor,
  sql: () => `
select datname as database, pg_database_size(oid)::bigint as bytes, datname = current_database() as is_ours from pg_database`,
  row: z.object({ database: z.string(), bytes: z.number(), is_ours: z.boolean() }),
  keeps: (keep) => [keep.numbers((row) => [named("size.bytes", row.bytes, row.database)])],
});

/** Which migration came when: read by the observer from Prisma's own table, where there is one. */
export const migrations = probe({
  name: "migrations",
  lane: "slow",
  everyMs: 60_000,
  timeoutMs: 2000,
  on: "primary",
  sql: (server) =>
    server.migrations
      ? `
select migration_name as name, finished_at as at
from public._prisma_migrations
where finished_at is not null and rolled_back_at is null
order by finished_at desc
limit 50`
      : "select ''::text as name, now() as at where false",
  row: z.object({ name: z.string(), at: z.date() }),
});

/**
 * How far sequences are from their end: their own, or that of the narrower column that they feed. Without a privilege on
 * it a sequence's value is NULL, which is not the same as never used.
 */
export const sequences = probe({
  name: "sequences",
  lane: "slow",
  everyMs: 300_000,
  timeoutMs: 5000,
  on: "primary",
  sql: () => `
with fed as (
  select d.objid as sequence, d.refobjid as relation, d.refobjsubid as number
  from pg_depend d
  where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0
  union
  select d.refobjid, t.adrelid, t.adnum
  from pg_depend d
  join pg_attrdef t on t.oid = d.objid
  where d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid <> t.adrelid
), narrowest as (
  select distinct on (f.sequence) f.sequence, tn.nspname || '.' || t.relname || '.' || a.attname as column_name,
         case a.atttypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647 end::float8 as column_limit
  from fed f
  join pg_class t on t.oid = f.relation
  join pg_namespace tn on tn.oid = t.relnamespace
  join pg_attribute a on a.attrelid = f.relation and a.attnum = f.number
  order by f.sequence, case a.atttypid when 'int2'::regtype then 1 when 'int4'::regtype then 2 else 3 end
)
select n.nspname as schema, n.nspname || '.' || c.relname as name, has_sequence_privilege(c.oid, 'USAGE, SELECT') as visible, current_user::text as reader,
       case when has_sequence_privilege(c.oid, 'USAGE, SELECT') then pg_sequence_last_value(c.oid) end::float8 as value,
       s.seqincrement > 0 as ascending, s.seqcycle as cycles,
       least(case when s.seqincrement > 0 then s.seqmax else -s.seqmin end::float8, w.column_limit) as limit_value,
       w.column_name, coalesce(w.column_limit < s.seqmax, false) as column_is_narrower
from pg_sequence s
join pg_class c on c.oid = s.seqrelid
join pg_namespace n on n.oid = c.relnamespace
left join narrowest w on w.sequence = s.seqrelid
where c.relpersistence <> 't'`,
  row: z.object({
    schema: z.string(),
    name: z.string(),
    visible: z.boolean(),
    /** Who asked, and may not see it where it is not visible. */
    reader: z.string(),
    /** Null: not visible to this role, or never used. */
    value: z.number().nullable(),
    ascending: z.boolean(),
    cycles: z.boolean(),
    limit_value: z.number(),
    column_name: z.string().nullable(),
    column_is_narrower: z.boolean(),
  }),
});

/** Transactions that were prepared and neither committed nor rolled back: no session is left that would end them. */
export const prepared = probe({
  name: "prepared",
  lane: "slow",
  everyMs: 5000,
  timeoutMs: 2000,
  on: "primary",
  sql: () => `
select gid, transaction::text as xid, database, owner, prepared as since, age(transaction)::bigint as age,
       extract(epoch from clock_timestamp() - prepared)::float8 as seconds
from pg_prepared_xacts
order by prepared`,
  row: z.object({
    gid: z.string().transform(maskName),
    xid: z.string(),
    database: z.string(),
    owner: z.string(),
    since: z.date(),
    age: z.number(),
    seconds: z.number(),
  }),
});
