import { describe, expect, it } from "vitest";
import type { ProbeKey, ProbeRow } from "../probes/all.ts";
import type { Statement } from "../indexes/missing.ts";
import { CHECKS } from "./all.ts";
import type { Sample } from "../sampler/sample.ts";
import type { View } from "./finding.ts";
import { runChecks } from "./findings.server.ts";

// One that must be found and one that must not, for every check. Breaks when a check says too much or too little.
const now = new Date("2026-11-20T09:00:00Z");
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

type Rows = { [K in ProbeKey]?: Partial<ProbeRow<K>>[] };

const index = (over: Partial<ProbeRow<"indexes">>): ProbeRow<"indexes"> => ({
  id: 1,
  name: "public.t_a_idx",
  table_name: "public.t",
  table_id: 10,
  skipped: false,
  bytes: 5_000_000,
  entries: 1000,
  scans: 5000,
  rows_read: 0,
  blocks_hit: 0,
  blocks_read: 0,
  last_scan: null,
  is_unique: false,
  is_primary: false,
  is_valid: true,
  is_identity: false,
  is_constraint: false,
  columns: "1",
  classes: "1",
  collations: "0",
  options: "0",
  key_columns: 1,
  method: "btree",
  predicate: null,
  has_expressions: false,
  expressions: null,
  definition: "CREATE INDEX t_a_idx ON public.t USING btree (a)",
  is_partition: false,
  ideal_bytes: 4_000_000,
  table_scans: 50_000,
  counted_since: ago(60 * 24 * 30),
  ...over,
});
const table = (over: Partial<ProbeRow<"tables">>) => ({
  name: "public.t",
  parent: null,
  estimated_rows: 100_000,
  live: 100_000,
  dead: 0,
  modified: 0,
  inserted_since_vacuum: 0,
  xid_age: 100,
  options: null,
  vacuumed_at: ago(10),
  analyzed_at: ago(10),
  autovacuumed_at: ago(10),
  stats_reset: null,
  ...over,
});
const sequence = (over: Partial<ProbeRow<"sequences">>): ProbeRow<"sequences"> => ({
  schema: "public",
  name: "public.s",
  visible: true,
  reader: "invigil_observer",
  value: 2_000_000_000,
  ascending: true,
  cycles: false,
  limit_value: 2_147_483_647,
  column_name: null,
  column_is_narrower: false,
  ...over,
});
const settings = [
  { name: "autovacuum", setting: "on", pending_restart: false },
  { name: "autovacuum_vacuum_threshold", setting: "50", pending_restart: false },
  { name: "autovacuum_vacuum_scale_factor", setting: "0.2", pending_restart: false },
];
const statement = (over: Partial<Statement>): Statement => ({
  query_id: "7",
  text: "select * from t where college_id = $1 and answered_at > $2",
  first_seen: null,
  calls: 100,
  total_ms: 5000,
  blocks_hit: 100_000,
  blocks_read: 0,
  rows: 500,
  ...over,
});
const columns = (["id", "college_id", "answered_at"] as const).map((column_name, at) => ({
  table_name: "public.t",
  column_name,
  number: at + 1,
  rows: 100_000,
  type: "x",
}));

const CASES: Record<
  string,
  {
    found: Rows;
    quiet: Rows;
    statements?: [found: Statement[], quiet: Statement[]];
    standby?: [found: Partial<ProbeRow<"indexes">>[] | null, quiet: Partial<ProbeRow<"indexes">>[] | null];
  }
> = {
  "0001": {
    found: { indexes: [index({ scans: 0 })] },
    quiet: { indexes: [index({ scans: 0 }), index({ name: "public.pk", scans: 0, is_unique: true })] },
    standby: [[index({ scans: 0 })], [index({ scans: 3 })]],
  },
  "0002": {
    found: {
      indexes: [
        index({ id: 1 }),
        index({
          id: 2,
          name: "public.t_ab_idx",
          columns: "1 2",
          key_columns: 2,
          classes: "1 1",
          collations: "0 0",
          options: "0 0",
        }),
      ],
    },
    quiet: {
      indexes: [
        index({ id: 1, predicate: "(a > 1)" }),
        index({ id: 2, columns: "2 1", key_columns: 2, classes: "1 1", collations: "0 0", options: "0 0" }),
        index({ id: 3, columns: "1 3", key_columns: 2, classes: "1 1", collations: "0 0", options: "3 0" }),
      ],
    },
  },
  "0003": {
    found: { indexes: [index({ is_valid: false })], progress: [] },
    quiet: { indexes: [index({ is_valid: false })], progress: [{ kind: "create index", relation: "public.t" }] },
  },
  "0004": {
    found: { indexes: [index({ columns: "1" })], columnStats: columns },
    quiet: { indexes: [index({ columns: "2 3", key_columns: 2 })], columnStats: columns },
    statements: [[statement({})], [statement({}), statement({ blocks_hit: 300, text: "select * from t where id = $1" })]],
  },
  "0005": {
    found: {
      foreignKeys: [
        {
          name: "fk",
          table_name: "public.t",
          table_id: 10,
          referenced: "public.p",
          columns: "2 3",
          column_names: ["p_id", "college_id"],
          rows: 1,
        },
      ],
      indexes: [index({ columns: "2" })],
      tables: [table({})],
    },
    quiet: {
      foreignKeys: [
        {
          name: "fk",
          table_name: "public.t",
          table_id: 10,
          referenced: "public.p",
          columns: "2 3",
          column_names: ["p_id", "college_id"],
          rows: 1,
        },
      ],
      indexes: [index({ columns: "3 2 1", key_columns: 3 })],
      tables: [table({})],
    },
  },
  "0006": {
    found: { indexes: [index({ bytes: 50_000_000, ideal_bytes: 10_000_000 })], indexDensity: [] },
    quiet: {
      indexes: [
        index({ bytes: 15_000_000, ideal_bytes: 10_000_000 }),
        index({ bytes: 5_000_000, ideal_bytes: 1_000_000 }),
        index({ name: "public.measured", bytes: 50_000_000, ideal_bytes: 10_000_000 }),
        index({ name: "public.hidden", bytes: 50_000_000, ideal_bytes: null }),
      ],
      indexDensity: [{ name: "public.measured", density: 88 }],
    },
  },
  "0007": {
    found: { tables: [table({ dead: 60_000, vacuumed_at: ago(120) })], settings },
    quiet: { tables: [table({ dead: 60_000, vacuumed_at: ago(5) }), table({ dead: 10_000, vacuumed_at: null })], settings },
  },
  "0008": {
    found: { ages: [{ database: "d", xid_age: 600_000_000, mxid_age: 1, freeze_max: 400_000_000, connectable: false }] },
    quiet: {
      ages: [
        { database: "d", xid_age: 150_000_000, mxid_age: 1, freeze_max: 200_000_000, connectable: true },
        // Far beyond a small autovacuum_freeze_max_age, and 0 % of what is possible.
        { database: "small", xid_age: 350_000, mxid_age: 1, freeze_max: 100_000, connectable: true },
      ],
    },
  },
  "0009": {
    found: { tables: [table({ analyzed_at: null })] },
    quiet: {
      tables: [
        table({ modified: 10_000 }),
        table({ live: 100, estimated_rows: 100, analyzed_at: null }),
        // Just after a reset: nobody knows when it was analyzed.
        table({ live: 0, analyzed_at: null, vacuumed_at: null, stats_reset: ago(3) }),
      ],
    },
  },
  "0010": {
    found: {
      activity: [
        {
          pid: 4,
          backend_type: "client backend",
          app: "exam-app tenant=N",
          state: "idle in transaction",
          state_ms: 400_000,
          transaction_ms: 400_000,
        },
      ],
    },
    quiet: {
      activity: [{ pid: 4, backend_type: "client backend", app: "x", state: "active", state_ms: 10, transaction_ms: 2000 }],
    },
  },
  "0011": {
    found: { slots: [{ name: "s", active: false, retained_bytes: 900_000_000, wal_status: "extended" }] },
    quiet: {
      slots: [
        { name: "s", active: true, retained_bytes: 900_000_000, wal_status: "reserved" },
        { name: "n", active: false, retained_bytes: 1000, wal_status: "reserved" },
      ],
    },
  },
  "0012": {
    found: {
      archiver: [
        {
          mode: "on",
          has_command: true,
          last_failed_wal: "0001",
          last_failed_time: ago(1),
          last_archived_time: ago(5),
          backlog: 3,
          waiting_since: ago(4),
          started_at: ago(600),
        },
      ],
    },
    quiet: {
      archiver: [
        {
          mode: "on",
          has_command: true,
          last_failed_wal: "0001",
          last_failed_time: ago(50),
          last_archived_time: ago(5),
          backlog: 0,
          waiting_since: null,
          started_at: ago(600),
        },
      ],
    },
  },
  "0013": {
    found: {},
    quiet: {},
    statements: [
      [statement({ calls: 3, total_ms: 6000 })],
      [statement({ calls: 100, total_ms: 6000 }), statement({ calls: 1, total_ms: 9000 })],
    ],
  },
  "0014": {
    found: { checkpointer: [{ timed: 10, requested: 90 }], settings },
    quiet: { checkpointer: [{ timed: 90, requested: 30 }], settings },
  },
  "0015": {
    found: { sequences: [sequence({})] },
    quiet: {
      sequences: [
        sequence({ limit_value: 9e18 }),
        sequence({ cycles: true }),
        sequence({ visible: false, value: null }),
        sequence({ ascending: false, value: -5, limit_value: 2_147_483_648 }),
      ],
    },
  },
  "0016": {
    found: { settings: [{ name: "fsync", setting: "off", pending_restart: false }] },
    quiet: { settings: [{ name: "fsync", setting: "on", pending_restart: false }] },
  },
  "0017": {
    found: { prepared: [{ gid: "transfer 7", database: "d", owner: "app", seconds: 900 }] },
    quiet: { prepared: [{ gid: "transfer 8", database: "d", owner: "app", seconds: 2 }] },
  },
};

function viewOf(given: Rows, statements: Statement[] | null, standby: Partial<ProbeRow<"indexes">>[] | null | undefined): View {
  return {
    now,
    rows: <K extends ProbeKey>(key: K) => (given[key] ?? null) as ProbeRow<K>[] | null,
    standbys: <K extends ProbeKey>(_key: K) => (standby === undefined ? [] : [standby as ProbeRow<K>[] | null]),
    statements,
  };
}

describe("checks", () => {
  it("are numbered without a gap, and each has both cases", () => {
    expect(CHECKS.map((check) => check.id)).toEqual(
      Array.from({ length: CHECKS.length }, (_, at) => String(at + 1).padStart(4, "0")),
    );
    expect(Object.keys(CASES).sort()).toEqual(CHECKS.map((check) => check.id));
  });

  for (const check of CHECKS) {
    const one = CASES[check.id]!;
    it(`${check.id} ${check.name} finds what is there`, () => {
      const found = check.run(viewOf(one.found, one.statements?.[0] ?? null, one.standby?.[0]));
      expect(found).toHaveLength(1);
      expect(found[0]!.subject).not.toBe("");
      expect(found[0]!.says).not.toMatch(/undefined|NaN|null/);
    });
    it(`${check.id} ${check.name} is quiet when nothing is`, () => {
      expect(check.run(viewOf(one.quiet, one.statements?.[1] ?? null, one.standby?.[1]))).toEqual([]);
    });
  }

  it("say that they could not look instead of that all is well", async () => {
    const blind: Sample = {
      probe: "tables",
      target: "primary",
      at: now,
      ms: 1,
      rows: null,
      missing: { reason: "no right", grant: "GRANT x" },
      sql: "",
    };
    const result = await runChecks(viewOf({}, null, undefined), new Map([["tables", blind]]), []);
    expect(result.every((finding) => finding.unknown !== null)).toBe(true);
    expect(result.find((finding) => finding.id === "0009")!.unknown).toEqual({ reason: "no right", grant: "GRANT x" });
  });

  it("never call an index unused while a standby can't be asked", () => {
    expect(CHECKS[0]!.run(viewOf({ indexes: [index({ scans: 0 })] }, null, null))).toEqual([]);
  });

  it("call no index unused before scans were counted for a week on every server, and none of a table nobody works with", () => {
    const run = (primary: Partial<ProbeRow<"indexes">>, standby: Partial<ProbeRow<"indexes">>) =>
      viewOf({ indexes: [index({ scans: 0, ...primary })] }, null, [index({ scans: 0, ...standby })]);
    const old = { counted_since: ago(60 * 24 * 8) };
    const young = { counted_since: ago(20) };
    expect(CHECKS[0]!.run(run(old, old))).toMatchObject([{ says: expect.stringContaining("since 2026-11-12") as string }]);
    for (const view of [run(young, old), run(old, young), run({ counted_since: null }, old)]) {
      expect(CHECKS[0]!.run(view)).toEqual([]);
      expect(CHECKS[0]!.blind!(view)?.reason).toMatch(/counted|counts/);
    }
    expect(CHECKS[0]!.run(run({ ...old, table_scans: 12 }, old))).toEqual([]);
  });

  it("say that a sequence's value is not visible, and what to grant, instead of calling it in order", async () => {
    const view = viewOf(
      { sequences: [sequence({ visible: false, value: null, schema: "shop", name: "shop.orders_id_seq" })] },
      [],
      [],
    );
    const found = (await runChecks(view, new Map(), [])).find((finding) => finding.id === "0015")!;
    expect(found.evidence).toEqual([]);
    expect(found.unknown).toEqual({
      reason: "The value of 1 sequence is not visible to the observer (shop.orders_id_seq).",
      grant:
        "GRANT SELECT ON ALL SEQUENCES IN SCHEMA shop TO invigil_observer; ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON SEQUENCES TO invigil_observer;",
    });
  });

  it("name the column that is too narrow for its sequence", () => {
    const row = sequence({ column_name: "public.orders.id", column_is_narrower: true });
    expect(CHECKS.find((check) => check.id === "0015")!.run(viewOf({ sequences: [row] }, null, null))).toMatchObject([
      {
        says: "2,000,000,000 of 2,147,483,647 (93 %), the limit of public.orders.id",
        fix: "ALTER TABLE public.orders ALTER COLUMN id TYPE bigint; -- writes the whole table anew, under a lock",
      },
    ]);
  });

  it("keep what is muted, with why", async () => {
    const view = viewOf({ indexes: [index({ scans: 0 })] }, [], [index({ scans: 0 })]);
    const mutes = [{ finding: "0001", subject: "public.t_a_idx", reason: "used once a year", until: now }];
    const result = (await runChecks(view, new Map(), mutes)).find((finding) => finding.id === "0001")!;
    expect(result.evidence).toMatchObject([{ subject: "public.t_a_idx", mute: { reason: "used once a year" } }]);
  });
});
