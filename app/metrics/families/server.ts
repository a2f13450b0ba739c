import type { ProbeRow } from "~/observability/probes/all.ts";
import { family, perRow, secondsOf, type Family, type Point } from "../family.ts";

type Counter<Row> = [name: string, help: string, read: (row: Row) => number | null];

const DATABASE: Counter<ProbeRow<"databases">>[] = [
  ["xact_commit", "Transactions committed", (row) => row.commits],
  ["xact_rollback", "Transactions rolled back", (row) => row.rollbacks],
  ["blks_read", "Blocks read from disk or the system's cache", (row) => row.blocks_read],
  ["blks_hit", "Blocks found in shared buffers", (row) => row.blocks_hit],
  ["tup_returned", "Rows returned by scans", (row) => row.returned],
  ["tup_fetched", "Rows fetched by index scans", (row) => row.fetched],
  ["tup_inserted", "Rows inserted", (row) => row.inserted],
  ["tup_updated", "Rows updated", (row) => row.updated],
  ["tup_deleted", "Rows deleted", (row) => row.deleted],
  ["conflicts", "Queries cancelled by recovery", (row) => row.conflicts],
  ["temp_files", "Temporary files made by queries", (row) => row.temp_files],
  ["temp_bytes", "Bytes written to temporary files", (row) => row.temp_bytes],
  ["deadlocks", "Deadlocks", (row) => row.deadlocks],
  ["blk_read_time", "Milliseconds spent reading blocks", (row) => row.read_ms],
  ["blk_write_time", "Milliseconds spent writing blocks", (row) => row.write_ms],
  ["active_time", "Milliseconds spent in statements", (row) => row.active_ms],
  ["active_time_seconds_total", "Seconds spent in statements", (row) => row.active_ms / 1000],
  ["session_time", "Milliseconds that sessions lasted", (row) => row.session_ms],
  ["idle_in_transaction_time", "Milliseconds spent idle in transactions", (row) => row.idle_ms],
  ["sessions", "Sessions begun", (row) => row.sessions],
  ["sessions_abandoned", "Sessions whose client went away", (row) => row.sessions_abandoned],
  ["sessions_fatal", "Sessions ended by a fatal error", (row) => row.sessions_fatal],
  ["sessions_killed", "Sessions ended by an operator", (row) => row.sessions_killed],
  ["checksum_failures", "Pages whose checksum did not fit", (row) => row.checksum_failures],
  ["conflicts_confl_tablespace", "Queries cancelled by recovery: dropped tablespaces", (row) => row.confl_tablespace],
  ["conflicts_confl_lock", "Queries cancelled by recovery: lock timeouts", (row) => row.confl_lock],
  ["conflicts_confl_snapshot", "Queries cancelled by recovery: old snapshots", (row) => row.confl_snapshot],
  ["conflicts_confl_bufferpin", "Queries cancelled by recovery: pinned buffers", (row) => row.confl_bufferpin],
  ["conflicts_confl_deadlock", "Queries cancelled by recovery: deadlocks", (row) => row.confl_deadlock],
];

const BUFFERS: Counter<ProbeRow<"bufferCache">>[] = [
  ["buffers_used", "Shared buffers in use", (row) => row.used],
  ["buffers_unused", "Shared buffers that hold nothing", (row) => row.unused],
  ["buffers_dirty", "Shared buffers that have to be written", (row) => row.dirty],
  ["buffers_pinned", "Shared buffers that someone works with now", (row) => row.pinned],
  ["usagecount_avg", "Average usage count of the buffers in use", (row) => row.usage],
];

/** Both generations of names, where they changed: dashboards of either find theirs. */
function bothNames<K extends "checkpointer" | "writer">(
  key: K,
  prefix: string,
  counters: readonly Counter<ProbeRow<K>>[],
): Family[] {
  return counters.flatMap(([name, help, read]) =>
    ["", "_total"].map((suffix) => perRow(key, `${prefix}_${name}${suffix}`, "counter", help, [], (row) => [{}, read(row)])),
  );
}

const SECOND = 1000;
const LOCK_MODES = [
  "accesssharelock",
  "rowsharelock",
  "rowexclusivelock",
  "shareupdateexclusivelock",
  "sharelock",
  "sharerowexclusivelock",
  "exclusivelock",
  "accessexclusivelock",
  "sireadlock",
];

export const SERVER: readonly Family[] = [
  family("pg_up", "gauge", "1 while this server answers its probes, 0 while it does not", ["server"], (view) =>
    view.targets
      .filter((target) => target.reachable !== null)
      .map((target): Point => [{ server: target.name }, target.reachable ? 1 : 0]),
  ),
  family("pg_static", "gauge", "The server's version; always 1", ["server", "version", "short_version"], (view) =>
    view.targets
      .filter((target) => target.server && target.reachable)
      .map(({ name, server }): Point => [
        { server: name, version: String(server!.version), short_version: `${server!.major}.${server!.version % 10_000}` },
        1,
      ]),
  ),
  perRow("position", "pg_postmaster_start_time_seconds", "gauge", "When the server was started, Unix time", [], (row) => [
    {},
    secondsOf(row.started_at),
  ]),
  perRow(
    "databases",
    "pg_stat_database_numbackends",
    "gauge",
    "Sessions connected to this database",
    ["datid", "datname"],
    (row) => [{ datid: String(row.id), datname: row.name }, row.numbackends],
  ),
  ...DATABASE.map(([name, help, read]) =>
    perRow("databases", `pg_stat_database_${name}`, "counter", help, ["datid", "datname"], (row) => [
      { datid: String(row.id), datname: row.name },
      read(row),
    ]),
  ),
  perRow(
    "databases",
    "pg_stat_database_stats_reset",
    "counter",
    "When these counters began, Unix time",
    ["datid", "datname"],
    (row) => [{ datid: String(row.id), datname: row.name }, secondsOf(row.stats_reset)],
  ),
  family("pg_locks_count", "gauge", "Locks held and wanted, by mode", ["server", "datname", "mode"], function* all(view) {
    for (const { name: server } of view.targets) {
      const rows = view.fresh(server, "lockModes");
      if (!rows) continue;
      const found = new Map(rows.map((row) => [`${row.database} ${row.mode}`, row]));
      // A mode that nobody holds is 0, not absent, in every database that is known.
      for (const { database } of view.fresh(server, "ages") ?? [])
        for (const mode of LOCK_MODES) if (!found.has(`${database} ${mode}`)) yield [{ server, datname: database, mode }, 0];
      for (const row of rows) yield [{ server, datname: row.database, mode: row.mode }, row.n];
    }
  }),
  ...bothNames("checkpointer", "pg_stat_bgwriter", [
    ["checkpoints_timed", "Checkpoints on schedule", (row) => row.timed],
    ["checkpoints_req", "Checkpoints that something asked for", (row) => row.requested],
    ["checkpoint_write_time", "Milliseconds checkpoints spent writing", (row) => row.write_ms],
    ["checkpoint_sync_time", "Milliseconds checkpoints spent syncing", (row) => row.sync_ms],
    ["buffers_checkpoint", "Buffers written by checkpoints", (row) => row.buffers],
  ]),
  ...bothNames("writer", "pg_stat_bgwriter", [
    ["buffers_clean", "Buffers written by the background writer", (row) => row.clean],
    ["maxwritten_clean", "Times the background writer stopped because it had written too many", (row) => row.maxwritten],
    ["buffers_alloc", "Buffers allocated", (row) => row.allocated],
    ["buffers_backend", "Buffers written by backends themselves (before PostgreSQL 17)", (row) => row.backend],
    ["buffers_backend_fsync", "Files synced by backends themselves (before PostgreSQL 17)", (row) => row.backend_fsync],
    ["stats_reset", "When these counters began, Unix time", (row) => secondsOf(row.stats_reset)],
  ]),
  ...(
    [
      ["num_timed_total", "Checkpoints on schedule", (row) => row.timed],
      ["num_requested_total", "Checkpoints that something asked for", (row) => row.requested],
      ["write_time_total", "Milliseconds checkpoints spent writing", (row) => row.write_ms],
      ["sync_time_total", "Milliseconds checkpoints spent syncing", (row) => row.sync_ms],
      ["buffers_written_total", "Buffers written by checkpoints", (row) => row.buffers],
      ["restartpoints_timed_total", "Restartpoints on schedule", (row) => row.restarts_timed],
      ["restartpoints_req_total", "Restartpoints that something asked for", (row) => row.restarts_requested],
      ["restartpoints_done_total", "Restartpoints done", (row) => row.restarts_done],
      ["stats_reset_total", "When these counters began, Unix time", (row) => secondsOf(row.stats_reset)],
    ] satisfies Counter<ProbeRow<"checkpointer">>[]
  ).map(([name, help, read]) =>
    perRow("checkpointer", `pg_stat_checkpointer_${name}`, "counter", help, [], (row) => [{}, read(row)]),
  ),
  ...BUFFERS.map(([name, help, read]) =>
    perRow("bufferCache", `pg_buffercache_summary_${name}`, "gauge", help, [], (row) => [{}, read(row)]),
  ),
  perRow("archiver", "pg_stat_archiver_archived_count", "counter", "WAL segments archived", [], (row) => [{}, row.archived]),
  perRow("archiver", "pg_stat_archiver_failed_count", "counter", "Failed attempts to archive a segment", [], (row) => [
    {},
    row.failed,
  ]),
  perRow(
    "archiver",
    "pg_stat_archiver_last_archive_age",
    "gauge",
    "Seconds since a segment was last archived",
    [],
    (row, view) => [{}, row.last_archived_time ? (view.now - row.last_archived_time.getTime()) / SECOND : null],
  ),
  perRow("wal", "pg_wal_segments", "gauge", "WAL segments on the server's disk", [], (row) => [{}, row.segments]),
  perRow("wal", "pg_wal_size_bytes", "gauge", "Bytes of WAL on the server's disk", [], (row) => [{}, row.on_disk]),
  perRow("wal", "pg_stat_wal_bytes_total", "counter", "Bytes of WAL written since the counters began", [], (row) => [
    {},
    row.bytes,
  ]),
  perRow("sizes", "pg_database_size_bytes", "gauge", "Size of a database on disk", ["datname"], (row) => [
    { datname: row.database },
    row.bytes,
  ]),
  perRow(
    "ages",
    "pg_database_wraparound_age_datfrozenxid_seconds",
    "gauge",
    "Age of the oldest transaction id, in transactions (the name is the exporter's)",
    ["datname"],
    (row) => [{ datname: row.database }, row.xid_age],
  ),
  perRow(
    "ages",
    "pg_database_wraparound_age_datminmxid_seconds",
    "gauge",
    "Age of the oldest multixact id, in ids (the name is the exporter's)",
    ["datname"],
    (row) => [{ datname: row.database }, row.mxid_age],
  ),
  perRow(
    "databases",
    "pg_database_connection_limit",
    "gauge",
    "Connections a database may hold; -1 is no limit",
    ["datname"],
    (row) => (row.name ? [{ datname: row.name }, row.connection_limit] : null),
  ),
  perRow("roles", "pg_roles_connection_limit", "gauge", "Connections a role may hold; -1 is no limit", ["rolname"], (row) => [
    { rolname: row.name },
    row.connections,
  ]),
];
