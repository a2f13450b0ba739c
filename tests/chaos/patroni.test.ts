import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyAndKeep } from "../../app/access/log/verify.server.ts";
import { anchorFile, signingKey } from "../../app/audit/keys.server.ts";
import { createSequencer } from "../../app/audit/sequence.server.ts";
import { clients, rolePool } from "../../app/db/clients.server.ts";
import { splitHosts } from "../../app/db/hosts.server.ts";
import { migrate } from "../../app/db/migrate/migrate.server.ts";
import { prepare } from "../../app/db/prepare.server.ts";
import { askForSwitchover } from "../../app/examday/switchover/ask.server.ts";
import { switchovers } from "../../app/examday/switchover/list.server.ts";
import { askPatroni } from "../../app/observability/replication/patroni.server.ts";
import { forget } from "../../app/platform/singleton.ts";
import { ctxFor, everywhere, makeStaff } from "../database.ts";
import { patroniIsHere, startPatroni, type PatroniCluster } from "../fixtures/patroni.ts";

// Debian's Patroni with etcd and two servers. Breaks when a switchover loses a write that was acknowledged, leaves no
// trace of who wanted it, or the console goes on asking the server that leads no more.
const ROUNDS = 4;
let cluster: PatroniCluster;

/** Without the console: a new connection to whichever host writes, as a script of psql would. */
async function rawWrite(url: string, n: number): Promise<void> {
  await Promise.any(
    splitHosts(url).map(async (connectionString) => {
      const client = new pg.Client({ connectionString, connectionTimeoutMillis: 500, query_timeout: 2000 });
      client.on("error", () => undefined);
      await client.connect();
      try {
        await client.query("insert into public.chaos_raw values ($1)", [n]);
      } finally {
        await client.end().catch(() => undefined);
      }
    }),
  );
}

/** Writes on, remembers what was acknowledged, and how long there was nothing. */
function keepWriting(write: (n: number) => Promise<unknown>, from: number) {
  const acknowledged: number[] = [];
  let longestMs = 0;
  let stopped = false;
  const done = (async () => {
    let last = performance.now();
    for (let n = from; !stopped; n++) {
      try {
        await write(n);
        longestMs = Math.max(longestMs, performance.now() - last);
        last = performance.now();
        acknowledged.push(n);
      } catch {
        // Not acknowledged: nobody counts on it.
      }
      await sleep(10);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await done;
      return { acknowledged, longestMs };
    },
  };
}

beforeAll(async () => {
  if (!patroniIsHere)
    throw new Error("Patroni is not installed here (Debian: patroni etcd-server postgresql); its tests fail without it");
  cluster = await startPatroni();
  process.env["PATRONI_URL"] = cluster.rest;
  process.env["DATABASE_MIN_CONNECTIONS"] = "0";
  process.env["INVIGIL_PROCESS"] = "web";
  process.env["DATABASE_URL"] = cluster.url("postgres");
  forget("env");
  const leader = (await askPatroni()).cluster.leader!;
  const at = `postgresql://postgres@${leader.address}/postgres`;
  await prepare(at);
  await migrate(at);
  const owner = new pg.Client({ connectionString: at });
  await owner.connect();
  await owner.query(
    "create table public.chaos_raw (n int); create table public.chaos_own (n int); grant all on public.chaos_own to invigil_app",
  );
  await owner.end();
}, 180_000);
afterAll(async () => {
  if (!cluster) return;
  await clients().close();
  await cluster.stop();
  for (const name of ["PATRONI_URL", "INVIGIL_PROCESS", "DATABASE_URL"]) delete process.env[name];
}, 90_000);

async function expectNoneLost(acknowledged: number[]): Promise<void> {
  const { rows } = await clients().primary.query<{ n: number }>(
    "select a.n from unnest($1::int[]) as a (n) where not exists (select 1 from public.chaos_own t where t.n = a.n)",
    [acknowledged],
  );
  expect(acknowledged.length).toBeGreaterThan(50);
  expect(rows).toEqual([]);
}

const follower = async () => {
  for (const until = Date.now() + 60_000; ; await sleep(250)) {
    const { cluster: now } = await askPatroni();
    const [next] = now.members.filter((member) => !member.barred && member.synchronous);
    if (now.leader && next) return { leader: now.leader.name, candidate: next.name };
    if (Date.now() > until) throw new Error("no member may take over");
  }
};

describe("behind Patroni", () => {
  it("a switchover from the console loses no acknowledged write, is back as soon as plain SQL, and stands in a log that verifies", async () => {
    const url = cluster.url("postgres");
    const owner = new pg.Pool({
      connectionString: `postgresql://postgres@${(await askPatroni()).cluster.leader!.address}/postgres`,
      max: 1,
    });
    owner.on("error", () => undefined);
    const who = await makeStaff(owner as unknown as pg.Client, "SRE");
    await owner.end();
    for (let round = 0; round < ROUNDS; round++) {
      const { leader, candidate } = await follower();
      const own = keepWriting((n) => clients().primary.query("insert into public.chaos_own values ($1)", [n]), round * 1_000_000);
      const raw = keepWriting((n) => rawWrite(url, n), round * 1_000_000);
      await sleep(1000);
      const said = await askForSwitchover({ ctx: ctxFor(who, everywhere), input: { leader, candidate, reason: "A new kernel" } });
      await sleep(1500);
      const [ours, plain] = await Promise.all([own.stop(), raw.stop()]);
      process.stdout.write(
        `${said} No write for ${Math.round(ours.longestMs)} ms through the console's pool, ${Math.round(plain.longestMs)} ms by plain SQL\n`,
      );
      expect(said).toMatch(new RegExp(`^${candidate} leads\\.`));
      expect(ours.longestMs).toBeLessThan(plain.longestMs + 1000);
      await expectNoneLost(ours.acknowledged);
    }
    const ledger = await switchovers({ ctx: ctxFor(who, everywhere), input: {} });
    expect(ledger.map(({ state }) => state)).toEqual(Array.from({ length: ROUNDS }, () => "DONE"));
    for (const one of ledger) expect(one.timeline_after).toBe(one.timeline_before! + 1);
    const sequencer = createSequencer(rolePool("sequencer"), signingKey(), anchorFile());
    while ((await sequencer.step()) > 0);
    const checked = await verifyAndKeep(
      ctxFor({ kind: "system", id: null, name: "test", email: null, role: "SYSTEM" }, everywhere),
    );
    expect(checked).toMatchObject({ ok: true, size: ROUNDS * 2 });
  }, 240_000);

  it("a leader that is killed is replaced by Patroni, and the console finds the new one without a restart", async () => {
    const { leader, candidate } = await follower();
    const own = keepWriting((n) => clients().primary.query("insert into public.chaos_own values ($1)", [n]), 9_000_000);
    const raw = keepWriting((n) => rawWrite(cluster.url("postgres"), n), 9_000_000);
    await sleep(1500);
    cluster.kill(leader);
    for (;;) {
      const now = await askPatroni().catch(() => null);
      if (now?.cluster.leader?.name === candidate) break;
      await sleep(250);
    }
    await sleep(3000);
    const [ours, plain] = await Promise.all([own.stop(), raw.stop()]);
    process.stdout.write(
      `${leader} was killed: no write for ${Math.round(ours.longestMs)} ms through the console's pool, ${Math.round(plain.longestMs)} ms by plain SQL\n`,
    );
    expect(ours.longestMs).toBeLessThan(plain.longestMs + 1500);
    await expectNoneLost(ours.acknowledged);
  }, 120_000);
});
