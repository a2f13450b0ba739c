import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverAccount } from "../../app/db/cluster/binaries.server.ts";
import { as, freePort } from "../../app/db/cluster/server.server.ts";
import { examine } from "../../app/db/doctor.server.ts";
import { createPool } from "../../app/db/pool.server.ts";
import { poolerState } from "../../app/observability/connections/pooler.server.ts";
import { forget } from "../../app/platform/singleton.ts";
import { ctxFor, everywhere, makeCollege, makeStaff } from "../database.ts";
import { startOwnCluster, type OwnCluster } from "../fixtures/own-cluster.ts";

// Debian's pgbouncer before a real server. Breaks when the console works through it as a login that row security does
// not bind, or when it does not say what is the matter.
const has = spawnSync("pgbouncer", ["--version"]).status === 0;
if (!has) process.stderr.write("pgbouncer is not installed here (Debian: pgbouncer); its tests fail without it\n");

let own: OwnCluster;
let dir: string;
const running: ChildProcess[] = [];

const account = serverAccount();

/** A pgbouncer with this configuration, and this login; the answer is its address. */
async function pooler(login: string, config: (port: number, users: string) => string): Promise<string> {
  const port = await freePort();
  const home = fs.mkdtempSync(path.join(dir, "pooler-"));
  const users = path.join(home, "users.txt");
  const file = path.join(home, "pgbouncer.ini");
  const url = new URL(login);
  fs.writeFileSync(users, `"${url.username}" "${decodeURIComponent(url.password)}"\n`);
  fs.writeFileSync(file, config(port, users));
  for (const one of [dir, home, file, users]) if (account) fs.chownSync(one, account.uid, account.gid);
  running.push(spawn("pgbouncer", ["-q", file], { ...as(account), stdio: "ignore" }));
  url.port = String(port);
  url.pathname = "/invigil";
  await expect.poll(() => connects(url.href), { timeout: 20_000 }).toBe(true);
  return url.href;
}

const server = () => `host=127.0.0.1 port=${new URL(own.cluster.urls.app).port}`;

/** In transaction mode, as the superuser. */
const transactions = (settings: string[]) =>
  pooler(own.cluster.urls.superuser, (port, users) =>
    [
      "[databases]",
      `* = ${server()}`,
      "[pgbouncer]",
      `listen_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_type = trust\nauth_file = ${users}`,
      "pool_mode = transaction",
      ...settings,
      "",
    ].join("\n"),
  );

async function connects(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

beforeAll(async () => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), "invigil-pooler-"));
  own = await startOwnCluster();
});

afterAll(async () => {
  for (const child of running) child.kill("SIGTERM");
  await own.stop();
  fs.rmSync(dir, { recursive: true, force: true });
});

const askWho = async (url: string) => {
  const pool = createPool("app", { url, role: "invigil_app", applicationName: "web", max: 2, statementTimeoutMs: 30_000 });
  try {
    return (await pool.query<{ who: string }>("select current_user as who")).rows[0]!.who;
  } finally {
    await pool.end();
  }
};

describe("the pooler's own admin console", () => {
  it("tells of its pools, and who waits for a connection", async () => {
    const boss = ctxFor(await makeStaff(own.owner, "SRE"), everywhere);
    delete process.env["PGBOUNCER_URL"];
    forget("env");
    expect(await poolerState({ ctx: boss, input: {} })).toEqual({ configured: false });

    const url = await transactions(["default_pool_size = 1", "admin_users = postgres"]);
    const holder = new pg.Client({ connectionString: url });
    const waiter = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query("begin");
    await waiter.connect();
    const waits = waiter.query("select 1");
    const admin = new URL(url);
    admin.pathname = "/pgbouncer";
    process.env["PGBOUNCER_URL"] = admin.href;
    forget("env");
    const pool = async () => {
      const state = await poolerState({ ctx: boss, input: {} });
      if (!state.configured || state.error !== null) throw new Error(JSON.stringify(state));
      return state.pools.find((pool) => pool.database === "invigil");
    };
    await expect
      .poll(pool, { timeout: 10_000, interval: 500 })
      .toMatchObject({ mode: "transaction", clients: 2, waiting: 1, servers: 1, inUse: 1 });
    expect((await pool())!.longestWaitMs).toBeGreaterThan(0);
    await holder.query("rollback");
    await waits;
    await expect.poll(pool, { timeout: 10_000, interval: 500 }).toMatchObject({ waiting: 0 });
    await Promise.all([holder.end(), waiter.end()]);
  });

  it("that does not answer is said to be away, with what to check", async () => {
    const boss = ctxFor(await makeStaff(own.owner, "SRE"), everywhere);
    process.env["PGBOUNCER_URL"] = "postgresql://nobody@127.0.0.1:1/pgbouncer";
    forget("env");
    forget("observability.pooler");
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(await poolerState({ ctx: boss, input: {} })).toMatchObject({
      configured: true,
      error: expect.stringMatching(/ECONNREFUSED/),
    });
    delete process.env["PGBOUNCER_URL"];
    forget("env");
  });
});

describe("a pooler between the console and PostgreSQL", () => {
  it("directly, the login becomes the role", async () => {
    const direct = new URL(own.cluster.urls.superuser);
    direct.pathname = "/invigil";
    expect(await askWho(direct.href)).toBe("invigil_app");
    expect((await examine(direct.href)).filter((finding) => finding.level === "error")).toEqual([]);
  });

  it("as it is installed, refuses what is set at connect, and the console says why", async () => {
    const url = await transactions([]);
    await expect(askWho(url)).rejects.toThrow(/unsupported startup parameter/);
    expect(await examine(url)).toEqual([
      expect.objectContaining({ level: "error", says: expect.stringContaining("DATABASE_URL: a pooler in between") }),
    ]);
  });

  it("told to leave it out in silence, it would make us a login that row security does not bind: refused", async () => {
    const url = await transactions(["ignore_startup_parameters = options"]);
    const naive = new pg.Client({ connectionString: url, options: "-c role=invigil_app" });
    await naive.connect();
    const bound = await naive.query("select rolsuper from pg_roles where rolname = current_user");
    await naive.end();
    expect(bound.rows).toEqual([{ rolsuper: true }]);

    await expect(askWho(url)).rejects.toThrow(/instead of invigil_app.*Connect directly/);
    expect(await examine(url)).toEqual([
      expect.objectContaining({ level: "error", says: expect.stringContaining("connect directly to PostgreSQL") }),
    ]);
  });

  it("as docker-compose.yml has it, serves the platform's own applications, each transaction in its own scope", async () => {
    const compose = fs.readFileSync("docker-compose.yml", "utf8");
    const text = /^ {2}pooler:\n {4}content: \|\n((?: {6}.*\n)+)/m.exec(compose)![1]!.replaceAll(/^ {6}/gm, "");
    const url = await pooler(own.cluster.urls.platform_app, (port, users) =>
      text
        .replace("host=primary port=5432", server())
        .replace("listen_port = 6432", `listen_port = ${port}`)
        .replace("/etc/pgbouncer/users.txt", users)
        // One connection to the server for everyone: what leaks, leaks to the next.
        .replace("default_pool_size = 40", "default_pool_size = 1"),
    );
    const colleges = [await makeCollege(own.owner), await makeCollege(own.owner)];
    const seen = await Promise.all(
      [...Array(20).keys()].map(async (n) => {
        const client = new pg.Client({ connectionString: url, application_name: "exam-app tenant=T1" });
        await client.connect();
        const scope = colleges[n % 3]?.id;
        await client.query("begin");
        if (scope) await client.query("select set_config('app.college_ids', $1, true)", [`{${scope}}`]);
        const { rows } = await client.query<{ id: string }>("select id from public.college");
        await client.query("commit");
        await client.end();
        return [scope, rows.map((row) => row.id)];
      }),
    );
    for (const [scope, ids] of seen) expect(ids).toEqual(scope ? [scope] : []);
  });
});
