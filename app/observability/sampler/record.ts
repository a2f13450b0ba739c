import { Deltas } from "./deltas.ts";
import { isKnown, type Sample } from "./sample.ts";
import type { Recorded } from "./tables.ts";
import type { ProbeRow } from "../probes/all.ts";
import { loadGroups, type LoadGroup } from "../load/sessions.ts";

export type Tick = {
  at: number;
  total: number;
  active: number;
  idle: number;
  idle_in_transaction: number;
  lock_waiting: number;
  longest_query_ms: number;
  longest_transaction_ms: number;
  groups: LoadGroup[];
};

/** One second of one server, from the two samples of that second. */
export function tickOf(at: Date, activity: Sample<ProbeRow<"activity">>, backends: Sample<ProbeRow<"backends">>): Tick | null {
  if (!isKnown(activity) || !isKnown(backends)) return null;
  const groups = loadGroups(activity.rows);
  const count = (test: (state: string) => boolean) =>
    backends.rows.filter((row) => row.backend_type === "client backend" && test(row.state)).reduce((sum, row) => sum + row.n, 0);
  const ours = activity.rows.filter((row) => row.backend_type === "client backend");
  return {
    at: at.getTime(),
    total: backends.rows.reduce((sum, row) => sum + row.n, 0),
    active: groups.reduce((sum, group) => sum + group.n, 0),
    idle: count((state) => state === "idle"),
    idle_in_transaction: count((state) => state.startsWith("idle in transaction")),
    lock_waiting: activity.rows.filter((row) => row.wait_class === "Lock").length,
    longest_query_ms: Math.max(0, ...ours.filter((row) => row.state === "active").map((row) => row.query_ms ?? 0)),
    longest_transaction_ms: Math.max(0, ...ours.map((row) => row.transaction_ms ?? 0)),
    groups,
  };
}

export function recordTick(target: string, tick: Tick): Recorded[] {
  const at = new Date(tick.at).toISOString();
  return [
    {
      table: "tick",
      row: [
        at,
        target,
        tick.total,
        tick.active,
        tick.idle,
        tick.idle_in_transaction,
        tick.lock_waiting,
        tick.longest_query_ms,
        tick.longest_transaction_ms,
      ],
    },
    ...tick.groups.map((group): Recorded => ({
      table: "load",
      row: [at, target, group.wait_class, group.wait_event, group.query_id, group.tenant, group.username, group.app, group.n],
    })),
  ];
}

const STATEMENT = ["calls", "total_ms", "rows", "blocks_hit", "blocks_read", "io_ms", "temp_blocks", "wal_bytes"] as const;
const TABLE = [
  "seq_scans",
  "seq_rows",
  "idx_scans",
  "inserted",
  "updated",
  "hot_updated",
  "deleted",
  "heap_hit",
  "heap_read",
] as const;
const DATABASE = [
  "commits",
  "rollbacks",
  "blocks_hit",
  "blocks_read",
  "inserted",
  "updated",
  "deleted",
  "returned",
  "temp_bytes",
  "deadlocks",
  "conflicts",
] as const;

type Names<N extends readonly string[]> = Record<N[number], number>;
function pick<N extends readonly string[]>(names: N, row: Names<N>): Names<N> {
  const values: Record<string, number> = {};
  for (const name of names) values[name] = row[name as N[number]];
  return values as Names<N>;
}

/** One at a time, when it is asked for: thousands are not made all at once. */
function* each<A, B>(all: readonly A[], make: (one: A) => B): Generator<B> {
  for (const one of all) yield make(one);
}

export type StatementDelta = Names<typeof STATEMENT> & { query_id: string; seconds: number };

/** Turns the samples of one server's slow lane into telemetry rows. It remembers the last totals, and nothing else. */
export class Recorder {
  private readonly statements = new Deltas<Names<typeof STATEMENT>>();
  private readonly tables = new Deltas<Names<typeof TABLE>>();
  private readonly indexes = new Deltas<{ scans: number; rows_read: number }>();
  private readonly database = new Deltas<Names<typeof DATABASE>>();
  private readonly io = new Deltas<{ read_bytes: number; write_bytes: number; read_ms: number; write_ms: number }>();
  private readonly wal = new Deltas<{ bytes: number; full_pages: number }>();
  private readonly checkpoints = new Deltas<{ timed: number; requested: number }>();
  private readonly archived = new Deltas<{ archived: number; failed: number }>();
  private readonly conflicts = new Deltas<{ n: number }>();
  private readonly gauges = new Map<string, string>();

  constructor(readonly target: string) {}

  /** After a gap without samples: totals are looked at anew. */
  forget(): void {
    for (const one of [
      this.statements,
      this.tables,
      this.indexes,
      this.database,
      this.io,
      this.wal,
      this.checkpoints,
      this.archived,
      this.conflicts,
    ])
      one.forget();
    this.gauges.clear();
  }

  private metric(at: string, name: string, label: string, value: number | null): Recorded[] {
    return value === null || !Number.isFinite(value) ? [] : [{ table: "metric", row: [at, this.target, name, label, value] }];
  }

  /** By statement, whoever ran it. */
  async statementDeltas(sample: Sample<ProbeRow<"statements">>, monotonic: number): Promise<StatementDelta[]> {
    if (!isKnown(sample)) return [];
    const epoch = String(sample.rows[0]?.stats_reset?.getTime() ?? "none");
    const found = await this.statements.longRound(
      epoch,
      monotonic,
      each(sample.rows, (row) => ({
        key: `${row.query_id} ${row.owner}`,
        since: row.stats_since?.getTime() ?? null,
        values: pick(STATEMENT, row),
      })),
    );
    const byQuery = new Map<string, StatementDelta>();
    for (const difference of found) {
      const id = difference.key.slice(0, difference.key.indexOf(" "));
      const known = byQuery.get(id);
      if (!known) byQuery.set(id, { query_id: id, seconds: difference.seconds, ...difference.values });
      else for (const name of STATEMENT) known[name] += difference.values[name];
    }
    return [...byQuery.values()].filter((delta) => delta.calls > 0);
  }

  recordStatements(at: string, deltas: readonly StatementDelta[]): Recorded[] {
    return deltas.map((delta) => ({
      table: "statement",
      row: [
        at,
        this.target,
        delta.query_id,
        delta.seconds,
        delta.calls,
        delta.total_ms,
        delta.rows,
        delta.blocks_hit,
        delta.blocks_read,
        delta.io_ms,
        delta.temp_blocks,
        delta.wal_bytes,
      ].map((value) => (typeof value === "number" ? (Number.isInteger(value) ? value : Math.round(value * 1000) / 1000) : value)),
    }));
  }

  async recordTables(sample: Sample<ProbeRow<"tables">>, monotonic: number, epoch: string): Promise<Recorded[]> {
    if (!isKnown(sample)) return [];
    const at = sample.at.toISOString();
    const found = await this.tables.longRound(
      epoch,
      monotonic,
      each(sample.rows, (row) => ({ key: row.name, values: pick(TABLE, row) })),
    );
    const deltas = new Map(found.map((difference) => [difference.key, difference.values]));
    return sample.rows.flatMap((row): Recorded[] => {
      const delta = deltas.get(row.name);
      const gauge = `${row.bytes} ${row.live} ${row.dead}`;
      // A skipped table has no size to tell; an unchanged one has nothing to add.
      if (row.bytes === null || (!delta && this.gauges.get(row.name) === gauge)) return [];
      this.gauges.set(row.name, gauge);
      const values = TABLE.map((name) => delta?.[name] ?? 0);
      return [{ table: "table_stat", row: [at, this.target, row.name, row.bytes, row.live, row.dead, ...values] }];
    });
  }

  async recordIndexes(sample: Sample<ProbeRow<"indexes">>, monotonic: number, epoch: string): Promise<Recorded[]> {
    if (!isKnown(sample)) return [];
    const at = sample.at.toISOString();
    const found = await this.indexes.longRound(
      epoch,
      monotonic,
      each(sample.rows, (row) => ({ key: row.name, values: { scans: row.scans, rows_read: row.rows_read } })),
    );
    const deltas = new Map(found.map((difference) => [difference.key, difference.values]));
    return sample.rows.flatMap((row): Recorded[] => {
      const delta = deltas.get(row.name);
      if (!delta || row.bytes === null) return [];
      return [{ table: "index_stat", row: [at, this.target, row.name, row.table_name, row.bytes, delta.scans, delta.rows_read] }];
    });
  }

  recordDatabase(sample: Sample<ProbeRow<"database">>, monotonic: number): Recorded[] {
    if (!isKnown(sample) || !sample.rows[0]) return [];
    const row = sample.rows[0];
    const at = sample.at.toISOString();
    const [delta] = this.database.round(String(row.stats_reset?.getTime()), monotonic, [
      { key: "db", values: pick(DATABASE, row) },
    ]);
    if (!delta) return [];
    const { values, seconds } = delta;
    const blocks = values.blocks_hit + values.blocks_read;
    return [
      ...this.metric(at, "db.commits_per_s", "", values.commits / seconds),
      ...this.metric(at, "db.rollbacks_per_s", "", values.rollbacks / seconds),
      ...this.metric(at, "db.hit_ratio", "", blocks > 0 ? values.blocks_hit / blocks : null),
      ...this.metric(at, "db.blocks_per_s", "", blocks / seconds),
      ...this.metric(at, "db.rows_written_per_s", "", (values.inserted + values.updated + values.deleted) / seconds),
      ...this.metric(at, "db.temp_bytes_per_s", "", values.temp_bytes / seconds),
      ...this.metric(at, "db.deadlocks", "", values.deadlocks),
    ];
  }

  recordIo(sample: Sample<ProbeRow<"io">>, monotonic: number): Recorded[] {
    if (!isKnown(sample)) return [];
    const at = sample.at.toISOString();
    const rows = sample.rows.map((row) => ({
      key: `${row.backend_type}/${row.context}`,
      values: { read_bytes: row.read_bytes, write_bytes: row.write_bytes, read_ms: row.read_ms, write_ms: row.write_ms },
    }));
    return this.io
      .round(String(sample.rows[0]?.stats_reset?.getTime()), monotonic, rows)
      .flatMap((difference) => [
        ...this.metric(at, "io.read_bytes_per_s", difference.key, difference.values.read_bytes / difference.seconds),
        ...this.metric(at, "io.write_bytes_per_s", difference.key, difference.values.write_bytes / difference.seconds),
      ]);
  }

  recordWal(sample: Sample<ProbeRow<"wal">>, monotonic: number): Recorded[] {
    if (!isKnown(sample) || !sample.rows[0]) return [];
    const row = sample.rows[0];
    const at = sample.at.toISOString();
    const [delta] = this.wal.round(String(row.stats_reset?.getTime()), monotonic, [
      { key: "wal", values: { bytes: row.bytes, full_pages: row.full_pages } },
    ]);
    return [
      ...this.metric(at, "wal.on_disk_bytes", "", row.on_disk),
      ...(delta ? this.metric(at, "wal.bytes_per_s", "", delta.values.bytes / delta.seconds) : []),
    ];
  }

  recordCheckpoints(sample: Sample<ProbeRow<"checkpointer">>, monotonic: number): Recorded[] {
    const row = sample.rows?.[0];
    if (!row) return [];
    const [delta] = this.checkpoints.round(String(row.stats_reset?.getTime()), monotonic, [
      { key: "c", values: { timed: row.timed, requested: row.requested } },
    ]);
    if (!delta) return [];
    const at = sample.at.toISOString();
    return [
      ...this.metric(at, "checkpoints.timed", "", delta.values.timed),
      ...this.metric(at, "checkpoints.requested", "", delta.values.requested),
    ];
  }

  recordArchiver(sample: Sample<ProbeRow<"archiver">>, monotonic: number): Recorded[] {
    const row = sample.rows?.[0];
    if (!row) return [];
    const at = sample.at.toISOString();
    const [delta] = this.archived.round("a", monotonic, [{ key: "a", values: { archived: row.archived, failed: row.failed } }]);
    return [
      ...this.metric(at, "archive.backlog", "", row.backlog),
      ...(delta ? this.metric(at, "archive.failed", "", delta.values.failed) : []),
    ];
  }

  recordConflicts(sample: Sample<ProbeRow<"conflicts">>, monotonic: number): Recorded[] {
    const row = sample.rows?.[0];
    if (!row) return [];
    const kinds = Object.entries(row).map(([key, n]) => ({ key, values: { n } }));
    return this.conflicts
      .round("c", monotonic, kinds)
      .flatMap((difference) => this.metric(sample.at.toISOString(), "standby.conflicts", difference.key, difference.values.n));
  }

  recordGauges(sample: Sample): Recorded[] {
    if (!sample.rows) return [];
    const at = sample.at.toISOString();
    switch (sample.probe) {
      case "slots":
        return (sample.rows as ProbeRow<"slots">[]).flatMap((row) =>
          this.metric(at, "slot.retained_bytes", row.name, row.retained_bytes),
        );
      case "sizes":
        return (sample.rows as ProbeRow<"sizes">[]).flatMap((row) => this.metric(at, "size.bytes", row.database, row.bytes));
      case "ages":
        return (sample.rows as ProbeRow<"ages">[]).flatMap((row) => [
          ...this.metric(at, "age.xid", row.database, row.xid_age),
          ...this.metric(at, "age.mxid", row.database, row.mxid_age),
        ]);
      default:
        return [];
    }
  }
}
