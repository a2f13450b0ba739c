import pg from "pg";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { z } from "zod";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import { hangingProxy, type HangingProxy } from "../../tests/fixtures/hanging-proxy.ts";
import { holdLease } from "~/collector/lease.server.ts";
import { newId, newToken } from "~/platform/ids.ts";
import { forget } from "~/platform/singleton.ts";
import { logInAway } from "~/access/away-session.server.ts";
import { hashPassword } from "~/access/password.server.ts";
import { recordSpooledActs } from "~/observability/connections/spool.server.ts";
import { findSession } from "~/access/session.server.ts";
import { tokenHash } from "~/access/secrets.server.ts";
import type { Actor, Ctx } from "./ctx.ts";
import { clients } from "./clients.server.ts";
import { firstRow } from "./query.ts";
import { withReadScope } from "./scope.server.ts";
import { sql } from "./sql.ts";

// Breaks when a primary that takes connections and answers nothing holds a read, a session or the lease for longer than it takes
// to notice. The same server stands in for the standby: what matters is where each question is asked.
const db = testDatabase();
let proxy: HangingProxy;
let staff: Actor & { kind: "staff" };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const read = (seconds = 0) =>
  withReadScope(ctxFor(staff, everywhere), ({ tx }) =>
    firstRow(
      tx,
      sql`select current_setting('application_name') as name, pg_sleep(${seconds})::text as slept`,
      z.object({ name: z.string() }),
    ),
  );

beforeAll(async () => {
  proxy = await hangingProxy(inject("cluster").port);
  const through = new URL(db.url("app"));
  through.port = String(proxy.port);
  process.env["INVIGIL_URL_APP"] = through.toString();
  process.env["INVIGIL_PROCESS"] = "web";
  staff = await makeStaff(db.owner, "SRE");
});
afterAll(async () => {
  await clients().close();
  await proxy.stop();
  delete process.env["INVIGIL_PROCESS"];
  delete process.env["DATABASE_REPLICA_URLS"];
});

it(
  "what waits for a primary that hangs is answered by a standby within seconds, a session too",
  { timeout: 40_000 },
  async () => {
    await clients().close();
    process.env["DATABASE_REPLICA_URLS"] = db.url("app");
    forget("env");
    const token = newToken();
    await db.owner.query(
      "insert into console.staff_session (id, staff_id, token_hash, expires_at) values ($1, $2, $3, now() + interval '1 hour')",
      [newId(), staff.id, tokenHash(token)],
    );
    // Nobody is read on the standby before it was found healthy.
    await clients().replicas.check();
    const [replica] = clients().replicas.all();
    replica!.healthy = false;
    await clients().primary.query("select 1");
    const stuck = read(0.3);
    replica!.healthy = false;
    await pause(50);
    proxy.hang();
    const started = performance.now();
    const answers = await Promise.all([stuck, read(), findSession(token)]);
    const ms = performance.now() - started;
    process.stdout.write(`a primary that hangs: answered by the standby after ${Math.round(ms)} ms\n`);
    expect(answers[0]).toMatchObject({ name: "web" });
    expect(answers[2]).toMatchObject({ email: staff.email });
    expect(ms).toBeLessThan(6000);
    const again = performance.now();
    await Promise.all([read(), findSession(token)]);
    expect(performance.now() - again).toBeLessThan(500);
    proxy.goOn();
    await expect
      .poll(
        () =>
          clients()
            .primary.query("select 1")
            .then(
              () => true,
              () => false,
            ),
        { timeout: 5000 },
      )
      .toBe(true);
  },
);

it("one renewal of the lease waits at a time, however long it waits", { timeout: 40_000 }, async () => {
  delete process.env["DATABASE_REPLICA_URLS"];
  forget("env");
  await clients().close();
  const lease = await holdLease("silence");
  expect(lease.active()).toBe(true);
  await db.owner.query("begin");
  await db.owner.query("select 1 from console.lease where name = 'silence' for update");
  await pause(9000);
  const superuser = new pg.Client({ connectionString: db.url("postgres") });
  await superuser.connect();
  const { rows } = await superuser
    .query<{ n: number }>(
      "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    .finally(() => superuser.end());
  await db.owner.query("rollback");
  await lease.release();
  expect(rows[0]!.n).toBe(1);
});

it("whoever sees the database pages logs in on a standby's copy while the primary hangs, and it is recorded later", async () => {
  process.env["SESSION_SECRET"] = "a secret for these tests only";
  process.env["DATABASE_REPLICA_URLS"] = db.url("app");
  forget("env");
  await clients().close();
  await clients().replicas.check();
  const proctor = await makeStaff(db.owner, "PROCTOR");
  await db.owner.query("update console.staff set password_hash = $1 where id = any($2)", [
    await hashPassword("a good password"),
    [staff.id, proctor.id],
  ]);
  const ctx = {
    ...ctxFor(staff, everywhere),
    actor: { kind: "anonymous", id: null, name: "x", email: null, role: "ANONYMOUS" },
  } as Ctx;
  await clients().primary.query("select 1");
  proxy.hang();
  await expect.poll(() => clients().primarySilent(), { timeout: 10_000 }).toBe(true);
  try {
    await expect(logInAway(ctx, { email: staff.email, password: "a wrong one" })).rejects.toThrow(/do not match/);
    await expect(logInAway(ctx, { email: proctor.email, password: "a good password" })).rejects.toThrow(/your pages need it/);
    const { token, needsCode } = await logInAway(ctx, { email: staff.email, password: "a good password" });
    expect(needsCode).toBe(false);
    expect(await findSession(token)).toMatchObject({ email: staff.email, role: "SRE" });
    expect(await findSession(`${token.slice(0, -2)}xx`)).toBeNull();
    await db.owner.query("update console.staff set is_active = false where id = $1", [staff.id]);
    expect(await findSession(token)).toBeNull();
    for (let guess = 0; guess < 3; guess++) await logInAway(ctx, { email: staff.email, password: "no" }).catch(() => undefined);
    await expect(logInAway(ctx, { email: staff.email, password: "no" })).rejects.toThrow(/Too many/);
  } finally {
    proxy.goOn();
    await db.owner.query("update console.staff set is_active = true where id = $1", [staff.id]);
  }
  await expect.poll(() => clients().primarySilent(), { timeout: 10_000 }).toBe(false);
  await recordSpooledActs();
  const { rows } = await db.owner.query<{ action: string }>(
    "select action from audit.entry where action like 'session.%' and actor_id = $1 order by at",
    [staff.id],
  );
  expect(rows.map((row) => row.action)).toEqual(["session.login"]);
}, 60_000);
