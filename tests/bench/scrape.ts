import { spawn, spawnSync } from "node:child_process";
import http from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { gzipSync } from "node:zlib";
import type pg from "pg";
import { serveMetrics } from "../../app/collector/http.server.ts";
import { connection } from "../../app/db/urls.server.ts";
import { freePort } from "../../app/db/cluster/server.server.ts";
import { Exporter } from "../../app/metrics/exporter.server.ts";
import { AlertEngine } from "../../app/observability/alerts/engine.server.ts";
import { Sampler, watchedTargets } from "../../app/observability/sampler/sampler.server.ts";
import { benchCluster } from "./cluster.ts";
import type { Row } from "./similarity.ts";

const SCRAPES = 400;

/** In a process of its own: a client in the server's process would wait for the server's own work. */
const CLIENT = `
import http from "node:http";
const [url, n] = process.argv.slice(1);
const agent = new http.Agent({ keepAlive: true });
const times = [];
for (let i = 0; i < Number(n); i++) {
  const started = performance.now();
  await new Promise((resolve, reject) => {
    http.get(url, { agent, headers: { "Accept-Encoding": "gzip" } }, (response) => {
      response.on("data", () => undefined).on("end", resolve);
    }).on("error", reject);
  });
  times.push(performance.now() - started);
  await new Promise((resolve) => setTimeout(resolve, 10));
}
process.stdout.write(JSON.stringify(times));
`;

async function scrape(url: string, n = SCRAPES): Promise<{ median: number; p99: number }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", CLIENT, url, String(n)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += String(chunk)));
  await new Promise((resolve) => child.once("exit", resolve));
  const times = (JSON.parse(out) as number[]).slice(5).sort((a, b) => a - b);
  return { median: times[times.length >> 1]!, p99: times[Math.floor(times.length * 0.99)]! };
}

const listening = (server: http.Server) =>
  new Promise<string>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}/metrics`)),
  );

async function makeTables(owner: pg.Client, have: number, want: number): Promise<void> {
  for (let from = have + 1; from <= want; from += 250)
    await owner.query(
      `do $$ begin for i in ${from}..${Math.min(want, from + 249)} loop execute format('create table if not exists public.wide_%s (id int primary key, n int)', i); end loop; end $$`,
    );
}

/** Other people's exporter, where it is installed, on the same database. */
async function beside(tables: number): Promise<Row[]> {
  if (spawnSync("prometheus-postgres-exporter", ["--version"]).status !== 0) return [];
  const port = await freePort();
  const child = spawn("prometheus-postgres-exporter", [`--web.listen-address=127.0.0.1:${port}`], {
    stdio: "ignore",
    env: { ...process.env, DATA_SOURCE_NAME: `${connection("observer").url}?sslmode=disable` },
  });
  try {
    const url = `http://127.0.0.1:${port}/metrics`;
    for (
      let i = 0;
      i < 100 &&
      !(await fetch(url).then(
        (response) => response.ok,
        () => false,
      ));
      i++
    )
      await new Promise((resolve) => setTimeout(resolve, 100));
    const text = await (await fetch(url)).text();
    const { median, p99 } = await scrape(url, 100);
    const series = text.split("\n").filter((line) => line.startsWith("pg_")).length;
    return [
      { metric: `postgres_exporter beside it, ${tables} tables, median`, value: median, unit: "ms" },
      { metric: `postgres_exporter beside it, ${tables} tables, p99`, value: p99, unit: "ms" },
      { metric: `postgres_exporter beside it, series of its default set`, value: series, unit: "series" },
    ];
  } finally {
    child.kill("SIGKILL");
  }
}

/** A scrape sends bytes that were made before: what it costs whoever asks, the process, and the database. */
export const bench = {
  name: "scrape",
  run: () =>
    benchCluster(
      { fsync: "off", max_locks_per_transaction: 1024, shared_preload_libraries: "pg_stat_statements" },
      async (cluster) => {
        const { owner, use } = await cluster.database("scrape");
        await use();
        const found: Row[] = [];
        let have = 0;
        for (const tables of [10, 1000, 5000]) {
          await makeTables(owner, have, tables);
          have = tables;
          await owner.query("analyze");
          const sampler = new Sampler(watchedTargets(), () => true);
          const alerts = new AlertEngine(sampler);
          const exporter = new Exporter(
            { sampler, alerts },
            () => true,
            () => [],
          );
          const server = http.createServer(serveMetrics(exporter, () => ({ active: true, schedules: [] })));
          const url = await listening(server);
          sampler.start();
          exporter.start();
          try {
            while (!sampler.latest("primary", "sequences")) await new Promise((resolve) => setTimeout(resolve, 200));
            await exporter.refresh();
            const made = await exporter.latest();
            const series = made.text
              .toString()
              .split("\n")
              .filter((line) => line && !line.startsWith("#")).length;
            const delay = monitorEventLoopDelay({ resolution: 1 });
            delay.enable();
            const plain = await scrape(url);
            delay.disable();
            await owner.query("begin; lock table public.wide_5 in access exclusive mode");
            await new Promise((resolve) => setTimeout(resolve, 1500));
            const locked = await scrape(url, 200);
            const { rows } = await owner.query<{ n: number }>(
              "select count(*)::int as n from pg_stat_activity where application_name like '%observer%' and pid <> pg_backend_pid()",
            );
            await owner.query("rollback");
            found.push(
              { metric: `${tables} tables: series`, value: series, unit: "series" },
              { metric: `${tables} tables: scrape, median`, value: plain.median, unit: "ms" },
              { metric: `${tables} tables: scrape, p99`, value: plain.p99, unit: "ms", aim: "10" },
              { metric: `${tables} tables: one table locked, p99`, value: locked.p99, unit: "ms", aim: "10" },
              { metric: `${tables} tables: making the text, every 5 s`, value: made.ms, unit: "ms" },
              { metric: `${tables} tables: event loop delay, p99`, value: delay.percentile(99) / 1e6 - 1, unit: "ms", aim: "20" },
              { metric: `${tables} tables: event loop delay, longest`, value: delay.max / 1e6 - 1, unit: "ms", aim: "20" },
              { metric: `${tables} tables: connections to the server`, value: rows[0]!.n, unit: "", aim: "2" },
            );
          } finally {
            exporter.stop();
            await sampler.stop();
            server.close();
            server.closeAllConnections();
          }
        }
        found.push(...(await beside(have)));
        // More than the families' limits let through: the same server, with as many lines as someone may have.
        const text = Buffer.from(
          Array.from({ length: 50_000 }, (_, i) => `invigil_wide{server="primary",relname="table_${i}"} ${i}\n`).join(""),
        );
        const wide = { text, zipped: gzipSync(text), at: Date.now(), ms: 0 };
        const server = http.createServer(
          serveMetrics({ latest: async () => wide, latestOf: async () => wide }, () => ({ active: true, schedules: [] })),
        );
        const many = await scrape(await listening(server));
        server.close();
        server.closeAllConnections();
        return [
          ...found,
          { metric: "50,000 series: scrape, median", value: many.median, unit: "ms" },
          { metric: "50,000 series: scrape, p99", value: many.p99, unit: "ms", aim: "10" },
        ];
      },
    ),
};
