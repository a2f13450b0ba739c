import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { testDatabase } from "../../tests/database.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import type { Probe } from "~/observability/probe.ts";
import { PROBES, PROBE_KEYS, type ProbeRow } from "~/observability/probes/all.ts";
import { ask, examineServer } from "~/observability/sampler/ask.server.ts";
import type { Sample } from "~/observability/sampler/sample.ts";
import type { View } from "./family.ts";
import { statementSums } from "./families/statements.ts";
import { render } from "./render.ts";

// Each exported value against what the same view says to someone else. Breaks when a name carries another column's number.
const db = testDatabase();
let pool: Pool;
let admin: pg.Client;
let text: string;
let vacuum: pg.Client;
const others: pg.Client[] = [];
let between: { before: Map<string, number>; after: Map<string, number> };

/** What views say, as series: the columns of each row are the values, whatever is named in `labels` its labels. */
const VIEWS: { prefix: string; labels: string[]; sql: string; gauges?: boolean }[] = [
  {
    prefix: "pg_stat_user_tables_",
    labels: ["schemaname", "relname"],
    sql: `select schemaname, relname, seq_scan, seq_tup_read, coalesce(idx_scan, 0) as idx_scan, coalesce(idx_tup_fetch, 0) as idx_tup_fetch, n_tup_ins, n_tup_upd, n_tup_del, n_tup_hot_upd,
            n_live_tup, n_dead_tup, n_mod_since_analyze, coalesce(extract(epoch from last_vacuum), 0) as last_vacuum, coalesce(extract(epoch from last_autovacuum), 0) as last_autovacuum,
            coalesce(extract(epoch from last_analyze), 0) as last_analyze, coalesce(extract(epoch from last_autoanalyze), 0) as last_autoanalyze, vacuum_count, autovacuum_count, analyze_count,
            autoanalyze_count, pg_table_size(relid) as table_size_bytes, nullif(pg_indexes_size(relid), 0) as index_size_bytes from pg_stat_user_tables where schemaname = 'metrics_test'`,
  },
  {
    prefix: "pg_statio_user_tables_",
    labels: ["schemaname", "relname"],
    sql: `select schemaname, relname, heap_blks_hit as heap_blocks_hit, heap_blks_read as heap_blocks_read, coalesce(idx_blks_hit, 0) as idx_blocks_hit, coalesce(idx_blks_read, 0) as idx_blocks_read,
            coalesce(toast_blks_hit, 0) as toast_blocks_hit, coalesce(toast_blks_read, 0) as toast_blocks_read, coalesce(tidx_blks_hit, 0) as tidx_blocks_hit, coalesce(tidx_blks_read, 0) as tidx_blocks_read
          from pg_statio_user_tables where schemaname = 'metrics_test'`,
  },
  {
    prefix: "pg_statio_user_indexes_",
    labels: ["schemaname", "relname", "indexrelname"],
    sql: "select schemaname, relname, indexrelname, idx_blks_read as idx_blks_read_total, idx_blks_hit as idx_blks_hit_total from pg_statio_user_indexes where schemaname = 'metrics_test'",
  },
  {
    prefix: "pg_stat_database_",
    labels: ["datname"],
    sql: `select datname, numbackends, xact_commit, xact_rollback, blks_read, blks_hit, tup_returned, tup_fetched, tup_inserted, tup_updated, tup_deleted, conflicts, temp_files, temp_bytes, deadlocks,
            blk_read_time, blk_write_time, active_time, session_time, idle_in_transaction_time, sessions, sessions_abandoned, sessions_fatal, sessions_killed, active_time / 1000 as active_time_seconds_total
          from pg_stat_database where datname = current_database()`,
  },
  {
    prefix: "pg_stat_database_conflicts_",
    labels: ["datname"],
    sql: "select datname, confl_tablespace, confl_lock, confl_snapshot, confl_bufferpin, confl_deadlock from pg_stat_database_conflicts where datname = current_database()",
  },
  {
    prefix: "pg_stat_bgwriter_",
    labels: [],
    sql: "select buffers_clean as buffers_clean_total, maxwritten_clean as maxwritten_clean_total, buffers_alloc as buffers_alloc_total, extract(epoch from stats_reset) as stats_reset_total from pg_stat_bgwriter",
  },
  {
    prefix: "pg_stat_checkpointer_",
    labels: [],
    sql: `select num_timed as num_timed_total, num_requested as num_requested_total, restartpoints_timed as restartpoints_timed_total, restartpoints_req as restartpoints_req_total,
            restartpoints_done as restartpoints_done_total, write_time as write_time_total, sync_time as sync_time_total, buffers_written as buffers_written_total,
            extract(epoch from stats_reset) as stats_reset_total from pg_stat_checkpointer`,
  },
  {
    prefix: "pg_stat_statements_",
    labels: ["user", "queryid"],
    sql: `select r.rolname as "user", queryid::text, sum(calls) as calls_total, sum(total_exec_time) / 1000 as seconds_total, sum(rows) as rows_total, sum(shared_blk_read_time) / 1000 as block_read_seconds_total,
            sum(shared_blk_write_time) / 1000 as block_write_seconds_total from pg_stat_statements s join pg_roles r on r.oid = s.userid
          where dbid = (select oid from pg_database where datname = current_database()) and query like '%metrics_test.told%' and query not like '%insert%' group by 1, 2`,
  },
  {
    prefix: "pg_wal_",
    labels: [],
    sql: "select count(*) filter (where name ~ '^[0-9A-F]{24}$') as segments, sum(size) as size_bytes from pg_ls_waldir()",
  },
  {
    prefix: "pg_database_",
    labels: ["datname"],
    sql: "select datname, pg_database_size(oid) as size_bytes, datconnlimit as connection_limit from pg_database where datname = current_database()",
  },
  {
    prefix: "pg_roles_",
    labels: ["rolname"],
    sql: "select rolname, rolconnlimit as connection_limit from pg_roles where rolname = 'invigil_observer'",
  },
  {
    prefix: "pg_stat_progress_vacuum_",
    labels: ["datname", "relname"],
    sql: `select datname, relid::regclass::text as relname, heap_blks_total as heap_blks, heap_blks_scanned, heap_blks_vacuumed, index_vacuum_count as index_vacuums, num_dead_item_ids as num_dead_tuples
          from pg_stat_progress_vacuum where datname = current_database() and relid = 'metrics_test.cleaned'::regclass`,
  },
  { prefix: "pg_stat_archiver_", labels: [], sql: "select archived_count, failed_count from pg_stat_archiver" },
  {
    prefix: "pg_settings_",
    labels: [],
    sql: "select setting::int as max_connections from pg_settings where name = 'max_connections'",
  },
];

async function look(): Promise<Map<string, number>> {
  const said = new Map<string, number>();
  for (const { prefix, labels, sql } of VIEWS)
    for (const row of (await admin.query<Record<string, unknown>>(sql)).rows) {
      const key = labels.map((name) => `${name}="${String(row[name])}"`).join(",");
      for (const [name, value] of Object.entries(row))
        if (!labels.includes(name) && value !== null) said.set(`${prefix}${name}{${key}}`, Number(value));
    }
  return said;
}

/** The line of the text whose labels hold all of these. */
function shown(key: string): number | undefined {
  const [, name = "", labels = ""] = /^([^{]+)\{(.*)\}$/.exec(key)!;
  const wanted = labels === "" ? [] : labels.split(/,(?=[a-z]+=")/);
  const line = text.split("\n").find((one) => one.startsWith(`${name}{`) && wanted.every((label) => one.includes(label)));
  return line === undefined ? undefined : Number(/ (\S+)(?: \d+)?$/.exec(line)![1]);
}

beforeAll(async () => {
  admin = new pg.Client({ connectionString: db.url("postgres") });
  await admin.connect();
  await admin.query("create schema metrics_test; create extension pg_buffercache schema metrics_test");
  await admin.query("grant usage on schema metrics_test to invigil_observer");
  await admin.query(
    "create table metrics_test.told (id int primary key, n int, long text); create index on metrics_test.told (n); create table metrics_test.plain (n int)",
  );
  await admin.query("alter table metrics_test.told alter column long set storage external");
  await admin.query("insert into metrics_test.told select i, i % 7, repeat('x', 5000) from generate_series(1, 300) i");
  await admin.query("insert into metrics_test.plain select generate_series(1, 50)");
  await admin.query("update metrics_test.told set n = n + 1 where id < 40; delete from metrics_test.told where id > 280");
  await admin.query("vacuum analyze metrics_test.told");
  for (let i = 0; i < 5; i++) await admin.query("select length(long) from metrics_test.told where id = $1", [i + 1]);
  await admin.query("select count(*) from metrics_test.told; select pg_stat_force_next_flush()");
  // One page in a tenth of a second: it lasts longer than this test looks.
  await admin.query("create table metrics_test.cleaned (n int, long text) with (autovacuum_enabled = off)");
  await admin.query("insert into metrics_test.cleaned select i, repeat('x', 1000) from generate_series(1, 4000) i");
  vacuum = new pg.Client({ connectionString: db.url("postgres") });
  vacuum.on("error", () => undefined);
  await vacuum.connect();
  await vacuum.query("set vacuum_cost_delay = '100ms'; set vacuum_cost_limit = 1");
  vacuum.query("vacuum metrics_test.cleaned").catch(() => undefined);
  while (
    (await admin.query("select 1 from pg_stat_progress_vacuum where phase = 'scanning heap' and heap_blks_scanned > 0"))
      .rowCount === 0
  )
    await new Promise((resolve) => setTimeout(resolve, 20));
  for (const name of ["metrics asleep", "metrics idle", "metrics idle"]) {
    const client = new pg.Client({ connectionString: db.url("app"), application_name: name });
    client.on("error", () => undefined);
    await client.connect();
    others.push(client);
    if (name === "metrics asleep") client.query("select pg_sleep(60)").catch(() => undefined);
    else await client.query("select 1");
  }
  while (
    (await admin.query("select 1 from pg_stat_activity where application_name = 'metrics asleep' and wait_event = 'PgSleep'"))
      .rowCount === 0
  )
    await new Promise((resolve) => setTimeout(resolve, 20));
  pool = createPool("values", { url: db.url("observer"), applicationName: "values", max: 1 });
  const server = await examineServer(pool);
  const before = await look();
  const samples = new Map<string, Sample>();
  for (const key of PROBE_KEYS) samples.set(key, await ask(pool, PROBES[key] as unknown as Probe, "primary", server));
  const after = await look();
  between = { before, after };
  const fresh: View["fresh"] = (_server, key) => (samples.get(key)?.rows as ProbeRow<typeof key>[] | undefined) ?? null;
  const ids = new Set(statementSums(fresh("primary", "statements") ?? []).map((sum) => sum.id));
  text = await render({
    now: Date.now(),
    active: true,
    targets: [{ name: "primary", kind: "primary", reachable: true, error: null, since: null, server }],
    fresh,
    at: (_server, key) => samples.get(key)?.at.getTime() ?? null,
    lags: [],
    probes: [],
    store: { written: 0, spooled: 0, backfilled: 0, dropped: 0 },
    alerts: [],
    signals: [],
    schedules: [],
    findings: [],
    rounds: { n: 1, ms: 1 },
    platform: null,
    platformAgeSeconds: null,
    top: () => ids,
  });
});

afterAll(async () => {
  await admin.query("select pg_terminate_backend(pid) from pg_stat_progress_vacuum");
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'metrics asleep'");
  await Promise.allSettled(others.map((client) => client.end()));
  await vacuum.end().catch(() => undefined);
  await pool.end();
  await admin.end();
});

it("every series of the views is there, with the value that the view says", () => {
  const wrong: string[] = [];
  for (const [key, before] of between.before) {
    const after = between.after.get(key) ?? before;
    const value = shown(key);
    // Other sessions of the same server go on meanwhile: the value lies between two looks.
    const [low, high] = [Math.min(before, after), Math.max(before, after)];
    const slack = Math.max(1e-6, Math.abs(high) * 1e-9);
    if (value === undefined) wrong.push(`${key} is missing, the view says ${before}`);
    else if (value < low - slack || value > high + slack)
      wrong.push(`${key} is ${value}, the view says ${before} and then ${after}`);
  }
  expect(wrong).toEqual([]);
  process.stdout.write(`metrics compared with their views: ${between.before.size} series\n`);
  // The constructed table has moved every counter that this test would otherwise compare as 0 with 0.
  for (const name of ["idx_scan", "idx_tup_fetch", "n_tup_upd", "n_tup_del", "vacuum_count", "analyze_count"])
    expect(shown(`pg_stat_user_tables_${name}{relname="told"}`), name).toBeGreaterThan(0);
  for (const name of ["heap", "idx", "toast", "tidx"])
    expect(shown(`pg_statio_user_tables_${name}_blocks_hit{relname="told"}`), name).toBeGreaterThan(0);
});

it("a running vacuum is in one phase", () => {
  const phases = text
    .split("\n")
    .filter((line) => line.startsWith("pg_stat_progress_vacuum_phase{") && line.includes('relname="metrics_test.cleaned"'));
  expect(phases).toHaveLength(7);
  expect(phases.filter((line) => line.endsWith(" 1"))).toEqual([expect.stringContaining('phase="scanning heap"')]);
  expect(shown('pg_stat_progress_vacuum_heap_blks{relname="metrics_test.cleaned"}')).toBeGreaterThan(100);
});

it("sessions that do nothing are in the buckets of how long they have done so", () => {
  const lines = text.split("\n").filter((line) => line.startsWith("pg_process_idle_seconds"));
  const of = (suffix: string) =>
    lines.find((line) => line.startsWith(`pg_process_idle_seconds_${suffix}`) && line.includes('state="idle"'));
  expect(Number(of("count")!.split(" ").at(-1))).toBeGreaterThan(0);
  expect(text).toContain("# TYPE pg_process_idle_seconds histogram\n");
  const buckets = lines
    .filter((line) => line.includes("_bucket") && line.includes('state="idle"'))
    .map((line) => Number(line.split(" ").at(-1)));
  expect(buckets.length).toBeGreaterThanOrEqual(10);
});

it("the buffers in use and those that are not are all that the server has", async () => {
  const { rows } = await admin.query<{ all: number }>(
    "select setting::int as all from pg_settings where name = 'shared_buffers'",
  );
  const of = (name: string) => shown(`pg_buffercache_summary_${name}{}`)!;
  expect(of("buffers_used") + of("buffers_unused")).toBe(rows[0]!.all);
  expect(of("buffers_used")).toBeGreaterThan(100);
  expect(of("buffers_dirty")).toBeLessThanOrEqual(of("buffers_used"));
  expect(of("buffers_pinned")).toBeLessThan(of("buffers_used"));
  expect(of("usagecount_avg")).toBeGreaterThan(0);
});

it("a session that waits is told with what it waits for, and one that works with nothing", () => {
  const of = (app: string) =>
    text
      .split("\n")
      .filter((line) => line.startsWith("pg_stat_activity_count{") && line.includes(`application_name="${app}"`))
      .map((line) => /state="([^"]*)".*wait_event_type="([^"]*)",wait_event="([^"]*)"\} (\d+)$/.exec(line)?.slice(1));
  expect(of("metrics asleep")).toEqual([["active", "Timeout", "PgSleep", "1"]]);
  expect(of("metrics idle")).toEqual([["idle", "Client", "ClientRead", "2"]]);
});
