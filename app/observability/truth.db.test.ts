import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import type { Actor } from "~/db/ctx.ts";
import { closeLivePools, live } from "./current.server.ts";
import { signalBackend } from "./connections/signal.server.ts";
import { connectionReport } from "./connections/report.server.ts";
import { indexReport } from "./indexes/report.server.ts";
import { readLoad } from "./load/read-load.server.ts";
import { loadSource } from "./load/load-source.ts";
import { lockReport } from "./locks/report.server.ts";
import type { LockNode } from "./locks/tree.ts";
import { ioMeasured } from "./queries/io-measured.ts";
import { ioTiming } from "./queries/io-timing.server.ts";
import { genericPlan } from "./queries/plan.server.ts";
import { ask, examineServer } from "./sampler/ask.server.ts";
import { Recorder } from "./sampler/recorder.ts";
import { PROBES } from "./probes/all.ts";
import { tableReport } from "./tables/report.server.ts";

// Each panel against an independent look at a database in a constructed state. Breaks when a panel invents a number.
const db = testDatabase();
const sessions: pg.Client[] = [];
let sre: Actor;

async function session(name = "exam-app tenant=T1", url = db.url("owner")): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  client.on("error", () => undefined);
  await client.connect();
  sessions.push(client);
  return client;
}

const span = () => ({ from: new Date(Date.now() - 600_000), to: new Date(), target: "primary" });
const ctx = (actor: Actor = sre) => ctxFor(actor, everywhere);
const settle = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until<T>(look: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (let i = 0; ; i++) {
    const value = await look();
    if (good(value) || i > 100) return value;
    await settle(30);
  }
}

beforeAll(async () => {
  sre = await makeStaff(db.owner, "SRE");
  await db.owner.query(
    "create table public.chain (id int primary key, n int); insert into public.chain select i, 0 from generate_series(1, 10) i",
  );
  await db.owner.query("grant all on public.chain to invigil_app, invigil_platform");
});

afterEach(async () => {
  await Promise.allSettled(sessions.splice(0).map((client) => client.end()));
});

afterAll(closeLivePools);

const pidOf = async (client: pg.Client) => (await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]!.pid;
const startOf = async (pid: number) =>
  (await db.owner.query<{ at: Date }>("select backend_start as at from pg_stat_activity where pid = $1", [pid])).rows[0]!.at;

/** Each holds a row and wants the one before it: a chain of as many. */
async function chain(length: number): Promise<{ clients: pg.Client[]; waiting: Promise<unknown>[] }> {
  const clients: pg.Client[] = [];
  const waiting: Promise<unknown>[] = [];
  for (let i = 1; i <= length; i++) {
    const client = await session();
    await client.query("begin");
    await client.query("update public.chain set n = n + 1 where id = $1", [i]);
    clients.push(client);
  }
  for (let i = 2; i <= length; i++) {
    waiting.push(
      clients[i - 1]!.query("update public.chain set n = n + 1 where id = $1", [i - 1]).catch((error: Error) => error),
    );
    await settle(30);
  }
  return { clients, waiting };
}

describe("locks", () => {
  it("show a chain of five as it is, and ending its root frees the others", async () => {
    const { clients, waiting } = await chain(5);
    const first = await pidOf(clients[0]!);
    // The server is shared: others wait for locks of their own meanwhile, in other databases.
    const ours = await until(
      async () => (await lockReport({ ctx: ctx(), input: span() })).trees!.filter((tree) => tree.pid === first),
      ([tree]) => depth(tree) === 5,
    );
    expect(ours).toHaveLength(1);
    const root = ours[0]!;
    expect(root).toMatchObject({ pid: first, app: "exam-app", tenant: "T1", state: "idle in transaction" });
    // The server's own word on it.
    const line: number[] = [];
    for (let node: LockNode | undefined = root; node; node = node.waiters[0]) line.push(node.pid);
    for (let i = 1; i < line.length; i++) {
      const { rows } = await db.owner.query<{ by: number[] }>("select pg_blocking_pids($1) as by", [line[i]]);
      expect(rows[0]!.by).toEqual([line[i - 1]]);
    }
    const done = await signalBackend({
      ctx: ctx(),
      input: { pid: root.pid, backendStart: root.backendStart!, act: "terminate", reason: "It blocks an exam" },
    });
    expect(done.outcome).toBe("gone");
    await expect(waiting[0]).resolves.toMatchObject({ rowCount: 1 });
    const audit = await db.owner.query("select action, resource_id from audit.entry where action = 'backend.terminate'");
    expect(audit.rows).toEqual([{ action: "backend.terminate", resource_id: `primary/${root.pid}` }]);
  });

  it("touch no session whose number was used again", async () => {
    const client = await session();
    const pid = await pidOf(client);
    const other = new Date((await startOf(pid)).getTime() - 60_000);
    await expect(
      signalBackend({ ctx: ctx(), input: { pid, backendStart: other, act: "terminate", reason: "wrong one" } }),
    ).rejects.toThrow(/already ended/);
    await expect(client.query("select 1")).resolves.toBeDefined();
  });

  it("cancel a statement and leave its session", async () => {
    const client = await session();
    const pid = await pidOf(client);
    const running = client.query("select pg_sleep(30)").catch((error: Error) => error.message);
    const start = await startOf(pid);
    // Sent is not begun: what has not begun can't be cancelled.
    const admin = new pg.Client({ connectionString: db.url("postgres") });
    await admin.connect();
    await until(
      async () => (await admin.query("select 1 from pg_stat_activity where pid = $1 and state = 'active'", [pid])).rowCount,
      (n) => n === 1,
    );
    await admin.end();
    const done = await signalBackend({ ctx: ctx(), input: { pid, backendStart: start, act: "cancel", reason: "too long" } });
    expect(done.outcome).toBe("cancelled");
    expect(await running).toMatch(/canceling statement/);
    await expect(client.query("select 1")).resolves.toBeDefined();
  });

  it("may be ended by an SRE with a fresh proof only", async () => {
    const client = await session();
    const pid = await pidOf(client);
    const input = { pid, backendStart: await startOf(pid), act: "terminate" as const, reason: "try it" };
    const auditor = await makeStaff(db.owner, "AUDITOR");
    await expect(signalBackend({ ctx: ctx(auditor), input })).rejects.toThrow(/role does not allow/);
    const stale = { ...ctx(), session: { id: "s", stepUpAt: null, secondFactor: true } };
    await expect(signalBackend({ ctx: stale, input })).rejects.toThrow(/Confirm/);
    await expect(client.query("select 1")).resolves.toBeDefined();
  });
});

function depth(node: LockNode | undefined): number {
  return node ? 1 + Math.max(0, ...node.waiters.map(depth)) : 0;
}

describe("relations under an exclusive lock", () => {
  it("are skipped and named, and everything else is told within the probe's time", async () => {
    const client = await session();
    await client.query("begin; lock table public.chain in access exclusive mode");
    const started = performance.now();
    const report = await tableReport({ ctx: ctx(), input: span() });
    expect(performance.now() - started).toBeLessThan(3000);
    expect(report.skipped).toEqual(["public.chain"]);
    expect(report.tables!.find((table) => table.name === "public.chain")).toMatchObject({ bytes: null, skipped: true });
    const independent = await db.owner.query<{ bytes: number }>("select pg_table_size('public.college')::int as bytes");
    expect(report.tables!.find((table) => table.name === "public.college")!.bytes).toBe(independent.rows[0]!.bytes);
    const indexes = await indexReport({ ctx: ctx(), input: span() });
    if (!indexes.known) throw new Error(indexes.missing?.reason);
    expect(indexes.skipped).toEqual(["public.chain_pkey"]);
  });

  it("are told again when it is gone", async () => {
    const report = await tableReport({ ctx: ctx(), input: span() });
    expect(report.skipped).toEqual([]);
  });
});

describe("a role without pg_monitor", () => {
  let pool: Pool;
  beforeAll(async () => {
    await db.owner.query("select 1");
    const admin = new pg.Client({ connectionString: db.url("postgres") });
    await admin.connect();
    await admin.query("drop role if exists plain_observer");
    await admin.query("create role plain_observer login password 'test'");
    await admin.end();
    pool = createPool("plain", {
      url: db.url("observer").replace(/\/\/[^@]+@/, "//plain_observer:test@"),
      applicationName: "plain",
      max: 1,
    });
  });
  afterAll(async () => {
    await pool.end();
    const admin = new pg.Client({ connectionString: db.url("postgres") });
    await admin.connect();
    await admin.query("drop role plain_observer");
    await admin.end();
  });

  it("says what it may not see, and the statement that grants it", async () => {
    const server = await examineServer(pool);
    expect(server.monitor).toBe(false);
    for (const key of ["activity", "locks", "statements", "archiver"] as const) {
      const sample = await ask(pool, PROBES[key] as (typeof PROBES)["activity"], "primary", server);
      expect(sample.rows, key).toBeNull();
      expect(sample.missing!.grant, key).toBe("GRANT pg_monitor TO plain_observer;");
    }
  });
});

describe("statements", () => {
  const pool = () => createPool("own", { url: db.url("observer"), applicationName: "own", max: 1 });

  it("are counted between two looks, across a reset, never below zero", async () => {
    const own = pool();
    const server = await examineServer(own);
    const recorder = new Recorder("primary");
    const look = async (at: number) => recorder.statementDeltas(await ask(own, PROBES.statements, "primary", server), at);
    const client = await session();
    const work = async (times: number) => {
      for (let i = 0; i < times; i++) await client.query("select count(*) as planted from public.chain where n = $1", [i]);
    };
    const id = async () =>
      (
        await db.owner.query<{ id: string; calls: number }>(
          "select queryid::text as id, calls::int from pg_stat_statements where query like '%as planted from public.chain%' and query not like '%queryid%' and dbid = (select oid from pg_database where datname = current_database())",
        )
      ).rows[0]!;
    await work(3);
    await look(0);
    await work(5);
    const planted = await id();
    const second = await look(1000);
    expect(second.find((delta) => delta.query_id === planted.id)).toMatchObject({ calls: 5, rows: 5 });
    const admin = new pg.Client({ connectionString: db.url("postgres") });
    await admin.connect();
    await admin.query("select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)");
    await admin.end();
    await work(2);
    const third = await look(2000);
    expect(third.find((delta) => delta.query_id === planted.id)).toMatchObject({ calls: 2 });
    expect(third.every((delta) => delta.calls >= 0 && delta.total_ms >= 0 && delta.wal_bytes >= 0)).toBe(true);
    await own.end();
  });

  it("say what to create where the extension is missing", async () => {
    await closeLivePools();
    await db.owner.query("select 1");
    const admin = new pg.Client({ connectionString: db.url("postgres") });
    await admin.connect();
    await admin.query("drop extension pg_stat_statements");
    try {
      const sample = await live("statements");
      expect(sample.rows).toBeNull();
      expect(sample.missing).toMatchObject({ grant: "CREATE EXTENSION pg_stat_statements;" });
      // Every other panel goes on.
      expect((await live("activity")).rows).not.toBeNull();
    } finally {
      await admin.query("create extension pg_stat_statements");
      await admin.end();
      await closeLivePools();
    }
  });

  it("are planned without being run", async () => {
    await db.owner.query(
      "insert into telemetry.query_text (query_id, text) values (42, 'delete from public.chain where id = $1'), (43, 'select 1; drop table public.chain') on conflict do nothing",
    );
    const plan = await genericPlan({ ctx: ctx(), input: { queryId: "42" } });
    // EXPLAIN (GENERIC_PLAN) came with 16; before, the page says so.
    if (Number(process.env["INVIGIL_TEST_MAJOR"] ?? 18) < 16)
      expect(plan).toMatchObject({ text: null, reason: expect.stringContaining("PostgreSQL 16") });
    else expect(plan.text).toMatch(/Delete on chain/);
    expect((await genericPlan({ ctx: ctx(), input: { queryId: "43" } })).text).toBeNull();
    expect((await db.owner.query("select count(*)::int as n from public.chain")).rows[0]).toEqual({ n: 10 });
  });
});

describe("the time that blocks take", () => {
  it("is not 0 ms but not measured where the server takes no time", async () => {
    const off = async () => {
      await closeLivePools();
      return ioTiming({ ctx: ctx(), input: {} });
    };
    const superuser = await session("superuser", db.url("postgres"));
    const { rows } = await superuser.query<{ name: string }>("select current_database() as name");
    expect(await off()).toBe(true);
    await superuser.query(`alter database ${rows[0]!.name} set track_io_timing = off`);
    try {
      const timed = await off();
      expect(timed).toBe(false);
      expect(ioMeasured({ io_ms: 0, blocks_read: 186_958 }, timed)).toBe(false);
      expect(ioMeasured({ io_ms: 0, blocks_read: 0 }, timed)).toBe(true);
      // Counted before someone switched it off.
      expect(ioMeasured({ io_ms: 12, blocks_read: 9 }, timed)).toBe(true);
      expect([ioMeasured({ io_ms: 0, blocks_read: 9 }, true), ioMeasured({ io_ms: 0, blocks_read: 9 }, null)]).toEqual([
        true,
        true,
      ]);
    } finally {
      await superuser.query(`alter database ${rows[0]!.name} reset track_io_timing`);
      await closeLivePools();
    }
  });
});

describe("connections", () => {
  it("agree with the server's own count, and mask what was typed", async () => {
    const client = await session("exam-app tenant=NORTH");
    await client.query("begin");
    await client.query("select 'ana@example.org' as who");
    // Only a monitor sees what kind of backend another one is.
    const admin = new pg.Client({ connectionString: db.url("postgres") });
    await admin.connect();
    const count = async () =>
      (
        await admin.query<{ n: number; max: number }>(
          "select count(*)::int as n, current_setting('max_connections')::int as max from pg_stat_activity where backend_type = 'client backend'",
        )
      ).rows[0]!;
    const look = () => connectionReport({ ctx: ctx(), input: { ...span(), by: "tenant" } });
    await look();
    // Other files' sessions come and go meanwhile: the number lies between what was before and after.
    const before = await count();
    const report = await look();
    const after = await count();
    await admin.end();
    const mine = report.sessions!.find((session) => session.tenant === "NORTH")!;
    expect(mine.state).toBe("idle in transaction");
    expect(mine.query).toBe("select ? as who");
    expect(report.headroom!.max).toBe(before.max);
    expect(report.headroom!.used).toBeGreaterThanOrEqual(Math.min(before.n, after.n) - 1);
    expect(report.headroom!.used).toBeLessThanOrEqual(Math.max(before.n, after.n) + 1);
    expect(report.groups!.find((group) => group.key === "NORTH")).toMatchObject({ n: 1, idleInTransaction: 1 });
  });
});

describe("load", () => {
  it("is an average over the seconds that were looked at, and a tenant's manager sees that tenant's", async () => {
    const mine = await makeCollege(db.owner);
    const theirs = await makeCollege(db.owner);
    const manager = await makeStaff(db.owner, "TENANT_MANAGER", [mine.id]);
    const to = new Date(Math.floor(Date.now() / 60_000) * 60_000);
    const from = new Date(to.getTime() - 600_000);
    await db.owner.query(
      "select public.ensure_partitions('telemetry.load', '1 day', $1, $2), public.ensure_partitions('telemetry.tick', '1 day', $1, $2)",
      [from, to],
    );
    // Ten minutes, of which every second second was looked at; three sessions of ours and one of theirs in each.
    await db.owner.query(
      "insert into telemetry.tick (at, target, total, active, idle, idle_in_transaction, lock_waiting, longest_query_ms, longest_transaction_ms) select g, 'primary', 4, 4, 0, 0, 0, 0, 0 from generate_series($1::timestamptz, $2::timestamptz - interval '1 second', interval '2 seconds') g",
      [from, to],
    );
    await db.owner.query(
      "insert into telemetry.load (at, target, wait_class, wait_event, tenant, n) select g, 'primary', 'CPU', '', $3, 3 from generate_series($1::timestamptz, $2::timestamptz - interval '1 second', interval '2 seconds') g",
      [from, to, mine.code],
    );
    await db.owner.query(
      "insert into telemetry.load (at, target, wait_class, wait_event, tenant, n) select g, 'primary', 'Lock', 'Lock:relation', $3, 1 from generate_series($1::timestamptz, $2::timestamptz - interval '1 second', interval '2 seconds') g",
      [from, to, theirs.code],
    );
    const all = await readLoad({ ctx: ctx(), input: { from, to, target: "primary" } });
    expect(all.average).toBeCloseTo(4, 5);
    // The chart's source says until when someone looked; of a server that nobody looked at it says nothing.
    expect(loadSource(all, "primary").at).toBe(new Date(to.getTime() - 1000).toISOString().replace("T", " ").slice(0, 19));
    const unseen = await readLoad({ ctx: ctx(), input: { from, to, target: "standby-9" } });
    expect(loadSource(unseen, "standby-9")).toMatchObject({ target: "standby-9", at: null });
    expect(all.series.map((one) => [one.key, one.average])).toEqual([
      ["CPU", 3],
      ["Lock", 1],
    ]);
    const own = await readLoad({
      ctx: ctxFor(manager, inTenants(mine.id)),
      input: { from, to, target: "primary", by: "tenant" },
    });
    expect(own.series).toEqual([{ key: mine.code, label: mine.code, average: 3 }]);
    expect(own.only).toEqual([mine.code]);
    await expect(
      lockReport({ ctx: ctxFor(manager, inTenants(mine.id)), input: { from, to, target: "primary" } }),
    ).rejects.toThrow(/role does not allow/);
  });
});
