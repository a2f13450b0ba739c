/** The telemetry tables that samples are copied into, with their columns in order. */
export const COLUMNS = {
  load: ["at", "target", "wait_class", "wait_event", "query_id", "tenant", "username", "app", "n"],
  tick: [
    "at",
    "target",
    "total",
    "active",
    "idle",
    "idle_in_transaction",
    "lock_waiting",
    "longest_query_ms",
    "longest_transaction_ms",
  ],
  statement: [
    "at",
    "target",
    "query_id",
    "seconds",
    "calls",
    "total_ms",
    "rows",
    "blocks_hit",
    "blocks_read",
    "io_ms",
    "temp_blocks",
    "wal_bytes",
  ],
  table_stat: [
    "at",
    "target",
    "name",
    "bytes",
    "live",
    "dead",
    "seq_scans",
    "seq_rows",
    "idx_scans",
    "inserted",
    "updated",
    "hot_updated",
    "deleted",
    "heap_hit",
    "heap_read",
  ],
  index_stat: ["at", "target", "name", "table_name", "bytes", "scans", "rows_read"],
  metric: ["at", "target", "name", "label", "value"],
  event: ["id", "at", "target", "kind", "subject", "before", "after"],
} as const;

export type TableName = keyof typeof COLUMNS;
export type Cell = string | number | boolean | null;
export type Row = Cell[];
export type Recorded = { table: TableName; row: Row };
