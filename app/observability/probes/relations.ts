import { z } from "zod";
import { probe } from "../probe.ts";

/**
 * Relations that somebody holds or wants under ACCESS EXCLUSIVE. A size function, and one that writes out a definition,
 * would queue behind such a lock, and every connection that asks would be one less: they are skipped, and named so.
 */
const LOCKED = `locked as materialized (
  select distinct relation from pg_locks where mode = 'AccessExclusiveLock' and relation is not null
    and database = (select oid from pg_database where datname = current_database()) and pid <> pg_backend_pid()
)`;

export const tables = probe({
  name: "tables",
  lane: "slow",
  everyMs: 60_000,
  timeoutMs: 10_000,
  sql: (server) => `
with ${LOCKED}
select c.oid::bigint as id, n.nspname || '.' || c.relname as name, p.oid::regclass::text as parent, l.relation is not null as skipped,
       case when l.relation is null then pg_table_size(c.oid) else null end::bigint as bytes, c.reltuples::float8 as estimated_rows,
       pg_stat_get_live_tuples(c.oid)::bigint as live, pg_stat_get_dead_tuples(c.oid)::bigint as dead, pg_stat_get_mod_since_analyze(c.oid)::bigint as modified,
       pg_stat_get_ins_since_vacuum(c.oid)::bigint as inserted_since_vacuum,
       pg_stat_get_numscans(c.oid)::bigint as seq_scans, pg_stat_get_tuples_returned(c.oid)::bigint as seq_rows,
       coalesce(x.scans, 0)::bigint as idx_scans, (coalesce(x.fetched, 0) + pg_stat_get_tuples_fetched(c.oid))::bigint as idx_rows,
       pg_stat_get_tuples_inserted(c.oid)::bigint as inserted, pg_stat_get_tuples_updated(c.oid)::bigint as updated,
       pg_stat_get_tuples_hot_updated(c.oid)::bigint as hot_updated, pg_stat_get_tuples_deleted(c.oid)::bigint as deleted,
       pg_stat_get_blocks_hit(c.oid)::bigint as heap_hit, (pg_stat_get_blocks_fetched(c.oid) - pg_stat_get_blocks_hit(c.oid))::bigint as heap_read,
       coalesce(x.hit, 0)::bigint as idx_hit, coalesce(x.read, 0)::bigint as idx_read,
       coalesce(pg_stat_get_blocks_hit(c.reltoastrelid), 0)::bigint as toast_hit, coalesce(pg_stat_get_blocks_fetched(c.reltoastrelid) - pg_stat_get_blocks_hit(c.reltoastrelid), 0)::bigint as toast_read,
       coalesce(y.hit, 0)::bigint as toast_idx_hit, coalesce(y.read, 0)::bigint as toast_idx_read,
       pg_stat_get_last_vacuum_time(c.oid) as last_vacuum, pg_stat_get_last_analyze_time(c.oid) as last_analyze, pg_stat_get_last_autoanalyze_time(c.oid) as last_autoanalyze,
       pg_stat_get_vacuum_count(c.oid)::bigint as vacuums, pg_stat_get_autovacuum_count(c.oid)::bigint as autovacuums,
       pg_stat_get_analyze_count(c.oid)::bigint as analyzes, pg_stat_get_autoanalyze_count(c.oid)::bigint as autoanalyzes,
       greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid)) as vacuumed_at, pg_stat_get_last_autovacuum_time(c.oid) as autovacuumed_at,
       greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) as analyzed_at,
       age(c.relfrozenxid)::bigint as xid_age, mxid_age(c.relminmxid)::bigint as mxid_age, c.reloptions as options,
       ${server.major >= 16 ? "pg_stat_get_lastscan(c.oid)" : "null::timestamptz"} as last_seq_scan
from pg_class c join pg_namespace n on n.oid = c.relnamespace
left join locked l on l.relation = c.oid
left join pg_inherits h on h.inhrelid = c.oid and c.relispartition left join pg_class p on p.oid = h.inhparent
left join lateral (
  select sum(pg_stat_get_numscans(i.indexrelid)) as scans, sum(pg_stat_get_tuples_fetched(i.indexrelid)) as fetched, sum(pg_stat_get_blocks_hit(i.indexrelid)) as hit,
         sum(pg_stat_get_blocks_fetched(i.indexrelid) - pg_stat_get_blocks_hit(i.indexrelid)) as read from pg_index i where i.indrelid = c.oid
) x on true
left join lateral (
  select sum(pg_stat_get_blocks_hit(i.indexrelid)) as hit, sum(pg_stat_get_blocks_fetched(i.indexrelid) - pg_stat_get_blocks_hit(i.indexrelid)) as read
  from pg_index i where i.indrelid = c.reltoastrelid and c.reltoastrelid <> 0
) y on true
where c.relkind in ('r', 'm') and c.relpersistence <> 't' and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'`,
  row: z.object({
    id: z.number(),
    name: z.string(),
    parent: z.string().nullable(),
    skipped: z.boolean(),
    bytes: z.number().nullable(),
    estimated_rows: z.number(),
    live: z.number(),
    dead: z.number(),
    modified: z.number(),
    inserted_since_vacuum: z.number(),
    seq_scans: z.number(),
    seq_rows: z.number(),
    idx_scans: z.number(),
    idx_rows: z.number(),
    idx_hit: z.number(),
    idx_read: z.number(),
    toast_hit: z.number(),
    toast_read: z.number(),
    toast_idx_hit: z.number(),
    toast_idx_read: z.number(),
    last_vacuum: z.date().nullable(),
    last_analyze: z.date().nullable(),
    last_autoanalyze: z.date().nullable(),
    vacuums: z.number(),
    autovacuums: z.number(),
    analyzes: z.number(),
    autoanalyzes: z.number(),
    inserted: z.number(),
    updated: z.number(),
    hot_updated: z.number(),
    deleted: z.number(),
    heap_hit: z.number(),
    heap_read: z.number(),
    vacuumed_at: z.date().nullable(),
    autovacuumed_at: z.date().nullable(),
    analyzed_at: z.date().nullable(),
    xid_age: z.number(),
    mxid_age: z.number(),
    options: z.array(z.string()).nullable(),
    last_seq_scan: z.date().nullable(),
  }),
});

export const indexes = probe({
  name: "indexes",
  lane: "slow",
  everyMs: 60_000,
  timeoutMs: 10_000,
  sql: (server) => `
with ${LOCKED}
select i.indexrelid::bigint as id, n.nspname || '.' || c.relname as name, tn.nspname || '.' || t.relname as table_name, t.oid::bigint as table_id,
       (l.relation is not null or lt.relation is not null) as skipped,
       case when l.relation is null and lt.relation is null then pg_relation_size(i.indexrelid) else null end::bigint as bytes, c.reltuples::float8 as entries,
       pg_stat_get_numscans(i.indexrelid)::bigint as scans, pg_stat_get_tuples_returned(i.indexrelid)::bigint as rows_read,
       pg_stat_get_blocks_hit(i.indexrelid)::bigint as blocks_hit, (pg_stat_get_blocks_fetched(i.indexrelid) - pg_stat_get_blocks_hit(i.indexrelid))::bigint as blocks_read,
       ${server.major >= 16 ? "pg_stat_get_lastscan(i.indexrelid)" : "null::timestamptz"} as last_scan,
       i.indisunique as is_unique, i.indisprimary as is_primary, i.indisvalid as is_valid, i.indisreplident as is_identity,
       exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')) as is_constraint,
       i.indkey::text as columns, i.indclass::text as classes, i.indcollation::text as collations, i.indoption::text as options, i.indnkeyatts::int as key_columns,
       am.amname as method, case when l.relation is null and lt.relation is null then pg_get_expr(i.indpred, i.indrelid) end as predicate, i.indexprs is not null as has_expressions,
       case when l.relation is null and lt.relation is null then pg_get_expr(i.indexprs, i.indrelid) end as expressions,
       case when l.relation is null and lt.relation is null then pg_get_indexdef(i.indexrelid) else '' end as definition, c.relispartition as is_partition,
       coalesce(current_setting('block_size')::bigint * ceil(case when c.reltuples > 0 and am.amname = 'btree' then c.reltuples * (8 + coalesce(w.width, 16)) / (current_setting('block_size')::int * 0.9) else 0 end)::bigint, 0)::bigint as ideal_bytes
from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
join pg_class t on t.oid = i.indrelid join pg_namespace tn on tn.oid = t.relnamespace join pg_am am on am.oid = c.relam
left join locked l on l.relation = i.indexrelid left join locked lt on lt.relation = i.indrelid
left join lateral (
  select sum(coalesce(nullif(at.attlen, -1)::int, 20) + 1)::int + 4 as width from pg_attribute at where at.attrelid = i.indexrelid and at.attnum > 0
) w on true
where c.relkind = 'i' and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'`,
  row: z.object({
    id: z.number(),
    name: z.string(),
    table_name: z.string(),
    table_id: z.number(),
    skipped: z.boolean(),
    bytes: z.number().nullable(),
    entries: z.number(),
    scans: z.number(),
    rows_read: z.number(),
    blocks_hit: z.number(),
    blocks_read: z.number(),
    last_scan: z.date().nullable(),
    is_unique: z.boolean(),
    is_primary: z.boolean(),
    is_valid: z.boolean(),
    is_identity: z.boolean(),
    is_constraint: z.boolean(),
    columns: z.string(),
    classes: z.string(),
    collations: z.string(),
    options: z.string(),
    key_columns: z.number(),
    method: z.string(),
    predicate: z.string().nullable(),
    has_expressions: z.boolean(),
    expressions: z.string().nullable(),
    definition: z.string(),
    is_partition: z.boolean(),
    ideal_bytes: z.number(),
  }),
});

/** Foreign keys with the columns that a cascade or a check would look up. */
export const foreignKeys = probe({
  name: "foreign_keys",
  lane: "slow",
  everyMs: 300_000,
  timeoutMs: 5000,
  on: "primary",
  sql: () => `
select k.conname as name, n.nspname || '.' || t.relname as table_name, t.oid::bigint as table_id, rn.nspname || '.' || r.relname as referenced,
       array_to_string(k.conkey, ' ') as columns,
       (select array_agg(a.attname::text order by o.at) from unnest(k.conkey) with ordinality o(num, at) join pg_attribute a on a.attrelid = t.oid and a.attnum = o.num) as column_names,
       t.reltuples::float8 as rows
from pg_constraint k join pg_class t on t.oid = k.conrelid join pg_namespace n on n.oid = t.relnamespace
join pg_class r on r.oid = k.confrelid join pg_namespace rn on rn.oid = r.relnamespace
where k.contype = 'f' and k.conparentid = 0`,
  row: z.object({
    name: z.string(),
    table_name: z.string(),
    table_id: z.number(),
    referenced: z.string(),
    columns: z.string(),
    column_names: z.array(z.string()),
    rows: z.number(),
  }),
});

/** Columns of indexed order, for the estimate of a missing index: how selective an equality would be. */
export const columnStats = probe({
  name: "column_stats",
  lane: "slow",
  everyMs: 300_000,
  timeoutMs: 5000,
  on: "primary",
  sql: () => `
select n.nspname || '.' || c.relname as table_name, a.attname as column_name, a.attnum::int as number, c.reltuples::float8 as rows, format_type(a.atttypid, a.atttypmod) as type
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and not c.relispartition
  and n.nspname not in ('pg_catalog', 'information_schema', 'telemetry', 'pgboss') and n.nspname not like 'pg_toast%' and c.reltuples > 1000`,
  row: z.object({ table_name: z.string(), column_name: z.string(), number: z.number(), rows: z.number(), type: z.string() }),
});
