import fs from "node:fs";
import path from "node:path";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import pg from "pg";
import { freePort, postmasterOf, startServer, stopServer } from "../../app/db/cluster/server.server.ts";
import { startOwnCluster, type OwnCluster } from "../fixtures/own-cluster.ts";

// Breaks when nobody samples after the active collector was killed, when two do, or when a primary that hangs is not told of.
let home: OwnCluster;
const running: { child: ChildProcess; port: number }[] = [];

async function collector(): Promise<{ child: ChildProcess; port: number }> {
  const port = await freePort();
  const child = spawn(process.execPath, ["build/collector.js"], {
    stdio: "ignore",
    env: {
      ...process.env,
      NODE_ENV: "production",
      VITEST: "",
      COLLECTOR_PORT: String(port),
      DATABASE_REPLICA_URLS: home.cluster.urls.standby,
      INVIGIL_SIMULATE: "0",
      INVIGIL_DEMO: "0",
    },
  });
  const one = { child, port };
  running.push(one);
  await until("it answers", async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok);
  return one;
}

const isActive = async ({ port }: { port: number }): Promise<boolean> =>
  ((await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { active: boolean }).active;

async function until(what: string, look: () => Promise<boolean>, withinMs = 40_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await look().catch(() => false))) {
    if (Date.now() > end) throw new Error(`it did not come to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const seconds = async () =>
  (
    await home.owner.query<{ at: Date; n: number }>(
      "select at, count(*)::int as n from telemetry.tick where target = 'primary' group by at order by at",
    )
  ).rows;

beforeAll(async () => {
  home = await startOwnCluster();
}, 120_000);

afterAll(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  await home.stop();
});

it("a second collector takes over within 10 s of the first one's death, and no second is sampled twice", async () => {
  const first = await collector();
  await until("the first is active", () => isActive(first));
  const second = await collector();
  await until("samples", async () => (await seconds()).length > 4);
  expect(await isActive(second)).toBe(false);
  const killed = Date.now();
  first.child.kill("SIGKILL");
  await until("the second is active", () => isActive(second));
  const active = Date.now() - killed;
  await until("it samples", async () => (await seconds()).some((one) => one.at.getTime() > killed + active));
  await pause(3000);
  const all = await seconds();
  const gap = Math.max(...all.slice(1).map((one, i) => one.at.getTime() - all[i]!.at.getTime()));
  process.stdout.write(`takeover: active after ${active} ms, the longest gap between samples ${gap} ms\n`);
  expect(active).toBeLessThan(10_000);
  // What waited for its two seconds in the killed one is lost with it.
  expect(gap).toBeLessThanOrEqual(12_000);
  expect(all.filter((one) => one.n > 1)).toEqual([]);
  const { rows } = await home.owner.query(
    "select at, target, name, label, count(*) from telemetry.metric group by 1, 2, 3, 4 having count(*) > 1",
  );
  expect(rows).toEqual([]);
});

it("tells of a primary that hangs, and that it is back", async () => {
  const live = running.find(({ child }) => child.exitCode === null && child.signalCode === null)!;
  const alerts = async () => {
    const text = await (await fetch(`http://127.0.0.1:${live.port}/metrics`)).text();
    return {
      firing: /^invigil_alert\{rule="target-down",server="primary".*state="FIRING"/m.test(text),
      up: /^pg_up\{server="primary"\} (\d)/m.exec(text)?.[1],
      standby: /^pg_up\{server="standby-1"\} (\d)/m.exec(text)?.[1],
    };
  };
  await until("it is up", async () => (await alerts()).up === "1");
  const postmaster = postmasterOf(home.cluster.primary.dir)!;
  const pids = [
    postmaster,
    ...execFileSync("ps", ["-o", "pid=", "--ppid", String(postmaster)], { encoding: "utf8" })
      .trim()
      .split(/\s+/)
      .map(Number),
  ];
  const began = Date.now();
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  try {
    await until("it fires", async () => (await alerts()).firing);
    process.stdout.write(`a primary that hangs: told after ${Date.now() - began} ms\n`);
    expect(await alerts()).toEqual({ firing: true, up: "0", standby: "1" });
  } finally {
    for (const pid of pids) process.kill(pid, "SIGCONT");
  }
  await until("it ends", async () => !(await alerts()).firing);
  await until("it is written down", async () => {
    const { rows } = await home.owner.query(
      "select state from console.alert_episode where rule = 'target-down' and target = 'primary' and since < now() - interval '3 seconds'",
    );
    return rows.length === 1 && rows[0]!.state === "RESOLVED";
  });
});

it("two that start while the primary is down sample the standby, one of them goes on, and no second is there twice", async () => {
  for (const { child } of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }
  await stopServer(home.cluster.primary.dir, 5000);
  const both = [await collector(), await collector()];
  const started = Date.now();
  const standby = async ({ port }: { port: number }) =>
    /^pg_up\{server="standby-1"\} 1/m.test(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  for (const one of both) await until("it samples the standby", () => standby(one), 15_000);
  const sampling = Date.now();
  await pause(6000);
  await startServer(home.cluster.primary);
  const back = Date.now();
  const owner = new pg.Client({ connectionString: home.cluster.urls.superuser });
  await owner.connect();
  try {
    const fence = async () =>
      (await owner.query<{ fence: number }>("select fence from console.lease where name = 'collector' and expires_at > now()"))
        .rows[0]?.fence;
    await until("one of them holds the lease", async () => (await fence()) !== undefined);
    await until("the other one waits", async () => (await Promise.all(both.map(isActive))).filter(Boolean).length === 1);
    process.stdout.write(
      `started without a primary: sampling after ${sampling - started} ms, the lease ${Date.now() - back} ms after it was back\n`,
    );
    const ticks = async (from: number, to: number) =>
      (
        await owner.query<{ seconds: number; rows: number }>(
          "select count(distinct at)::int as seconds, count(*)::int as rows from telemetry.tick where target = 'standby-1' and at between $1 and $2",
          [new Date(from), new Date(to)],
        )
      ).rows[0]!;
    await until("what was sampled is written", async () => (await ticks(sampling + 1000, back)).seconds >= 5);
    await until("it goes on", async () => (await ticks(Date.now() - 5000, Date.now())).seconds >= 2);
    const all = await ticks(started, Date.now());
    expect(all.rows).toBe(all.seconds);
  } finally {
    await owner.end();
  }
});

it("what a collector had sampled when it died in an outage is written by the next one on its directory, once", async () => {
  for (const { child } of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }
  const first = await collector();
  const owner = new pg.Client({ connectionString: home.cluster.urls.superuser });
  owner.on("error", () => undefined);
  await owner.connect();
  await until("the first is active", () => isActive(first));
  await until("it writes", async () => {
    const { rows } = await owner.query(
      "select 1 from telemetry.tick where target = 'standby-1' and at > now() - interval '3 seconds'",
    );
    return rows.length > 0;
  });
  await owner.end();
  await stopServer(home.cluster.primary.dir, 5000);
  const down = Date.now();
  const spool = path.join(process.env["INVIGIL_DATA_DIR"]!, "spool", "telemetry");
  const waiting = () => (fs.existsSync(spool) ? fs.readdirSync(spool).filter((name) => name.endsWith(".json")) : []);
  await until("it spools", async () => waiting().length >= 3);
  const gone = new Promise((resolve) => first.child.once("exit", resolve));
  first.child.kill("SIGKILL");
  await gone;
  const died = Date.now();
  const sampled = new Set(
    waiting().flatMap((name) => {
      const { rows } = JSON.parse(fs.readFileSync(path.join(spool, name), "utf8")) as { rows: { tick?: [string, string][] } };
      return (rows.tick ?? []).filter(([, target]) => target === "standby-1").map(([at]) => Date.parse(at));
    }),
  );
  expect(sampled.size).toBeGreaterThan(2);
  await collector();
  await startServer(home.cluster.primary);
  const next = new pg.Client({ connectionString: home.cluster.urls.superuser });
  await next.connect();
  try {
    await until("the spool is empty", async () => waiting().length === 0);
    const { rows } = await next.query<{ at: Date; n: number }>(
      "select at, count(*)::int as n from telemetry.tick where target = 'standby-1' and at > $1 group by at order by at",
      [new Date(down - 10_000)],
    );
    expect(rows.filter((row) => row.n > 1)).toEqual([]);
    const there = new Set(rows.map((row) => row.at.getTime()));
    expect([...sampled].filter((at) => !there.has(at))).toEqual([]);
    process.stdout.write(
      `left by the dead collector: ${sampled.size} seconds, the last ${died - Math.max(...sampled)} ms before it died\n`,
    );
  } finally {
    await next.end();
  }
});
