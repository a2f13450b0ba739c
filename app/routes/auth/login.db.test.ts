import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff } from "../../../tests/database.ts";
import { startOwnCluster, type OwnCluster } from "../../../tests/fixtures/own-cluster.ts";
import { SESSION } from "~/access/cookies.server.ts";
import { hashPassword } from "~/access/password.server.ts";
import { findSession } from "~/access/session.server.ts";
import { clients } from "~/db/clients.server.ts";
import { stopServer } from "~/db/cluster/server.server.ts";
import type { Actor } from "~/db/ctx.ts";
import { recordSpooledActs } from "~/observability/connections/spool.server.ts";
import { connectionReport } from "~/observability/connections/report.server.ts";
import { forget } from "~/platform/singleton.ts";
import { action, loader } from "./login.tsx";

// The login as a browser meets it, on a primary and a standby of its own. Breaks when nobody can sign in to see why the
// database takes nobody in, or when the page gives a wrong reason.
const PASSWORD = "correct horse battery";
let own: OwnCluster;
let sre: Actor & { kind: "staff" };
let proctor: Actor & { kind: "staff" };

beforeAll(async () => {
  process.env["SESSION_SECRET"] = "a secret for these tests only";
  process.env["INVIGIL_PROCESS"] = "web";
  process.env["DATABASE_CONNECTION_TIMEOUT"] = "2000";
  own = await startOwnCluster();
  process.env["DATABASE_REPLICA_URLS"] = own.cluster.urls.standby;
  forget("env");
  sre = await makeStaff(own.owner, "SRE");
  proctor = await makeStaff(own.owner, "PROCTOR");
  await own.owner.query("update console.staff set password_hash = $1", [await hashPassword(PASSWORD)]);
}, 120_000);
afterAll(async () => {
  delete process.env["INVIGIL_PROCESS"];
  await own.stop();
});

const args = (request: Request) => ({ request, params: {}, context: {} });
const page = (cookie = "") => loader(args(new Request("http://127.0.0.1/login", { headers: { cookie } })));

type Answer = { status: number; message: string | null; to: string | null; token: string | null };

async function logIn(email: string, password = PASSWORD): Promise<Answer> {
  const body = new URLSearchParams({ email, password });
  const answer = await action(args(new Request("http://127.0.0.1/login", { method: "POST", body })));
  if ("data" in answer) return { status: answer.init!.status!, message: answer.data.message, to: null, token: null };
  const cookie = answer.headers.getSetCookie().find((one) => one.startsWith(SESSION))!;
  const token = decodeURIComponent(/=([^;]+)/.exec(cookie)![1]!);
  return { status: answer.status, message: null, to: answer.headers.get("Location"), token };
}

async function takeAll(): Promise<pg.Client[]> {
  const taken: pg.Client[] = [];
  for (;;) {
    const client = new pg.Client({ connectionString: own.cluster.urls.app });
    client.on("error", () => undefined);
    try {
      await client.connect();
      taken.push(client);
    } catch (error) {
      expect((error as { code?: string }).code).toBe("53300");
      return taken;
    }
  }
}

it("with every ordinary connection of the primary used up, who sees the database pages signs in, and is told the cause", async () => {
  await clients().close();
  const taken = await takeAll();
  try {
    expect(taken.length).toBeGreaterThan(50);
    await clients().replicas.check();
    expect(await page()).toMatchObject({ silent: false });

    expect(await logIn(sre.email, "a wrong one")).toMatchObject({ status: 401, message: expect.stringMatching(/do not match/) });
    expect(await logIn(proctor.email)).toEqual({
      status: 503,
      message: "Every connection of the primary is in use, and your pages need it. Try again in a moment",
      to: null,
      token: null,
    });
    const inside = await logIn(sre.email);
    expect(inside).toMatchObject({ status: 302, to: "/database" });
    const session = await findSession(inside.token!);
    expect(session).toMatchObject({ email: sre.email, role: "SRE" });
    // Whoever is in is not asked again, and finds the sessions that use the connections up.
    const again = await page(`${SESSION}=${encodeURIComponent(inside.token!)}`).catch((thrown: unknown) => thrown);
    expect((again as Response).status).toBe(302);
    const span = { from: new Date(Date.now() - 60_000), to: new Date(), target: "primary" };
    const report = await connectionReport({ ctx: ctxFor(sre, everywhere), input: span });
    expect(report.headroom).toMatchObject({ free: 0 });
  } finally {
    await Promise.allSettled(taken.map((client) => client.end()));
  }
  await expect.poll(() => recordSpooledActs().catch(() => 0), { timeout: 10_000 }).toBeGreaterThan(0);
  const { rows } = await own.owner.query<{ action: string }>(
    "select action from audit.entry where actor_id = $1 and action like 'session.%'",
    [sre.id],
  );
  expect(rows).toEqual([{ action: "session.login" }]);
  // With a connection free it is an ordinary login again.
  expect(await logIn(proctor.email)).toMatchObject({ status: 302, to: "/" });
}, 60_000);

it("with the primary stopped the page says so before anyone types, and who has no database pages is told to wait", async () => {
  await own.owner.end();
  await stopServer(own.cluster.primary.dir, 5000);
  await expect.poll(async () => (await page()).silent, { timeout: 20_000 }).toBe(true);
  expect(await logIn(proctor.email)).toMatchObject({
    status: 503,
    message: "The primary does not answer, and your pages need it. Log in when it is back",
  });
  expect(await logIn(sre.email)).toMatchObject({ status: 302, to: "/database" });
}, 60_000);
