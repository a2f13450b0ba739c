import { z } from "zod";
import { SAMPLES_KEPT_DAYS } from "~/platform/range.ts";
import { needsMonitor, probe, type Missing, type ServerInfo } from "../probe.ts";
import { series } from "../series.ts";

/** What each statement did between two samples, never a running total. */
export const statementSeries = series({
  table: "statement",
  by: ["target", "query_id"],
  values: {
    seconds: "sum",
    calls: "sum",
    total_ms: "sum",
    rows: "sum",
    blocks_hit: "sum",
    blocks_read: "sum",
    io_ms: "sum",
    temp_blocks: "sum",
    wal_bytes: "sum",
  },
  levels: [
    { suffix: "", seconds: 15, days: 1 },
    { suffix: "_5m", seconds: 300, days: 30 },
    { suffix: "_1h", seconds: 3600, days: SAMPLES_KEPT_DAYS },
    { suffix: "_1d", seconds: 86_400, days: SAMPLES_KEPT_DAYS },
  ],
});

const CREATE_STATEMENTS = "CREATE EXTENSION pg_stat_statements;";
const LOAD_STATEMENTS = "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; -- then restart PostgreSQL";

function statementsMissing(server: ServerInfo): Missing | null {
  if (!server.statementsLoaded)
    return { reason: "pg_stat_statements is not preloaded, so the server counts no statements.", grant: LOAD_STATEMENTS };
  if (!server.statements) return { reason: "pg_stat_statements is not installed in this database.", grant: CREATE_STATEMENTS };
  return needsMonitor(server);
}

/** Counters of every statement, without a text: `pg_stat_statements(true)` would read a file of all texts each time. */
export const statements = probe({
  name: "statements",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 5000,
  missing: statementsMissing,
  sql: (server) => {
    const { schema, version } = server.statements!;
    const io =
      version >= 1.11
        ? "s.shared_blk_read_time + s.shared_blk_write_time + s.local_blk_read_time + s.local_blk_write_time + s.temp_blk_read_time + s.temp_blk_write_time"
        : "s.blk_read_time + s.blk_write_time + s.temp_blk_read_time + s.temp_blk_write_time";
    return `
select s.userid::text || '/' || s.toplevel::int as owner, coalesce((select rolname::text from pg_roles where oid = s.userid), '') as username, s.queryid::text as query_id, s.calls::bigint, s.total_exec_time::float8 as total_ms, s.rows::bigint,
       s.shared_blks_hit::bigint as blocks_hit, s.shared_blks_read::bigint as blocks_read, (${io})::float8 as io_ms,
       ${version >= 1.11 ? "s.shared_blk_read_time::float8 as read_ms, s.shared_blk_write_time::float8 as write_ms" : "s.blk_read_time::float8 as read_ms, s.blk_write_time::float8 as write_ms"},
       (s.temp_blks_read + s.temp_blks_written)::bigint as temp_blocks, s.wal_bytes::float8 as wal_bytes,
       ${version >= 1.11 ? "s.stats_since" : "null::timestamptz as stats_since"}, i.stats_reset
from "${schema}".pg_stat_statements(false) s cross join "${schema}".pg_stat_statements_info i
where s.dbid = (select oid from pg_database where datname = current_database()) and s.queryid is not null`;
  },
  row: z.object({
    owner: z.string(),
    username: z.string(),
    query_id: z.string(),
    calls: z.number(),
    total_ms: z.number(),
    rows: z.number(),
    blocks_hit: z.number(),
    blocks_read: z.number(),
    io_ms: z.number(),
    read_ms: z.number(),
    write_ms: z.number(),
    temp_blocks: z.number(),
    wal_bytes: z.number(),
    stats_since: z.date().nullable(),
    stats_reset: z.date().nullable(),
  }),
});

/** The texts of these statements only. Longer than this says nothing more to a reader. */
export const textsOf = (server: ServerInfo, ids: readonly string[]) => `
select distinct on (queryid) queryid::text as query_id, left(query, 10000) as text
from "${server.statements!.schema}".pg_stat_statements(true) where queryid in (${ids.filter((id) => /^-?\d+$/.test(id)).join(",") || "null"}) order by queryid`;

export const textRow = z.object({ query_id: z.string(), text: z.string() });
