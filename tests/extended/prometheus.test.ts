import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { freePort } from "../../app/db/cluster/server.server.ts";
import { NAMED } from "../../app/metrics/names.ts";
import { dashboards } from "../../grafana/build/dashboards.ts";
import { CONSOLE } from "../../grafana/build/files.ts";
import { PROM_RULES, RECORDED } from "../../grafana/build/rules.ts";

// What is shipped, before the real programs: Debian's promtool and Prometheus, and a console with its demo.
const has = (program: string) => spawnSync(program, ["--version"]).status === 0;
const tools = has("promtool") && has("prometheus");
const { base, metrics } = { ...inject("demo") };

if (!tools)
  process.stderr.write("promtool and prometheus are not installed here (Debian: prometheus); their tests fail without them\n");

function promtool(args: string[], input?: string): { status: number | null; output: string } {
  const done = spawnSync("promtool", args, { input, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return { status: done.status, output: `${done.stdout}${done.stderr}` };
}

const TOTAL = 'should have "_total" suffix';
const COUNT = 'should not have "_count" suffix';

/** Names that someone else chose and dashboards hold on to: which, what promtool says of it, and whose they are. */
const DICTATED: [name: RegExp, remark: string, reason: string][] = [
  [
    /^pg_stat_wal_receiver_(receive_start_lsn|flushed_lsn|last_msg_(send|receipt)_time|latest_end_(lsn|time))$/,
    TOTAL,
    "postgres_exporter names these after the view's columns",
  ],
  [
    /^pg_stat_database_(xact_(commit|rollback)|blks_(read|hit)|tup_(returned|fetched|inserted|updated|deleted)|conflicts|temp_(files|bytes)|deadlocks|blk_(read|write)_time|stats_reset)$/,
    TOTAL,
    "postgres_exporter names these counters after the view's columns",
  ],
  [
    /^pg_stat_database_((active|session|idle_in_transaction)_time|sessions(_abandoned|_fatal|_killed)?|checksum_failures|conflicts_confl_(tablespace|lock|snapshot|bufferpin|deadlock))$/,
    TOTAL,
    "the same, as its releases before 0.12 had them",
  ],
  [
    /^pg_stat_bgwriter_(checkpoints_(timed|req)|checkpoint_(write|sync)_time|buffers_(checkpoint|clean|alloc|backend|backend_fsync)|maxwritten_clean|stats_reset)$/,
    TOTAL,
    "the older of two generations; the newer has _total and stands beside it",
  ],
  [
    /^pg_stat_user_tables_(seq_scan|seq_tup_read|idx_scan|idx_tup_fetch|n_tup_(ins|upd|del|hot_upd)|(auto)?(vacuum|analyze)_count)$/,
    TOTAL,
    "postgres_exporter names these counters after the view's columns",
  ],
  [/^pg_stat_user_tables_(auto)?(vacuum|analyze)_count$/, COUNT, "the view's columns end so"],
  [/^pg_statio_user_tables_(heap|idx|toast|tidx)_blocks_(read|hit)$/, TOTAL, "postgres_exporter's names"],
  [/^pg_stat_archiver_(archived|failed)_count$/, TOTAL, "the view's columns"],
  [/^pg_stat_archiver_(archived|failed)_count$/, COUNT, "the view's columns end so"],
  [/^pg_(stat_activity|locks)_count$/, COUNT, "postgres_exporter's gauges"],
  [/^pg_settings_[a-z0-9_]+_count$/, COUNT, "the name of a server parameter"],
  [/^pg_settings_[a-z0-9_]+$/, "metric name should not include type", "the name of a server parameter"],
  [/^nodejs_active_(resources|requests|handles)_total$/, 'should not have "_total" suffix', "prom-client's own gauges of Node"],
];

describe("promtool", () => {
  it("accepts the rules and both configurations", () => {
    for (const args of [
      ["check", "rules", "grafana/alerts/alerts.yml", "grafana/alerts/recording.yml"],
      ["check", "config", "grafana/prometheus.yml"],
      ["check", "config", "--syntax-only", "grafana/prometheus.compose.yml"],
    ]) {
      const { status, output } = promtool(args);
      expect(status, output).toBe(0);
    }
  });

  it("sees every alert fire and end", () => {
    const { status, output } = promtool(["test", "rules", "grafana/alerts/alerts.test.yml"]);
    expect(status, output).toBe(0);
  });

  it.each([
    ["the collector's text", () => `${metrics}/metrics`],
    ["the console's text", () => `${base}/metrics`],
    ["the console's own", () => `${base}/metrics?scope=process`],
  ])("parses %s and has remarks about the exporter's and Node's names only", async (_what, url) => {
    const response = await fetch(url());
    expect(response.status).toBe(200);
    const { status, output } = promtool(["check", "metrics"], await response.text());
    // 1: it does not parse. 3: remarks.
    expect([0, 3], output).toContain(status);
    const remarks = output.split("\n").filter((line) => /^[a-z_]+[a-z0-9_]* /.test(line));
    const excused = (line: string) => DICTATED.some(([name, remark]) => name.test(line.split(" ")[0]!) && line.includes(remark));
    expect(remarks.filter((line) => !excused(line))).toEqual([]);
  });
});

/** What may be empty in a fresh demo, and why. */
const MAY_BE_EMPTY: [metric: RegExp, reason: string][] = [
  [/invigil_backup_/, "nobody has made or checked a backup yet"],
  [/invigil_backups/, "nobody has made a backup yet"],
  [/invigil_audit_verification_/, "the log is verified at night"],
  [/invigil_appeals/, "a demo may have no appeal"],
  [/invigil_jobs/, "nobody has asked for a job yet"],
  [/invigil_active_sessions|invigil_tenant_load_ratio/, "at this moment nobody may be at work"],
];

describe("Prometheus", () => {
  let child: ChildProcess;
  let address = "";
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "invigil-prometheus-"));

  async function query(expression: string): Promise<{ error: string | null; series: number }> {
    const response = await fetch(`${address}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const answer = (await response.json()) as { status: string; error?: string; data?: { result: unknown[] } };
    return answer.status === "success"
      ? { error: null, series: answer.data!.result.length }
      : { error: answer.error ?? "unknown", series: 0 };
  }

  beforeAll(async () => {
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
    const shipped = fs.readFileSync("grafana/prometheus.yml", "utf8");
    fs.cpSync("grafana/alerts", path.join(dir, "alerts"), { recursive: true });
    fs.writeFileSync(
      path.join(dir, "prometheus.yml"),
      shipped.replaceAll("127.0.0.1:3000", new URL(base).host).replaceAll(/_interval: 5s/g, "_interval: 2s"),
    );
    child = spawn(
      "prometheus",
      [
        `--config.file=${dir}/prometheus.yml`,
        `--storage.tsdb.path=${dir}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--log.level=error",
      ],
      { stdio: "ignore" },
    );
    // A login gives the console a request and a verb to count.
    await fetch(`${base}/login`);
    const end = Date.now() + 90_000;
    const enough = async () => (await query("count_over_time(invigil_rendered_timestamp_seconds[5m]) > 25")).series > 0;
    while (!(await enough().catch(() => false))) {
      if (Date.now() > end) throw new Error("Prometheus did not collect 25 scrapes within 90 s");
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }, 120_000);

  afterAll(async () => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
    fs.rmSync(dir, { recursive: true, force: true });
  });

  it("has data for every panel of every dashboard", async () => {
    const failed = async () => {
      const found: string[] = [];
      for (const spec of dashboards(CONSOLE))
        for (const panel of spec.rows.flatMap((row) => row.panels))
          for (const { expr } of panel.queries) {
            const { error, series } = await query(expr.replaceAll(/\$\w+/g, ".*"));
            const excused = MAY_BE_EMPTY.some(([metric]) => metric.test(expr));
            if (error || (series === 0 && !excused)) found.push(`${spec.title} / ${panel.title}: ${error ?? "empty"}: ${expr}`);
          }
      return found;
    };
    // A rate needs two samples, and counters of tables are sampled once a minute.
    await expect.poll(failed, { timeout: 180_000, interval: 5000 }).toEqual([]);
  }, 200_000);

  it("evaluates every rule without an error, and knows what each looks at", async () => {
    const failed: string[] = [];
    for (const { record } of RECORDED) {
      const { error, series } = await query(record);
      if (error || series === 0) failed.push(`${record}: ${error ?? "empty"}`);
    }
    for (const rule of PROM_RULES) {
      const { error } = await query(rule.expr);
      if (error) failed.push(`${rule.alert}: ${error}`);
    }
    const answer = (await (await fetch(`${address}/api/v1/rules`)).json()) as {
      data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
    };
    const rules = answer.data.groups.flatMap((group) => group.rules);
    expect(rules.length).toBe(PROM_RULES.length + RECORDED.length);
    failed.push(...rules.filter((rule) => rule.health !== "ok").map((rule) => `${rule.name}: ${rule.lastError}`));
    expect(failed).toEqual([]);
  });

  it("finds no family in the text that the list of names does not have", async () => {
    const text = await (await fetch(`${base}/metrics`)).text();
    const known = new Set(NAMED.map((named) => named.name));
    const strange = [...text.matchAll(/^# TYPE (\S+)/gm)]
      .map((match) => match[1]!)
      .filter((name) => !known.has(name) && !/^(pg_settings|process|nodejs)_/.test(name));
    expect(strange).toEqual([]);
    expect([...text.matchAll(/^# TYPE (\S+)/gm)].length).toBe(
      new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((m) => m[1])).size,
    );
  });
});
