import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff } from "../../tests/database.ts";
import { clients } from "~/db/clients.server.ts";
import { startCluster, type Cluster } from "~/db/cluster/cluster.server.ts";
import { LOGIN_ROLES } from "~/db/cluster/roles.server.ts";
import { startServer, stopServer, superUrl } from "~/db/cluster/server.server.ts";
import type { Actor } from "~/db/ctx.ts";
import { applyMigrations } from "~/db/migrate/engine.server.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import { SilenceWatch } from "~/db/silence.ts";
import { startHeartbeat, type Heartbeat } from "~/db/primary-heartbeat.server.ts";
import { createReplicas, type Replicas } from "~/db/replicas.server.ts";
import { answerInternal } from "~/collector/internal.server.ts";
import { forget } from "~/platform/singleton.ts";
import { headroomOf } from "./connections/headroom.ts";
import { idleLongest } from "./connections/idle.ts";
import { headroomNow } from "./connections/report.server.ts";
import { signalBackend } from "./connections/signal.server.ts";
import { recordSpooledActs } from "./connections/spool.server.ts";
import { readSignals, type Watch } from "./alerts/signals.ts";
import { askNow, closeLivePools, currentLags, lateOf, live, targetStates } from "./current.server.ts";
import { CHECKS } from "./findings/all.ts";
import type { View } from "./findings/finding.ts";
import { healthTitle } from "./health/complaints.ts";
import { healthReport } from "./health/report.server.ts";
import { lockTrees, nameOf } from "./locks/tree.ts";
import { replicationReport } from "./replication/report.server.ts";
import { Sampler, watchedTargets } from "./sampler/sampler.server.ts";

// A primary and a standby of its own, because these faults would hit every other test: a dead receiver, a paused
// standby, every connection used up, a stopped primary. Breaks when a page lies or the console can't act.
let cluster: Cluster;
let dataDir: string;
let primary: pg.Client;
let standby: pg.Client;
let sre: Actor;
let pulse: Heartbeat;
let pool: Pool;
let readers: Replicas;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until<T>(look: () => Promise<T>, good: (value: T) => boolean, withinMs = 15_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await look();
    if (good(value) || Date.now() > end) return value;
    await wait(100);
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

beforeAll(async () => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "invigil-faults-"));
  process.env["INVIGIL_DATA_DIR"] = dataDir;
  process.env["COLLECTOR_PORT"] = "0";
  cluster = await startCluster(dataDir, async (_label, run) => run());
  for (const role of LOGIN_ROLES) process.env[`INVIGIL_URL_${role.toUpperCase()}`] = cluster.urls[role];
  process.env["INVIGIL_EMBEDDED"] = "1";
  process.env["DATABASE_URL"] = cluster.urls.app;
  process.env["DATABASE_REPLICA_URLS"] = cluster.urls.standby;
  process.env["DATABASE_MIN_CONNECTIONS"] = "0";
  process.env["DATABASE_CONNECTION_TIMEOUT"] = "2000";
  forget("env");
  await applyMigrations(cluster.urls.owner);
  primary = await connect(cluster.urls.superuser);
  standby = await connect(superUrl(cluster.standby, "invigil"));
  sre = await makeStaff(primary, "SRE");
  pulse = startHeartbeat({ url: cluster.urls.app }, "test");
  pool = createPool("standby", { url: cluster.urls.standby, applicationName: "test", max: 1 });
  readers = createReplicas(
    [{ name: "standby", weight: 1, pool, check: pool, silence: new SilenceWatch("standby") }],
    pulse.position,
  );
  await primary.query("create table public.filler (text text)");
}, 120_000);

afterAll(async () => {
  await closeLivePools();
  await clients().close();
  readers.stop();
  await Promise.allSettled([pulse.stop(), pool.end()]);
  await Promise.allSettled([primary.end(), standby.end()]);
  await cluster.stop();
  fs.rmSync(dataDir, { recursive: true, force: true });
  if (cluster.home !== dataDir) fs.rmSync(cluster.home, { recursive: true, force: true });
});

const write = () => primary.query("insert into public.filler select repeat('x', 1000) from generate_series(1, 300)");
const behind = async () => {
  const { rows } = await standby.query<{ at: string }>("select pg_last_wal_replay_lsn()::text as at");
  const apart = await primary.query<{ bytes: number }>("select pg_wal_lsn_diff(pg_current_wal_lsn(), $1)::float8 as bytes", [
    rows[0]!.at,
  ]);
  return apart.rows[0]!.bytes;
};

describe("a standby", () => {
  it("that streams is up to date, also while the primary is idle", async () => {
    const [lag] = await until(currentLags, (lags) => lags[0]?.bytes === 0);
    expect(lag).toMatchObject({ state: "streaming", bytes: 0, seconds: 0, receiving: true });
  });

  it("whose receiver was killed is told as such, and falls behind by as much as it does", async () => {
    const { rows } = await standby.query<{ setting: string }>("select setting from pg_settings where name = 'primary_conninfo'");
    await standby.query("alter system set primary_conninfo = 'host=127.0.0.1 port=1 connect_timeout=1'");
    await standby.query("select pg_reload_conf()");
    await until(
      async () => (await standby.query("select 1 from pg_stat_wal_receiver where status = 'streaming'")).rowCount,
      (n) => n === 0,
    );
    await write();
    const [lag] = await currentLags();
    expect(lag).toMatchObject({ state: "receiver down", receiving: false });
    expect(Math.abs(lag!.bytes! - (await behind()))).toBeLessThan(20_000);
    expect(lag!.bytes).toBeGreaterThan(100_000);
    expect((await live("senders")).rows).toEqual([]);
    expect((await live("slots")).rows).toMatchObject([{ active: false }]);
    await standby.query("alter system reset primary_conninfo");
    await standby.query("select pg_reload_conf()");
    expect(rows[0]!.setting).toMatch(/host/);
    const [back] = await until(currentLags, (lags) => lags[0]?.state === "streaming" && lags[0].bytes === 0);
    expect(back).toMatchObject({ state: "streaming", bytes: 0 });
  }, 60_000);

  it("that is paused receives, and gets older", async () => {
    await standby.query("select pg_wal_replay_pause()");
    await write();
    const [lag] = await until(currentLags, (lags) => (lags[0]?.bytes ?? 0) > 100_000);
    expect(lag).toMatchObject({ state: "paused", receiving: true });
    expect(Math.abs(lag!.bytes! - (await behind()))).toBeLessThan(20_000);
    // Whoever wrote nothing has no position to ask for, and is not shown a world that stands still either.
    expect(
      await until(
        async () => readers.pick(),
        (one) => one === null,
      ),
    ).toBeNull();
    await standby.query("select pg_wal_replay_resume()");
    expect(
      await until(
        async () => readers.pick(),
        (one) => one !== null,
      ),
    ).toMatchObject({ name: "standby" });
    expect((await until(currentLags, (lags) => lags[0]?.bytes === 0))[0]).toMatchObject({ state: "streaming" });
  });
});

describe("queries that replay cancels", () => {
  it("are counted in every database of the standby, also where ours had none", async () => {
    await primary.query("create database theirs");
    const other = (url: string) => Object.assign(new URL(url), { pathname: "/theirs" }).toString();
    const writer = await connect(other(cluster.urls.superuser));
    await writer.query("create table held (n int); insert into held select generate_series(1, 1000)");
    await until(currentLags, (lags) => lags[0]?.bytes === 0);
    await standby.query("alter system set hot_standby_feedback = off");
    await standby.query("alter system set max_standby_streaming_delay = 0");
    await standby.query("select pg_reload_conf()");
    const reader = await connect(other(superUrl(cluster.standby, "invigil")));
    try {
      const span = { from: new Date(Date.now() - 60_000), to: new Date(), target: "primary" };
      const cancelled = async () => {
        await closeLivePools();
        const { standbys } = await replicationReport({ ctx: ctxFor(sre, everywhere), input: span });
        return Object.values(standbys[0]!.conflicts!).reduce((sum, n) => sum + n, 0);
      };
      expect(await cancelled()).toBe(0);
      await reader.query("begin isolation level repeatable read");
      await reader.query("select count(*) from held");
      await writer.query("delete from held");
      await writer.query("vacuum held");
      const failed = await until(
        () =>
          reader.query("select count(*) from held").then(
            () => null,
            (error: { code?: string }) => error.code ?? "lost",
          ),
        Boolean,
      );
      expect(failed).not.toBeNull();
      await reader.end().catch(() => undefined);
      expect(await until(cancelled, (n) => n > 0)).toBeGreaterThan(0);
      const ours = await standby.query(
        "select 1 from pg_stat_database_conflicts where datname = 'invigil' and confl_snapshot + confl_lock + confl_bufferpin > 0",
      );
      expect(ours.rowCount).toBe(0);
    } finally {
      await Promise.allSettled([reader.end(), writer.end()]);
      await standby.query("alter system reset hot_standby_feedback");
      await standby.query("alter system reset max_standby_streaming_delay");
      await standby.query("select pg_reload_conf()");
      await primary.query("drop database theirs with (force)");
    }
  }, 60_000);
});

describe("an archive", () => {
  it("without a command takes nothing, and is told as failing by finding, signal and health", async () => {
    await primary.query("alter system set archive_command = ''");
    await primary.query("select pg_reload_conf()");
    await until(
      async () => (await primary.query<{ c: string }>("select current_setting('archive_command') as c")).rows[0]!.c,
      (command) => command === "",
    );
    for (let i = 0; i < 3; i++) {
      await write();
      await primary.query("select pg_switch_wal()");
    }
    const { rows } = await until(
      () => live("archiver"),
      (sample) => (sample.rows?.[0]?.backlog ?? 0) >= 3,
    );
    const view: View = { now: new Date(), rows: () => rows as never, standbys: () => [], statements: null };
    expect(CHECKS.find((check) => check.id === "0012")!.run(view)).toMatchObject([{ subject: "archive_command" }]);
    const archiver = { probe: "archiver", target: "primary", at: new Date(), ms: 1, rows, missing: null, sql: "" };
    const { signals } = readSignals({
      now: Date.now(),
      targets: [],
      latest: ((_target: string, key: string) => (key === "archiver" ? archiver : null)) as Watch["latest"],
      lags: [],
      slowest: null,
      hitRatio: null,
      pools: null,
      disk: null,
      staleProbes: [],
    });
    expect(signals.find((signal) => signal.metric === "archive.failing_s")!.value).toBeGreaterThan(0);
    const health = await healthReport({ ctx: ctxFor(sre, everywhere), input: {} });
    expect(health.archiving).toMatchObject({ state: "no command" });
    expect(healthTitle(health.complaints)).not.toBe("All servers answer.");
    await primary.query("alter system reset archive_command");
    await primary.query("select pg_reload_conf()");
    await until(
      () => live("archiver"),
      (sample) => sample.rows?.[0]?.backlog === 0,
    );
  }, 60_000);
});

describe("an observer without pg_monitor", () => {
  it("is told what it lacks, and not that the server does not answer", async () => {
    await primary.query("revoke pg_monitor from invigil_observer");
    await closeLivePools();
    const ctx = ctxFor(sre, everywhere);
    expect((await headroomNow({ ctx, input: {} })).missing).toEqual({
      reason: expect.stringContaining("sees only its own sessions") as string,
      grant: "GRANT pg_monitor TO invigil_observer;",
    });
    const { complaints } = await healthReport({ ctx, input: {} });
    expect(complaints).toContain("The observer lacks pg_monitor on Primary");
    await primary.query("grant pg_monitor to invigil_observer");
    await closeLivePools();
  });
});

describe("with every ordinary connection used up", () => {
  it("and none in reserve, as before PostgreSQL 16, pages show the collector's last sample and how old it is", async () => {
    await closeLivePools();
    const before = { ...process.env };
    const sampler = new Sampler(watchedTargets(), () => true);
    const server = http.createServer((request, response) => answerInternal({ sampler, alerts: null }, true, request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    process.env["COLLECTOR_PORT"] = String((server.address() as AddressInfo).port);
    process.env["SESSION_SECRET"] = "a secret that both of them know";
    for (const name of ["env", "access.secret", "observability.current"]) forget(name);
    sampler.start();
    await until(async () => sampler.latest("primary", "locks") && sampler.latest("primary", "backends"), Boolean);
    const reserved = process.env["INVIGIL_TEST_MAJOR"] !== "15";
    if (reserved) await primary.query("revoke pg_use_reserved_connections from invigil_observer");
    const ctx = ctxFor(sre, everywhere);
    await healthReport({ ctx, input: {} });
    const taken: pg.Client[] = [];
    // What it has open already would still answer.
    await closeLivePools();
    try {
      for (;;) {
        const client = new pg.Client({ connectionString: cluster.urls.app });
        client.on("error", () => undefined);
        const full = await client.connect().then(
          () => false,
          () => true,
        );
        if (full) break;
        taken.push(client);
      }
      const locks = await until(
        () => live("locks"),
        (sample) => sample.late != null,
      );
      expect(locks.rows).toEqual([]);
      expect(locks.late).toMatch(/connection/);
      expect(Date.now() - locks.at.getTime()).toBeLessThan(10_000);
      expect(lateOf(locks)).toMatchObject({ at: locks.at });
      const found = await until(
        () => healthReport({ ctx, input: {} }),
        ({ complaints }) => complaints.some((complaint) => complaint.includes("used up")),
      );
      expect(healthTitle(found.complaints)).toMatch(/used up/);
      const { rows } = await live("backends");
      expect(headroomOf(rows!)).toMatchObject({ usedOrdinary: 93, free: 0 });
    } finally {
      await Promise.allSettled(taken.map((client) => client.end()));
      if (reserved) await primary.query("grant pg_use_reserved_connections to invigil_observer");
      await sampler.stop();
      server.close();
      server.closeAllConnections();
      process.env = before;
      for (const name of ["env", "access.secret", "observability.current"]) forget(name);
    }
  }, 60_000);

  it("the page tells it, and a session can be ended all the same, on record", async () => {
    await clients().close();
    const taken: pg.Client[] = [];
    for (;;) {
      const client = new pg.Client({ connectionString: cluster.urls.app, application_name: "crowd tenant=T" });
      client.on("error", () => undefined);
      try {
        await client.connect();
        taken.push(client);
      } catch (error) {
        expect((error as { code?: string }).code).toBe("53300");
        break;
      }
    }
    // They do nothing, and still someone must be able to choose among them.
    const idle = await askNow(idleLongest, "primary");
    expect(idle.missing).toBeNull();
    const crowd = idle.rows!.filter((row) => row.app === "crowd tenant=T");
    expect(crowd.length).toBeGreaterThan(0);
    const rows = crowd.map((row) => ({ pid: row.pid, at: row.backend_start! }));
    const backends = await live("backends");
    expect(backends.missing).toBeNull();
    const ctx = ctxFor(sre, everywhere);
    const done = await signalBackend({
      ctx,
      input: { pid: rows[0]!.pid, backendStart: rows[0]!.at, act: "terminate", reason: "They are all used up" },
    });
    expect(done.outcome).toBe("gone");
    // What could not enter the log waits, signed, and enters it now that there is room.
    const spool = path.join(dataDir, "spool", "acts");
    const spooled = fs.existsSync(spool) ? fs.readdirSync(spool).length : 0;
    expect(spooled).toBe(1);
    await expect(recordSpooledActs()).rejects.toThrow(/reserved/);
    const report = await live("backends");
    expect(headroomOf(report.rows!)).toMatchObject({ max: 100, reserved: 4, superuserReserved: 3, ordinary: 93, free: 0 });
    await Promise.allSettled(taken.splice(0, 20).map((client) => client.end()));
    expect(await recordSpooledActs()).toBe(1);
    const audit = await primary.query("select action, resource_id, actor_id from audit.entry where action = 'backend.terminate'");
    expect(audit.rows).toEqual([{ action: "backend.terminate", resource_id: `primary/${rows[0]!.pid}`, actor_id: sre.id }]);
    await Promise.allSettled(taken.map((client) => client.end()));
  }, 60_000);

  it("an act that the log does not take is not lost: it has happened", async () => {
    const victim = await connect(cluster.urls.app);
    const [row] = (
      await primary.query<{ pid: number; at: Date }>("select pid, backend_start as at from pg_stat_activity where pid = $1", [
        (await victim.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]!.pid,
      ])
    ).rows;
    await primary.query("alter table audit.entry add constraint full_disk check (action <> 'backend.terminate') not valid");
    const done = await signalBackend({
      ctx: ctxFor(sre, everywhere),
      input: { pid: row!.pid, backendStart: row!.at, act: "terminate", reason: "It holds everybody up" },
    });
    expect(done.outcome).toBe("gone");
    await primary.query("alter table audit.entry drop constraint full_disk");
    expect(await recordSpooledActs()).toBe(1);
    const audit = await primary.query("select 1 from audit.entry where resource_id = $1", [`primary/${row!.pid}`]);
    expect(audit.rowCount).toBe(1);
  });

  it("an act in the spool that someone changed is refused", async () => {
    const spool = path.join(dataDir, "spool", "acts");
    fs.mkdirSync(spool, { recursive: true });
    fs.writeFileSync(path.join(spool, "x.act"), `${Buffer.from('{"actor":{"role":"SRE"}}').toString("base64url")}.forged`);
    expect(await recordSpooledActs()).toBe(0);
    expect(fs.readdirSync(spool)).toEqual(["x.act.refused"]);
  });
});

describe("with the primary stopped", () => {
  it("standbys are sampled, samples are spooled, and written when it is back; never more than two connections", async () => {
    const sampler = new Sampler(watchedTargets(), () => true);
    const began = new Date();
    sampler.start();
    const ours = async (client: pg.Client) =>
      (
        await client.query(
          "select 1 from pg_stat_activity where application_name like '% observer%' and application_name not like 'cli%'",
        )
      ).rowCount;
    await until(async () => sampler.memory.latest("standby-1") && sampler.memory.latest("primary"), Boolean);
    expect(await ours(primary)).toBe(2);
    expect(await ours(standby)).toBe(2);
    await primary.end();
    await stopServer(cluster.primary.dir, 5000);
    const stopped = Date.now();
    const down = await until(
      async () => sampler.targets(),
      (targets) => targets.find((target) => target.name === "primary")!.reachable === false,
    );
    expect(down.find((state) => state.name === "standby-1")!.reachable).toBe(true);
    await wait(4500);
    expect(sampler.memory.latest("standby-1")!.at).toBeGreaterThan(stopped + 2000);
    expect(sampler.store.stats.spooled).toBeGreaterThan(0);
    // The page asks the servers itself: one answers, one does not, and it says so.
    await closeLivePools();
    expect((await targetStates()).map((state) => state.reachable)).toEqual([false, true]);
    expect((await live("activity")).missing!.reason).toMatch(/can't be reached/);
    expect((await currentLags())[0]).toMatchObject({ bytes: null, receiving: false });
    await startServer(cluster.primary);
    primary = await connect(cluster.urls.superuser);
    await until(
      async () => sampler.store.behind,
      (behindNow) => !behindNow,
    );
    await until(
      async () => sampler.targets(),
      (targets) => targets.every((target) => target.reachable),
    );
    await wait(2500);
    await sampler.stop();
    expect(sampler.store.stats.dropped).toBe(0);
    // Every second of the outage is there for the standby, each once.
    const { rows } = await primary.query<{ seconds: number; samples: number }>(
      "select count(distinct at)::int as seconds, count(*)::int as samples from telemetry.tick where target = 'standby-1' and at between $1 and $2",
      [new Date(stopped + 1000), new Date(stopped + 4000)],
    );
    expect(rows[0]!.seconds).toBeGreaterThanOrEqual(3);
    expect(rows[0]!.samples).toBe(rows[0]!.seconds);
    const all = await primary.query<{ seconds: number; samples: number; span: number }>(
      "select count(distinct at)::int as seconds, count(*)::int as samples, extract(epoch from max(at) - min(at))::int + 1 as span from telemetry.tick where target = 'standby-1' and at >= $1",
      // The samplers of the tests above wrote here too, and nobody sampled between them and this one.
      [began],
    );
    expect(all.rows[0]!.samples).toBe(all.rows[0]!.seconds);
    expect(all.rows[0]!.seconds).toBeGreaterThanOrEqual(all.rows[0]!.span - 1);
    const events = await primary.query("select kind from telemetry.event where target = 'primary' order by at");
    expect(events.rows.map((row: { kind: string }) => row.kind)).toEqual(
      expect.arrayContaining(["unreachable", "back", "restart"]),
    );
  }, 90_000);
});

describe("a promoted standby", () => {
  it("is on its own timeline, and no alert says that it receives nothing", async () => {
    await standby.query("select pg_promote()");
    const [lag] = await until(currentLags, (lags) => lags[0]?.state === "promoted");
    expect(lag).toMatchObject({ state: "promoted", receiving: null });
    const [here] = (await live("position", "standby-1")).rows!;
    const { rows } = await standby.query<{ tli: string }>("select left(pg_walfile_name(pg_current_wal_lsn()), 8) as tli");
    expect(here!.timeline).toBe(Number.parseInt(rows[0]!.tli, 16));
    expect(here!.timeline).toBe(2);
    const { signals, unknown } = readSignals({
      now: Date.now(),
      targets: [],
      latest: () => null,
      lags: [lag!],
      slowest: null,
      hitRatio: null,
      pools: null,
      disk: null,
      staleProbes: [],
    });
    expect(signals.filter((signal) => signal.metric.startsWith("replication"))).toEqual([]);
    // Not unknown either: what fired before it was promoted is over.
    expect(unknown.has("replication.not_receiving standby-1")).toBe(false);
  }, 60_000);
});

describe("a prepared transaction", () => {
  it("is the root of what waits for it, stands first among who holds the horizon, and is found", async () => {
    await primary.query("alter system set max_prepared_transactions = 3");
    await closeLivePools();
    await clients().close();
    await primary.end();
    await stopServer(cluster.primary.dir, 5000);
    await startServer(cluster.primary);
    primary = await connect(cluster.urls.superuser);
    await primary.query("create table public.account (id int primary key, n int); insert into public.account values (1, 0)");
    await primary.query("begin; update public.account set n = 1; prepare transaction 'transfer 7'");
    const waiter = await connect(cluster.urls.superuser);
    const waits = waiter.query("update public.account set n = 2").catch((error: Error) => error);
    const trees = await until(
      async () => lockTrees((await live("locks")).rows!),
      (found) => found.length > 0,
    );
    expect(trees).toMatchObject([
      { pid: 0, prepared: "transfer 7", state: "prepared", waiters: [{ wants: expect.any(String) as string }] },
    ]);
    expect(nameOf(trees[0]!)).toBe("prepared transaction transfer 7");
    expect((await live("horizon")).rows![0]).toMatchObject({ kind: "prepared", holder: "transfer 7" });
    const [row] = (await live("prepared")).rows!;
    expect(row).toMatchObject({ gid: "transfer 7", owner: "postgres" });
    await primary.query("rollback prepared 'transfer 7'");
    await expect(waits).resolves.toMatchObject({ rowCount: 1 });
    await waiter.end();
  }, 60_000);
});
