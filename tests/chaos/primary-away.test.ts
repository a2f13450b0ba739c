import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runningCluster } from "../../app/db/cluster/cluster.server.ts";
import { serverAccount, serverHome } from "../../app/db/cluster/binaries.server.ts";
import { postmasterOf, stopServer } from "../../app/db/cluster/server.server.ts";
import { startDemo, type Demo } from "../fixtures/demo.ts";

// Breaks when a page of the database can't be read just when it is needed: while the primary is down.
let demo: Demo;
let cookie = "";

const get = async (path: string) => {
  const started = performance.now();
  const response = await fetch(`${demo.base}${path}`, {
    headers: { cookie, accept: "text/html" },
    redirect: "manual",
    signal: AbortSignal.timeout(20_000),
  });
  return { status: response.status, html: await response.text(), ms: Math.round(performance.now() - started) };
};

/** What a person reads: without scripts, styles and tags. */
const words = (html: string) =>
  html
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, " ")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&#x27;", "'")
    .replaceAll(/\s+/g, " ");

beforeAll(async () => {
  demo = await startDemo();
  const response = await fetch(`${demo.base}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: demo.base },
    body: new URLSearchParams({ email: "sre@invigil.local", password: demo.password }),
  });
  expect([302, 303]).toContain(response.status);
  cookie = response.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  // A few seconds of samples to remember.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
}, 240_000);

afterAll(() => demo.stop());

const home = () => `${serverHome(demo.dataDir, serverAccount())}/primary`;

const PAGES = [
  "/database",
  "/database/connections",
  "/database/locks",
  "/database/replication",
  "/database/alerts",
  "/database/health",
];

/** A disk that does not come back, a machine that swaps: connections are taken, and nothing is ever said. */
describe("with a primary that hangs", () => {
  let pids: number[] = [];
  beforeAll(async () => {
    const postmaster = postmasterOf(home())!;
    const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(postmaster)], { encoding: "utf8" });
    pids = [postmaster, ...children.trim().split(/\s+/).map(Number)];
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 10_000));
  }, 30_000);
  afterAll(async () => {
    for (const pid of pids) process.kill(pid, "SIGCONT");
    await new Promise((resolve) => setTimeout(resolve, 5000));
  });

  it.each(PAGES)("%s answers within a few seconds and says so", async (path) => {
    const { status, html, ms } = await get(path);
    process.stdout.write(`with a primary that hangs: ${path} ${status} in ${ms} ms\n`);
    expect(status).toBe(200);
    expect(ms).toBeLessThan(5000);
    expect(words(html)).toContain("Primary does not answer.");
  });
});

describe("with the primary stopped", () => {
  beforeAll(async () => {
    expect((await get("/database")).status).toBe(200);
    expect(runningCluster(demo.dataDir)).not.toBeNull();
    await stopServer(home(), 500);
    // Long enough for everyone to have noticed.
    await new Promise((resolve) => setTimeout(resolve, 12_000));
  }, 60_000);

  it.each([
    ["/database", /primary/i],
    ["/database/connections", /not known|can't be reached|does not answer|ECONNREFUSED/i],
    ["/database/locks", /not known|can't be reached|does not answer|ECONNREFUSED/i],
    ["/database/replication", /not known|can't be reached|does not answer|ECONNREFUSED|no answer/i],
    ["/database/alerts", /Server unreachable|does not answer|not known/i],
    ["/database/health", /down|can't be reached|does not answer|ECONNREFUSED/i],
    ["/database/queries", /not known|can't be reached|does not answer|ECONNREFUSED/i],
    ["/database/indexes", /not known|can't be reached|does not answer|ECONNREFUSED/i],
    ["/database/tables", /not known|can't be reached|does not answer|ECONNREFUSED/i],
    ["/database/maintenance", /not known|can't be reached|does not answer|ECONNREFUSED/i],
    ["/database/findings", /not known|can't be reached|does not answer|ECONNREFUSED/i],
    ["/database/backups", /not known|can't be reached|does not answer|primary/i],
    ["/database/incidents", /not known|can't be reached|does not answer|primary/i],
  ])("%s answers within a few seconds and says what is not known", async (path, says) => {
    const { status, html, ms } = await get(path);
    const text = words(html);
    process.stdout.write(`with the primary stopped: ${path} ${status} in ${ms} ms\n`);
    expect(text).toContain("Primary does not answer.");
    expect(ms).toBeLessThan(5000);
    expect(status).toBe(200);
    expect(text).toMatch(says);
  });

  it("the console says so to a machine too", async () => {
    const { status, html } = await get("/health/ready");
    expect(status).toBe(503);
    expect(JSON.parse(html)).toMatchObject({ status: "unhealthy" });
  });
});
