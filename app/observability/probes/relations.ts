import { z } from "zod";
import { observes } from "~/platform/depth.ts";
import { SAMPLES_KEPT_DAYS } from "~/platform/range.ts";
import { probe, type ServerInfo } from "../probe.ts";
import { series } from "../series.ts";

const LEVELS = [
  { suffix: "", seconds: 60, days: 1 },
  { suffix: "_1h", seconds: 3600, days: SAMPLES_KEPT_DAYS },
] as const;

export const tableSeries = series({
  table: "table_stat",
  by: ["target", "name"],
  values: {
    bytes: "last",
    live: "last",
    dead: "last",
    seq_scans: "sum",
    seq_rows: "sum",
    idx_scans: "sum",
    inserted: "sum",
    updated: "sum",
    hot_updated: "sum",
    deleted: "sum",
    heap_hit: "sum",
    heap_read: "sum",
  },
  levels: LEVELS,
});

export const indexSeries = series({
  table: "index_stat",
  by: ["target", "name"],
  values: { table_name: "last", bytes: "last", scans: "sum", rows_read: "sum" },
  levels: LEVELS,
});

/**
 * Relations that someone holds or wants under ACCESS EXCLUSIVE. A size function, and one that writes out a definition,
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
select c.oid::bigint as id, n.nspname || '.' || c.relname as name, pn.nspname || '.' || p.relname as parent, l.relation is not null as skipped,
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
       ${server.major >= 16 ? "pg_stat_get_lastscan(c.oid)" : "null::timestamptz"} as last_seq_scan,
       (select stats_reset from pg_stat_database where datname = current_database()) as stats_reset
from pg_class c join pg_namespace n on n.oid = c.relnamespace
left join locked l on l.relation = c.oid
left join pg_inherits h on h.inhrelid = c.oid and c.relispartition left join pg_class p on p.oid = h.inhparent
left join pg_namespace pn on pn.oid = p.relnamespace
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
    /** When the counters of this database were last set to zero by hand; null: never. */
    stats_reset: z.date().nullable(),
  }),
  keeps: (keep) => [keep.relations(tableSeries)],
});

/** How wide columns are, as far as this role may know it. */
const widths = (server: ServerInfo) =>
  server.columnWidths
    ? "select relation, number, width, nulls from telemetry.column_width()"
    : `select c.oid as relation, a.attnum as number, s.avg_width as width, s.null_frac as nulls
  from pg_stats s
  join pg_namespace n on n.nspname = s.schemaname
  join pg_class c on c.relnamespace = n.oid and c.relname = s.tablename
  join pg_attribute a on a.attrelid = c.oid and a.attname = s.attname
  where not s.inherited`;

export const indexes = probe({
  name: "indexes",
  lane: "slow",
  everyMs: 60_000,
  timeoutMs: 10_000,
  sql: (server) => `
with ${LOCKED}, measured as materialized (
  ${widths(server)}
), width as (
  -- A column of fixed width needs no statistics; one of variable width without them makes the index's width unknown.
  select at.attrelid as index, bool_and(at.attlen > 0 or m.width is not null) as known,
         sum(case when m.width is not null then m.width * (1 - m.nulls) else greatest(at.attlen, 0) end)::float8 as width
  from pg_index x
  join pg_attribute at on at.attrelid = x.indexrelid and at.attnum > 0
  cross join lateral (select x.indkey[at.attnum - 1] as number) k
  left join measured m on m.relation = case k.number when 0 then x.indexrelid else x.indrelid end
    and m.number = case k.number when 0 then at.attnum else k.number end
  group by at.attrelid
)
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
       case when am.amname = 'btree' and c.reltuples > 0 and w.known then
         -- A tuple: 8 bytes of head, its values, to the next 8; 4 bytes of pointer; pages are filled to nine tenths.
         (current_setting('block_size')::bigint * (2 + ceil(c.reltuples * (4 + 8 * ceil((8 + w.width) / 8)) / ((current_setting('block_size')::int - 40) * 0.9))))::bigint
       end as ideal_bytes,
       (coalesce(pg_stat_get_numscans(i.indrelid), 0) + (select coalesce(sum(pg_stat_get_numscans(x.indexrelid)), 0) from pg_index x where x.indrelid = i.indrelid))::bigint as table_scans,
       (select greatest(d.stats_reset, s.stats_reset) from pg_stat_database d, pg_stat_wal s where d.datname = current_database()) as counted_since
from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
join pg_class t on t.oid = i.indrelid join pg_namespace tn on tn.oid = t.relnamespace join pg_am am on am.oid = c.relam
left join locked l on l.relation = i.indexrelid left join locked lt on lt.relation = i.indrelid
left join width w on w.index = i.indexrelid
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
    /** What its entries would take in a fresh index, estimated; null: widths are not known, or it is no B-tree. */
    ideal_bytes: z.number().nullable(),
    /** Scans of its table in any way: without traffic, an index that is not read says nothing. */
    table_scans: z.number(),
    /** Since when scans are counted on this server. */
    counted_since: z.date().nullable(),
  }),
  keeps: (keep) => [keep.relations(indexSeries)],
});

const MEASURED = { indexes: 10, least: 10_000_000, most: 134_217_728 };

/**
 * How full the leaves of B-trees are, measured where pgstattuple is installed. It reads the whole index, so only the
 * largest of those that are read within moments are measured, and seldom.
 */
export const indexDensity = probe({
  name: "index_density",
  lane: "slow",
  everyMs: 3_600_000,
  timeoutMs: 5000,
  sql: (server) =>
    server.pgstattuple === null
      ? "select ''::text as name, 0::float8 as density where false"
      : `
with ${LOCKED}, largest as materialized (
  select c.oid, n.nspname || '.' || c.relname as name
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_am a on a.oid = c.relam
  where a.amname = 'btree' and c.relkind = 'i' and i.indisvalid and c.relpersistence = 'p'
    and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'
    and not exists (select from locked l where l.relation in (i.indexrelid, i.indrelid))
    and c.relpages::bigint * current_setting('block_size')::int between ${MEASURED.least} and ${MEASURED.most}
  order by c.relpages desc
  limit ${MEASURED.indexes}
)
select l.name, s.avg_leaf_density as density
from largest l
cross join lateral "${server.pgstattuple}".pgstatindex(l.oid::regclass) s
where s.avg_leaf_density <> 'NaN'`,
  row: z.object({ name: z.string(), density: z.number() }),
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

/** Our own samples are not anybody's to index; schemas of that name in somebody else's database are. */
const NOT_SUGGESTED = () => `'pg_catalog', 'information_schema'${observes() ? "" : ", 'telemetry', 'pgboss'"}`;

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
  and n.nspname not in (${NOT_SUGGESTED()}) and n.nspname not like 'pg_toast%' and c.reltuples > 1000`,
  row: z.object({ table_name: z.string(), column_name: z.string(), number: z.number(), rows: z.number(), type: z.string() }),
});
