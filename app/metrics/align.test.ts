import { describe, expect, it } from "vitest";
import type { ProbeRow } from "~/observability/probes/all.ts";
import type { View } from "./family.ts";
import { onlyServer, render } from "./render.ts";

// What a Prometheus would compute from the texts. Breaks when a steady load looks like bursts, or one of many servers or
// tables pushes another one out.
const base: View = {
  now: 0,
  active: true,
  targets: ["primary", "standby-1"].map((name) => ({
    name,
    kind: name === "primary" ? "primary" : "standby",
    reachable: true,
    error: null,
    since: null,
    server: null,
  })),
  fresh: () => null,
  at: () => null,
  lags: [],
  probes: [],
  store: { written: 0, spooled: 0, backfilled: 0, dropped: 0 },
  alerts: [],
  signals: [],
  schedules: [],
  findings: [],
  rounds: { n: 1, ms: 2 },
  platform: null,
  platformAgeSeconds: null,
  top: () => new Set(),
};

/** As Prometheus reads a line: with the moment that it names, else that of the scrape. */
function sampleOf(text: string, series: string, scrapedAt: number): { at: number; value: number } | null {
  const line = text.split("\n").find((one) => one.startsWith(series));
  const [, value, at] = / (\S+)(?: (\d+))?$/.exec(line ?? "") ?? [];
  return value === undefined ? null : { at: at === undefined ? scrapedAt : Number(at), value: Number(value) };
}

it("irate of a constant 60 transactions a second is 60, however scrape and sample fall", async () => {
  const TPS = 60;
  const rates: number[] = [];
  const stored: { at: number; value: number }[] = [];
  let sampledAt = 0;
  for (let scrape = 0; scrape < 120; scrape++) {
    const now = 1_700_000_000_000 + scrape * 5000;
    // Sampled every 5.3 s: now and then two scrapes see the same sample, and one sees two steps at once.
    sampledAt = 1_700_000_000_000 + Math.floor((scrape * 5000) / 5300) * 5300;
    const row = { id: 5, name: "app", commits: Math.round((TPS * (sampledAt - 1_690_000_000_000)) / 1000) };
    const text = await render({
      ...base,
      now,
      fresh: ((server: string, key: string) =>
        server === "primary" && key === "databases" ? [row] : null) as unknown as View["fresh"],
      at: () => sampledAt,
    });
    const sample = sampleOf(text, 'pg_stat_database_xact_commit{server="primary",datid="5",datname="app"}', now)!;
    // One moment is stored once.
    if (stored.at(-1)?.at !== sample.at) stored.push(sample);
    const [before, last] = stored.slice(-2);
    if (before && last) rates.push((last.value - before.value) / ((last.at - before.at) / 1000));
  }
  expect(rates.length).toBeGreaterThan(100);
  expect(Math.min(...rates)).toBeGreaterThan(TPS - 1);
  expect(Math.max(...rates)).toBeLessThan(TPS + 1);
});

describe("with more tables than are shown", () => {
  const table = (name: string, over: Partial<ProbeRow<"tables">>) =>
    ({ name, bytes: 0, seq_scans: 0, idx_scans: 0, inserted: 0, updated: 0, deleted: 0, live: 1, ...over }) as ProbeRow<"tables">;
  const many = [
    ...Array.from({ length: 5000 }, (_, i) => table(`public.empty_${i}`, {})),
    table("public.large", { bytes: 110_000_000 }),
    table("public.busy", { idx_scans: 9_000_000 }),
  ];
  const text = render({ ...base, fresh: ((_server: string, key: string) => (key === "tables" ? many : null)) as View["fresh"] });

  it("the largest and the busiest are shown, of every server", async () => {
    for (const server of ["primary", "standby-1"])
      for (const name of ["large", "busy"])
        expect(await text).toContain(
          `pg_stat_user_tables_n_live_tup{server="${server}",schemaname="public",relname="${name}"} 1\n`,
        );
  });

  it("how many were left out is said for each server", async () => {
    for (const server of ["primary", "standby-1"])
      expect(await text).toContain(
        `invigil_series_left_out{server="${server}",family="pg_stat_user_tables_n_live_tup"} ${5002 - 500}\n`,
      );
  });
});

it("the text of one server holds its series only, each family with its head", async () => {
  const text = onlyServer(await render({ ...base, targets: base.targets }), "standby-1");
  expect(text).toBe(
    '# HELP pg_up 1 while this server answers its probes, 0 while it does not\n# TYPE pg_up gauge\npg_up{server="standby-1"} 1\n',
  );
  const typed = 'a{x="b,server=\\"primary\\"",server="standby-1"} 1\n';
  expect(onlyServer(`# HELP a A\n# TYPE a gauge\n${typed}`, "primary")).toBe("");
});

it("a state, a lock mode and a transaction time that nobody has are 0, not absent", async () => {
  const text = await render({
    ...base,
    fresh: ((server: string, key: string) =>
      server !== "primary"
        ? null
        : key === "ages"
          ? [{ database: "app", is_ours: true }]
          : key === "backends" || key === "activity" || key === "lockModes"
            ? []
            : null) as unknown as View["fresh"],
  });
  expect(text).toContain('pg_stat_activity_count{server="primary",datname="app",state="idle in transaction"} 0\n');
  expect(text).toContain('pg_stat_activity_max_tx_duration{server="primary",datname="app",state="active"} 0\n');
  expect(text).toContain('pg_locks_count{server="primary",datname="app",mode="accessexclusivelock"} 0\n');
  // Of a server that does not tell, nothing is said.
  expect(text).not.toMatch(/pg_locks_count\{server="standby-1"/);
});
