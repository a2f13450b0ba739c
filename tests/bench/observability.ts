import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type pg from "pg";
import { systemCtx } from "../../app/access/ctx.server.ts";
import { freePort } from "../../app/db/cluster/server.server.ts";
import { connection } from "../../app/db/urls.server.ts";
import { listAlerts } from "../../app/observability/alerts/alerts.server.ts";
import { connectionReport } from "../../app/observability/connections/report.server.ts";
import { listFindings } from "../../app/observability/findings/findings.server.ts";
import { incidentsBetween } from "../../app/observability/incidents/incidents.server.ts";
import { whatChanged } from "../../app/observability/load/changes.server.ts";
import { readLoad } from "../../app/observability/load/read-load.server.ts";
import { readMetrics } from "../../app/observability/load/read-metrics.server.ts";
import { lockReport } from "../../app/observability/locks/report.server.ts";
import { maintenanceReport } from "../../app/observability/maintenance/report.server.ts";
import { PROBES, PROBE_KEYS, type ProbeKey } from "../../app/observability/probes/all.ts";
import { listSlowCalls, queryHistory, topQueries } from "../../app/observability/queries/top.server.ts";
import { replicationReport } from "../../app/observability/replication/report.server.ts";
import { Sampler, watchedTargets } from "../../app/observability/sampler/sampler.server.ts";
import { tableHistory, tableReport } from "../../app/observability/tables/report.server.ts";
import { forget } from "../../app/platform/singleton.ts";
import { benchCluster } from "./cluster.ts";
import { fillHistory } from "./history.ts";
import { startLoad, type Load } from "./load.ts";
import { parentOf, watchOthers } from "./quiet.ts";
import type { Row } from "./similarity.ts";

const PAIRS = Number(process.env["INVIGIL_BENCH_PAIRS"] ?? 20);
const HALF_SECONDS = 4;
/** Of one core, beside what is measured: more than that disturbs a pair. */
const OTHERS_MAY_USE = 0.25;
const T_95: Record<number, number> = { 5: 2.571, 9: 2.262, 11: 2.201, 14: 2.145, 19: 2.093 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

type Collector = { process: ChildProcess; port: number; dir: string; stop(): Promise<void> };

/** The collector as it is shipped, watching the database that the environment names. */
async function startCollector(): Promise<Collector> {
  const port = await freePort();
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "invigil-bench-collector-"));
  // What this process and the collector know each other by.
  process.env["SESSION_SECRET"] ??= randomBytes(32).toString("base64url");
  const collector = spawn(process.execPath, ["build/collector.js"], {
    stdio: "ignore",
    env: {
      ...process.env,
      COLLECTOR_PORT: String(port),
      INVIGIL_DATA_DIR: dir,
      INVIGIL_PROCESS: "collector",
      INVIGIL_SIMULATE: "0",
      INVIGIL_DEMO: "0",
      NODE_ENV: "production",
    },
  });
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/health`).then(
      (response) => response.ok,
      () => false,
    );
  while (!(await isUp())) await pause(100);
  return {
    process: collector,
    port,
    dir,
    async stop() {
      const gone = new Promise((resolve) => collector.once("exit", resolve));
      collector.kill("SIGKILL");
      await gone;
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** User and system time of a process, where the system tells it. */
function processorSeconds(pid: number): number {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

type Pair = { ratio: number; off: number; busy: number; others: number };

/** One half with the collector at work, one with it held still, in this order or the other. */
async function pairOf(
  collector: ChildProcess,
  load: Load,
  roots: readonly number[],
  order: readonly ("on" | "off")[],
): Promise<Pair> {
  const rates = { on: 0, off: 0 };
  let busy = 0;
  let others = 0;
  for (const half of order) {
    collector.kill(half === "on" ? "SIGCONT" : "SIGSTOP");
    // What has waited while it was held still is done first.
    await pause(1000);
    const before = processorSeconds(collector.pid!);
    const used = watchOthers(roots);
    rates[half] = await load.rate(HALF_SECONDS);
    others = Math.max(others, used());
    if (half === "on") busy = processorSeconds(collector.pid!) - before;
  }
  return { ratio: rates.on / rates.off, off: rates.off, busy, others };
}

const meanOf = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;

/**
 * The same load with the collector at work and held still, in turns: what watching costs what is watched. A pair that
 * others on this machine disturbed is made again, at most as often as there are pairs; the least disturbed count.
 */
async function cost(owner: pg.Client): Promise<Row[]> {
  const { process: collector, stop } = await startCollector();
  const load = await startLoad(owner, connection("owner").url, 4);
  const backend = await owner.query<{ pid: number }>("select pg_backend_pid() as pid");
  const roots = [process.pid, parentOf(backend.rows[0]!.pid)].filter((pid) => pid !== null);
  try {
    await pause(8000);
    const made: Pair[] = [];
    const undisturbed = () => made.filter((pair) => pair.others < OTHERS_MAY_USE).length;
    while (made.length < 2 * PAIRS && undisturbed() < PAIRS)
      made.push(await pairOf(collector, load, roots, made.length % 2 === 0 ? ["on", "off"] : ["off", "on"]));
    collector.kill("SIGCONT");
    const pairs = [...made].sort((a, b) => a.others - b.others).slice(0, PAIRS);
    const mean = meanOf(pairs.map((pair) => pair.ratio));
    const deviation = Math.sqrt(pairs.reduce((sum, pair) => sum + (pair.ratio - mean) ** 2, 0) / (PAIRS - 1));
    const half = ((T_95[PAIRS - 1] ?? 2) * deviation) / Math.sqrt(PAIRS);
    return [
      { metric: "small transactions, collector held still", value: meanOf(pairs.map((pair) => pair.off)), unit: "tx/s" },
      { metric: `collector on against off, mean of ${PAIRS} pairs`, value: mean, unit: "×" },
      { metric: "the same, lower bound at 95 %", value: mean - half, unit: "×", aim: "0.97" },
      { metric: "the same, upper bound at 95 %", value: mean + half, unit: "×" },
      { metric: "pairs left out, because others used the machine", value: made.length - PAIRS, unit: "" },
      {
        metric: "most that others used of a core in a pair that counts",
        value: Math.max(...pairs.map((pair) => pair.others)) * 100,
        unit: "%",
      },
      {
        metric: "the collector's own share of a core meanwhile",
        value: (meanOf(pairs.map((pair) => pair.busy)) / HALF_SECONDS) * 100,
        unit: "%",
      },
    ];
  } finally {
    await load.stop();
    await stop();
  }
}

/** A database of many tables and statements: one round of the slow lane, and what the fast one does meanwhile. */
async function round(owner: pg.Client): Promise<Row[]> {
  for (let from = 1; from <= 5000; from += 250)
    await owner.query(
      `do $$ begin for i in ${from}..${from + 249} loop execute format('create table public.wide_%s (id int primary key, n int)', i); execute format('select count(*) from public.wide_%s', i); end loop; end $$`,
    );
  for (let i = 1; i <= 5000; i++) await owner.query(`select n from public.wide_${i} where id = 1`);
  const statements = await owner.query<{ n: number }>("select count(*)::int as n from pg_stat_statements");
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const watching = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const sampler = new Sampler(watchedTargets(), () => true);
  sampler.start();
  const slow = PROBE_KEYS.filter((key) => PROBES[key].lane === "slow" && (PROBES[key] as { on?: string }).on !== "standby");
  const started = performance.now();
  const seen = (key: ProbeKey) => sampler.latest("primary", key);
  while (!slow.every(seen)) await pause(50);
  const roundMs = slow.reduce((sum, key) => sum + seen(key)!.ms, 0);
  const wall = (performance.now() - started) / 1000;
  const slowest = slow.map((key) => ({ key, ms: seen(key)!.ms })).sort((a, b) => b.ms - a.ms)[0]!;
  const failed = slow.filter((key) => seen(key)!.rows === null && !/exists from/.test(seen(key)!.missing?.reason ?? ""));
  await pause(20_000);
  const ticks = sampler.memory.between("primary", 0, Date.now() + 1000).map((tick) => tick.at);
  const gaps = ticks.slice(1).map((at, i) => at - ticks[i]!);
  clearInterval(watching);
  await sampler.stop();
  return [
    { metric: "statements counted by the server", value: statements.rows[0]!.n, unit: "" },
    { metric: "slow lane, one round of all probes", value: roundMs / 1000, unit: "s" },
    { metric: "slow lane, first round from start to end", value: wall, unit: "s" },
    { metric: `its slowest probe, ${slowest.key}`, value: slowest.ms / 1000, unit: "s" },
    {
      metric: `its probes that failed${failed.length ? `: ${failed.join(", ")}` : ""}`,
      value: failed.length,
      unit: "",
      aim: "0",
    },
    { metric: "memory grown meanwhile", value: (most - before) / 1024 / 1024, unit: "MB" },
    { metric: "fast lane meanwhile, seconds looked at", value: ticks.length, unit: "" },
    { metric: "fast lane meanwhile, longest gap", value: Math.max(...gaps) / 1000, unit: "s", aim: "1" },
  ];
}

const HOUR = 3_600_000;
const RANGES: [string, number][] = [
  ["15 minutes", HOUR / 4],
  ["3 hours", 3 * HOUR],
  ["24 hours", 24 * HOUR],
  ["7 days", 168 * HOUR],
  ["30 days", 720 * HOUR],
];

/** What each page asks, as its loader asks it: of the tables, and of a collector that is at work. */
async function pages(owner: pg.Client): Promise<Row[]> {
  const kept = await fillHistory(owner);
  await owner.query("analyze");
  const collector = await startCollector();
  process.env["COLLECTOR_PORT"] = String(collector.port);
  process.env["INVIGIL_DATA_DIR"] = collector.dir;
  forget("env");
  try {
    // Until each probe has been round once.
    await pause(10_000);
    return await timePages(kept);
  } finally {
    await collector.stop();
    process.env["COLLECTOR_PORT"] = "0";
    forget("env");
  }
}

async function timePages(kept: number): Promise<Row[]> {
  const ctx = systemCtx("bench");
  type Span = { from: Date; to: Date; target: string };
  const all: Record<string, (input: Span) => Promise<unknown>> = {
    load: async (input) => {
      await Promise.all([readLoad({ ctx, input: { ...input, by: "wait" } }), incidentsBetween({ ctx, input })]);
      await Promise.all([
        listAlerts({ ctx, input }),
        listFindings({ ctx, input: {} }),
        whatChanged({ ctx, input }),
        topQueries({ ctx, input: { ...input, limit: 6 } }),
        readMetrics({ ctx, input: { ...input, names: ["db.commits_per_s", "db.hit_ratio", "wal.bytes_per_s"] } }),
      ]);
    },
    queries: (input) => Promise.all([topQueries({ ctx, input }), listSlowCalls({ ctx, input })]),
    "one query": (input) =>
      Promise.all([
        queryHistory({ ctx, input: { ...input, queryId: "7" } }),
        readLoad({ ctx, input: { ...input, by: "tenant" } }),
      ]),
    tables: (input) =>
      Promise.all([tableReport({ ctx, input }), tableHistory({ ctx, input: { ...input, name: "public.table_7" } })]),
    connections: (input) => connectionReport({ ctx, input: { ...input, by: "tenant" } }),
    locks: (input) => lockReport({ ctx, input }),
    replication: (input) => replicationReport({ ctx, input }),
    maintenance: (input) => maintenanceReport({ ctx, input }),
  };
  const found: Row[] = [{ metric: "rows of history", value: kept, unit: "rows" }];
  for (const [name, page] of Object.entries(all)) {
    const times: number[] = [];
    let worst = { range: "", ms: 0 };
    for (const [range, ms] of RANGES)
      for (let i = 0; i < 8; i++) {
        const to = new Date();
        const started = performance.now();
        await page({ from: new Date(to.getTime() - ms), to, target: "primary" });
        // The first of each is what nobody has asked before: it is not left out, it is one of eight.
        const took = performance.now() - started;
        times.push(took);
        if (took > worst.ms) worst = { range, ms: took };
      }
    times.sort((a, b) => a - b);
    found.push({
      metric: `page ${name}, p95 over all ranges (slowest: ${worst.range}, ${Math.round(worst.ms)} ms)`,
      value: times[Math.floor(times.length * 0.95)]!,
      unit: "ms",
      aim: "150",
    });
  }
  return found;
}

export const bench = {
  name: "observability",
  run: () =>
    benchCluster(
      {
        shared_preload_libraries: "pg_stat_statements",
        "pg_stat_statements.max": 6000,
        compute_query_id: "on",
        max_locks_per_transaction: 512,
        synchronous_commit: "off",
        // No checkpoint within the pairs: the pages after it are logged whole, and it would slow one half of them.
        checkpoint_timeout: "1h",
        max_wal_size: "6GB",
      },
      async (cluster) => {
        const found: Row[] = [];
        const parts: [string, (owner: pg.Client) => Promise<Row[]>][] = [
          ["pages", pages],
          ["cost", cost],
          ["round", round],
        ];
        const wanted = process.env["INVIGIL_BENCH_PARTS"]?.split(",");
        for (const [name, part] of parts) {
          if (wanted && !wanted.includes(name)) continue;
          const { owner, use } = await cluster.database(name);
          await use();
          found.push(...(await part(owner)));
        }
        return found;
      },
    ),
};
