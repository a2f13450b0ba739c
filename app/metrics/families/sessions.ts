import type { ProbeRow } from "~/observability/probes/all.ts";
import { readTag, UNTAGGED, waitClass } from "~/observability/load/tags.ts";
import { IDLE_BUCKETS } from "~/observability/probes/counters.ts";
import { byImportance } from "../rank.ts";
import { family, perRow, secondsOf, type Family, type Point, type View } from "../family.ts";

type Count = { labels: Record<string, string>; n: number; longest: number };

/** Rows that end in the same labels are one series. */
function grouped<Row>(rows: readonly Row[], read: (row: Row) => Count): Count[] {
  const byKey = new Map<string, Count>();
  for (const row of rows) {
    const one = read(row);
    const key = JSON.stringify(Object.values(one.labels));
    const known = byKey.get(key);
    if (!known) byKey.set(key, one);
    else {
      known.n += one.n;
      known.longest = Math.max(known.longest, one.longest);
    }
  }
  return [...byKey.values()].sort((a, b) => b.n - a.n);
}

const ACTIVITY_LABELS = [
  "server",
  "datname",
  "usename",
  "application_name",
  "backend_type",
  "state",
  "wait_event_type",
  "wait_event",
] as const;

const sessions = (rows: readonly ProbeRow<"backends">[]) =>
  grouped(rows, (row) => ({
    labels: {
      datname: row.database ?? "",
      usename: row.username ?? "",
      application_name: row.app ?? "",
      backend_type: row.backend_type,
      state: row.state,
      wait_event_type: row.wait_class,
      wait_event: row.wait_event,
    },
    n: row.n,
    longest: 0,
  }));

const transactions = (rows: readonly ProbeRow<"activity">[]) =>
  grouped(rows, (row) => ({
    labels: {
      datname: row.database ?? "",
      usename: row.username ?? "",
      application_name: row.app ?? "",
      backend_type: row.backend_type,
      state: row.state,
      wait_event_type: row.wait_class ?? "",
      wait_event: row.wait_event ?? "",
    },
    n: 1,
    longest: (row.transaction_ms ?? 0) / 1000,
  }));

/** The states of pg_stat_activity. */
const STATES = ["active", "idle", "idle in transaction", "idle in transaction (aborted)", "fastpath function call", "disabled"];
const databases = (view: View, server: string) => (view.fresh(server, "ages") ?? []).map((row) => row.database);

/** A state that no session of a database is in is 0, as the exporter tells it: a series that vanishes has no rate and no alert. */
function withZeros(view: View, server: string, found: readonly Point[]): Point[] {
  const there = new Set(found.map(([labels]) => `${labels["datname"]} ${labels["state"]}`));
  const zeros = databases(view, server).flatMap((datname) =>
    STATES.filter((state) => !there.has(`${datname} ${state}`)).map((state): Point => [{ datname, state }, 0]),
  );
  return [...found, ...zeros];
}

const clientRows = (view: View, server: string) =>
  (view.fresh(server, "activity") ?? []).filter((row) => row.backend_type === "client backend" && row.state === "active");

function* eachServer(view: View, read: (server: string) => Iterable<Point>): Generator<Point> {
  for (const { name } of view.targets)
    for (const [labels, value, suffix] of read(name)) yield [{ server: name, ...labels }, value, suffix];
}

const open = (view: View, server: string) => view.fresh(server, "activity")?.filter((row) => row.xact_start !== null) ?? null;

export const SESSIONS: readonly Family[] = [
  family("pg_stat_activity_count", "gauge", "Sessions, by what they are and do", ACTIVITY_LABELS, (view) =>
    eachServer(view, (server) => {
      const rows = view.fresh(server, "backends");
      if (!rows) return [];
      return withZeros(
        view,
        server,
        sessions(rows).map((count): Point => [count.labels, count.n]),
      );
    }),
  ),
  family(
    "pg_stat_activity_max_tx_duration",
    "gauge",
    "Seconds the longest open transaction has lasted",
    ACTIVITY_LABELS,
    (view) =>
      eachServer(view, (server) => {
        const rows = view.fresh(server, "activity");
        if (!rows) return [];
        return withZeros(
          view,
          server,
          transactions(rows).map((count): Point => [count.labels, count.longest]),
        );
      }),
  ),
  family(
    "pg_stat_activity_autovacuum_timestamp_seconds",
    "gauge",
    "When an autovacuum that is at work began, Unix time",
    ["server", "relname"],
    (view) =>
      eachServer(view, (server) =>
        (view.fresh(server, "activity") ?? [])
          .filter((row) => row.query?.startsWith("autovacuum:"))
          .map((row): Point => [
            { relname: /autovacuum: \S+(?: ANALYZE)? (\S+)/.exec(row.query!)?.[1]?.split(".").at(-1) ?? "unknown" },
            secondsOf(row.xact_start),
          ]),
      ),
  ),
  family("pg_long_running_transactions", "gauge", "Transactions that are open", ["server"], (view) =>
    eachServer(view, (server) => [[{}, open(view, server)?.length ?? null]]),
  ),
  family(
    "pg_long_running_transactions_oldest_timestamp_seconds",
    "gauge",
    "Seconds the oldest open transaction has lasted (the name is the exporter's)",
    ["server"],
    (view) =>
      eachServer(view, (server) => {
        const rows = open(view, server);
        return [[{}, rows ? Math.max(0, ...rows.map((row) => (row.transaction_ms ?? 0) / 1000)) : null]];
      }),
  ),
  family(
    "pg_process_idle_seconds",
    "histogram",
    "How long sessions that do nothing have done so",
    ["server", "state", "application_name", "le"],
    (view) =>
      eachServer(view, (server) =>
        (view.fresh(server, "idleSessions") ?? []).flatMap((row): Point[] => {
          const labels = { state: row.state, application_name: row.app };
          return [
            ...IDLE_BUCKETS.map((le, index): Point => [{ ...labels, le: String(le) }, row.buckets[index], "_bucket"]),
            [{ ...labels, le: "+Inf" }, row.n, "_bucket"],
            [labels, row.seconds, "_sum"],
            [labels, row.n, "_count"],
          ];
        }),
      ),
  ),
  family(
    "invigil_active_sessions",
    "gauge",
    "Sessions at work now, by tenant and by what they wait for (CPU: nothing)",
    ["server", "tenant", "wait_class"],
    (view) =>
      eachServer(view, (server) =>
        grouped(clientRows(view, server), (row) => ({
          labels: { tenant: readTag(row.app).tenant ?? UNTAGGED, wait_class: waitClass(row.wait_class) },
          n: 1,
          longest: 0,
        })).map((count): Point => [count.labels, count.n]),
      ),
    300,
  ),
  family(
    "invigil_tenant_load_ratio",
    "gauge",
    "A tenant's share of the sessions at work now",
    ["server", "tenant"],
    (view) =>
      eachServer(view, (server) => {
        const rows = clientRows(view, server);
        return grouped(rows, (row) => ({ labels: { tenant: readTag(row.app).tenant ?? UNTAGGED }, n: 1, longest: 0 })).map(
          (count): Point => [count.labels, count.n / rows.length],
        );
      }),
    300,
  ),
  family("invigil_connections_used", "gauge", "Client connections in use", ["server"], (view) =>
    eachServer(view, (server) => {
      const rows = view.fresh(server, "backends");
      return [[{}, rows ? rows.reduce((sum, row) => sum + (row.backend_type === "client backend" ? row.n : 0), 0) : null]];
    }),
  ),
  family("invigil_connections_limit", "gauge", "Connections that ordinary roles may use together", ["server"], (view) =>
    eachServer(view, (server) => {
      const row = view.fresh(server, "backends")?.[0];
      return [[{}, row ? row.max_connections - row.superuser_reserved - row.reserved : null]];
    }),
  ),
  family("invigil_lock_waiters", "gauge", "Sessions that wait for a lock", ["server"], (view) =>
    eachServer(view, (server) => [[{}, view.fresh(server, "locks")?.filter((row) => row.blockers.length > 0).length]]),
  ),
  family("invigil_lock_wait_longest_seconds", "gauge", "How long the longest waiter has waited", ["server"], (view) =>
    eachServer(view, (server) => {
      const rows = view.fresh(server, "locks");
      return [
        [{}, rows ? Math.max(0, ...rows.map((row) => (row.blockers.length > 0 ? (row.waiting_ms ?? 0) / 1000 : 0))) : null],
      ];
    }),
  ),
];

const RELATION_LIMIT = 500;
/** A partitioned table has its indexes once for each partition. */
const INDEX_LIMIT = 2000;
const relation = (name: string, database: string): Record<string, string> => {
  const dot = name.indexOf(".");
  return { datname: database, schemaname: name.slice(0, dot), relname: name.slice(dot + 1) };
};
const databaseOf = (view: View, server: string) => view.fresh(server, "ages")?.find((row) => row.is_ours)?.database ?? "";

type Table = ProbeRow<"tables">;
const tablesInOrder = (rows: readonly Table[]) =>
  byImportance(
    rows,
    (row) => row.bytes ?? 0,
    (row) => row.seq_scans + row.idx_scans + row.inserted + row.updated + row.deleted,
  );
const TABLE: [name: string, type: Family["type"], help: string, read: (row: Table) => number | null][] = [
  ["seq_scan", "counter", "Sequential scans", (row) => row.seq_scans],
  ["seq_tup_read", "counter", "Rows read by sequential scans", (row) => row.seq_rows],
  ["idx_scan", "counter", "Index scans", (row) => row.idx_scans],
  ["n_tup_ins", "counter", "Rows inserted", (row) => row.inserted],
  ["n_tup_upd", "counter", "Rows updated", (row) => row.updated],
  ["n_tup_del", "counter", "Rows deleted", (row) => row.deleted],
  ["n_tup_hot_upd", "counter", "Rows updated without touching an index", (row) => row.hot_updated],
  ["n_live_tup", "gauge", "Live rows, estimated", (row) => row.live],
  ["n_dead_tup", "gauge", "Dead rows, estimated", (row) => row.dead],
  ["n_mod_since_analyze", "gauge", "Rows changed since the last analyze", (row) => row.modified],
  ["last_autovacuum", "gauge", "When it was last vacuumed by itself, Unix time", (row) => secondsOf(row.autovacuumed_at) ?? 0],
  ["table_size_bytes", "gauge", "Size on disk without indexes", (row) => row.bytes],
  ["idx_tup_fetch", "counter", "Rows fetched by index scans", (row) => row.idx_rows],
  ["last_vacuum", "gauge", "When someone vacuumed it, Unix time; 0 is never", (row) => secondsOf(row.last_vacuum) ?? 0],
  ["last_analyze", "gauge", "When someone analyzed it, Unix time; 0 is never", (row) => secondsOf(row.last_analyze) ?? 0],
  [
    "last_autoanalyze",
    "gauge",
    "When it was last analyzed by itself, Unix time; 0 is never",
    (row) => secondsOf(row.last_autoanalyze) ?? 0,
  ],
  ["vacuum_count", "counter", "Times someone vacuumed it", (row) => row.vacuums],
  ["autovacuum_count", "counter", "Times it was vacuumed by itself", (row) => row.autovacuums],
  ["analyze_count", "counter", "Times someone analyzed it", (row) => row.analyzes],
  ["autoanalyze_count", "counter", "Times it was analyzed by itself", (row) => row.autoanalyzes],
];

type Index = ProbeRow<"indexes">;
const indexesInOrder = (rows: readonly Index[]) =>
  byImportance(
    rows,
    (row) => row.bytes ?? 0,
    (row) => row.scans,
  );
const INDEX: [name: string, help: string, read: (row: Index) => number][] = [
  ["pg_statio_user_indexes_idx_blks_read_total", "Blocks of an index read from elsewhere", (row) => row.blocks_read],
  ["pg_statio_user_indexes_idx_blks_hit_total", "Blocks of an index found in shared buffers", (row) => row.blocks_hit],
];

type Vacuum = ProbeRow<"vacuums">;
const VACUUM: [name: string, help: string, read: (row: Vacuum) => number | null][] = [
  ["heap_blks", "Blocks of the table that is being vacuumed", (row) => row.total],
  ["heap_blks_scanned", "Blocks of it that were looked at", (row) => row.scanned],
  ["heap_blks_vacuumed", "Blocks of it that were cleaned", (row) => row.vacuumed],
  ["index_vacuums", "Rounds over its indexes that are done", (row) => row.index_rounds],
  ["max_dead_tuples", "Dead rows that fit before its indexes are cleaned; before 17", (row) => row.most_dead],
  ["num_dead_tuples", "Dead rows found since its indexes were cleaned last", (row) => row.dead],
];
const VACUUM_PHASES = [
  "initializing",
  "scanning heap",
  "vacuuming indexes",
  "vacuuming heap",
  "cleaning up indexes",
  "truncating heap",
  "performing final cleanup",
];

export const TABLES: readonly Family[] = [
  ...TABLE.map(([name, type, help, read]) =>
    perRow(
      "tables",
      `pg_stat_user_tables_${name}`,
      type,
      help,
      ["datname", "schemaname", "relname"],
      (row, view, server) => [relation(row.name, databaseOf(view, server)), read(row)],
      RELATION_LIMIT,
      tablesInOrder,
    ),
  ),
  ...(
    [
      ["heap_blocks_hit", "Blocks of the table found in shared buffers", (row: Table) => row.heap_hit],
      ["heap_blocks_read", "Blocks of the table read from elsewhere", (row: Table) => row.heap_read],
      ["idx_blocks_hit", "Blocks of its indexes found in shared buffers", (row: Table) => row.idx_hit],
      ["idx_blocks_read", "Blocks of its indexes read from elsewhere", (row: Table) => row.idx_read],
      ["toast_blocks_hit", "Blocks of its long values found in shared buffers", (row: Table) => row.toast_hit],
      ["toast_blocks_read", "Blocks of its long values read from elsewhere", (row: Table) => row.toast_read],
      ["tidx_blocks_hit", "Blocks of the index of its long values found in shared buffers", (row: Table) => row.toast_idx_hit],
      ["tidx_blocks_read", "Blocks of the index of its long values read from elsewhere", (row: Table) => row.toast_idx_read],
    ] as const
  ).map(([name, help, read]) =>
    perRow(
      "tables",
      `pg_statio_user_tables_${name}`,
      "counter",
      help,
      ["datname", "schemaname", "relname"],
      (row, view, server) => [relation(row.name, databaseOf(view, server)), read(row)],
      RELATION_LIMIT,
      tablesInOrder,
    ),
  ),
  family(
    "pg_stat_user_tables_index_size_bytes",
    "gauge",
    "Size of its indexes on disk",
    ["server", "datname", "schemaname", "relname"],
    (view) =>
      eachServer(view, (server) => {
        // Tables in the order of the other families, so that it is the same ones that are shown.
        const bytes = new Map<string, number | null>(
          tablesInOrder(view.fresh(server, "tables") ?? []).map((row) => [row.name, 0]),
        );
        for (const row of view.fresh(server, "indexes") ?? []) {
          const known = bytes.get(row.table_name);
          // One index whose size is not known makes the sum unknown.
          bytes.set(row.table_name, known === null || row.bytes === null ? null : (known ?? 0) + row.bytes);
        }
        const database = databaseOf(view, server);
        return [...bytes].map(([table, size]): Point => [relation(table, database), size]);
      }),
    RELATION_LIMIT,
  ),
  ...INDEX.map(([name, help, read]) =>
    perRow(
      "indexes",
      name,
      "counter",
      help,
      ["datname", "schemaname", "relname", "indexrelname"],
      (row, view, server) => [
        { ...relation(row.table_name, databaseOf(view, server)), indexrelname: row.name.slice(row.name.indexOf(".") + 1) },
        read(row),
      ],
      INDEX_LIMIT,
      indexesInOrder,
    ),
  ),
  ...VACUUM.map(([name, help, read]) =>
    perRow("vacuums", `pg_stat_progress_vacuum_${name}`, "gauge", help, ["datname", "relname"], (row) => [
      { datname: row.database ?? "unknown", relname: row.relation },
      read(row),
    ]),
  ),
  family(
    "pg_stat_progress_vacuum_phase",
    "gauge",
    "1 for the phase that a running vacuum is in, 0 for the others",
    ["server", "datname", "relname", "phase"],
    (view) =>
      eachServer(view, (server) =>
        (view.fresh(server, "vacuums") ?? []).flatMap((row) =>
          VACUUM_PHASES.map((phase): Point => [
            { datname: row.database ?? "unknown", relname: row.relation, phase },
            row.phase === phase ? 1 : 0,
          ]),
        ),
      ),
  ),
  perRow(
    "indexes",
    "invigil_index_scans_total",
    "counter",
    "Scans of an index",
    ["relname", "indexrelname"],
    (row) => [{ relname: row.table_name, indexrelname: row.name }, row.scans],
    INDEX_LIMIT,
    indexesInOrder,
  ),
  perRow(
    "indexes",
    "invigil_index_size_bytes",
    "gauge",
    "Size of an index",
    ["relname", "indexrelname"],
    (row) => [{ relname: row.table_name, indexrelname: row.name }, row.bytes],
    INDEX_LIMIT,
    indexesInOrder,
  ),
];
