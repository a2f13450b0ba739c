import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { serverAccount, serverHome } from "~/db/cluster/binaries.server.ts";
import { postmasterOf, stopServer } from "~/db/cluster/server.server.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "~/db/cluster/server.server.ts";

// The supervisor as people run it, on a data directory of its own, without a demo. Breaks when something survives a stop, or
// when what a killed supervisor left behind stands in the way of the next start.
let dataDir: string;
let env: Record<string, string | undefined>;
let port: number;
const started: ChildProcess[] = [];

beforeAll(async () => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "invigil-start-"));
  fs.chmodSync(dataDir, 0o711);
  port = await freePort();
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(INVIGIL_|DATABASE_|VITEST|NODE_ENV|SMTP_)/.test(name)),
  );
  env = {
    ...inherited,
    NODE_ENV: "production",
    PORT: String(port),
    COLLECTOR_PORT: String(await freePort()),
    INVIGIL_DATA_DIR: dataDir,
    INVIGIL_DEMO: "0",
  };
});
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
  for (const pid of ours()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  fs.rmSync(dataDir, { recursive: true, force: true });
});

/** Every process that works on this data directory: by its arguments, its environment or where it runs. */
function ours(): number[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        if (/^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"))) return false;
        return (
          fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(dataDir) ||
          ["cmdline", "environ"].some((file) => fs.readFileSync(`/proc/${pid}/${file}`, "utf8").includes(dataDir))
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

type Running = { child: ChildProcess; output(): string; ended: Promise<number | null> };

function launch(more: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, ["app/cli/invigil.mjs", "start"], {
    env: { ...env, ...more } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
  return { child, output: () => output, ended: new Promise((resolve) => child.once("exit", (code) => resolve(code))) };
}

async function ready(running: Running): Promise<void> {
  const until = Date.now() + 100_000;
  while (!running.output().includes("Invigil is ready")) {
    if (running.child.exitCode !== null || Date.now() > until) throw new Error(`it did not start:\n${running.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const health = (await (await fetch(`http://127.0.0.1:${port}/health/ready`)).json()) as { status: string };
  expect(["healthy", "degraded"]).toContain(health.status);
}

async function until(what: () => boolean, withinMs: number): Promise<void> {
  const end = Date.now() + withinMs;
  while (!what() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
}

it("stops everything within five seconds, and comes back after its supervisor was killed", { timeout: 150_000 }, async () => {
  const first = launch();
  await ready(first);
  const second = launch();
  expect(await second.ended).toBe(1);
  expect(second.output().trim().split("\n").at(-1)).toMatch(/^Invigil already runs on .* \(process \d+\); stop it first/);

  const stopping = Date.now();
  first.child.kill("SIGINT");
  expect(await first.ended).toBe(0);
  expect(Date.now() - stopping).toBeLessThan(5000);
  expect(ours(), "processes were left behind").toEqual([]);
  expect(fs.existsSync(path.join(dataDir, "supervisor.pid"))).toBe(false);

  const killed = launch();
  await ready(killed);
  const before = ours();
  killed.child.kill("SIGKILL");
  await killed.ended;
  const orphans = before.filter((pid) => pid !== killed.child.pid && ours().includes(pid));
  expect(orphans.length, "nothing was left to recover from").toBeGreaterThan(0);
  expect(fs.existsSync(path.join(dataDir, "supervisor.pid"))).toBe(true);
  const again = launch();
  await ready(again);
  await until(() => !orphans.some((pid) => ours().includes(pid)), 3000);
  expect(
    orphans.filter((pid) => ours().includes(pid)),
    "orphans of the killed one still run",
  ).toEqual([]);
  again.child.kill("SIGTERM");
  expect(await again.ended).toBe(0);
  expect(ours()).toEqual([]);
});

const answers = (page: string) =>
  fetch(`http://127.0.0.1:${port}${page}`, { signal: AbortSignal.timeout(3000) }).then(
    (response) => response.ok,
    () => false,
  );

async function backAfter(page: string, withinMs: number): Promise<number> {
  const began = Date.now();
  await until(() => false, 100);
  while (!(await answers(page))) {
    if (Date.now() - began > withinMs) throw new Error(`${page} is not back after ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Date.now() - began;
}

/** The addresses of the database that runs on this data directory, as the doctor tells them. */
function urlsOf(): Record<string, string> {
  const said = execFileSync(process.execPath, ["app/cli/invigil.mjs", "doctor", "--json"], {
    env: env as NodeJS.ProcessEnv,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return (JSON.parse(said) as { urls: Record<string, string> }).urls;
}

/** What a process that nobody supervises, started as the operations manual says, writes first into its log. */
async function firstLineOf(file: string, urls: Record<string, string>): Promise<unknown> {
  const child = spawn(process.execPath, [file], {
    env: {
      ...env,
      NODE_ENV: "development",
      DATABASE_URL: urls["app"],
      PORT: String(await freePort()),
      COLLECTOR_PORT: String(await freePort()),
    } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += String(chunk)));
  await until(() => /^\{.*\}$/m.test(text) || child.exitCode !== null, 60_000);
  child.kill("SIGTERM");
  await new Promise((resolve) => (child.exitCode === null ? child.once("exit", resolve) : resolve(null)));
  const line = /^\{.*\}$/m.exec(text)?.[0];
  if (!line) throw new Error(`it wrote no line into its log:\n${text}`);
  return JSON.parse(line);
}

it(
  "brings a killed web process and a killed primary back, leaves one that was stopped, and ends with whoever started it",
  { timeout: 240_000 },
  async () => {
    const outer = spawn("sh", ["-c", `${process.execPath} app/cli/invigil.mjs start; true`], {
      env: { ...(env as NodeJS.ProcessEnv), npm_lifecycle_event: "start" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    started.push(outer);
    let output = "";
    for (const stream of [outer.stdout, outer.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
    await ready({ child: outer, output: () => output, ended: Promise.resolve(null) });

    const webOf = () =>
      ours().find((pid) => fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${path.sep}build${path.sep}server.js`))!;
    expect(await firstLineOf("build/server.js", urlsOf())).toMatchObject({ process: "web" });
    expect(await firstLineOf("build/collector.js", urlsOf())).toMatchObject({ process: "collector" });

    process.kill(webOf(), "SIGKILL");
    const web = await backAfter("/health", 60_000);

    const primary = path.join(serverHome(dataDir, serverAccount()), "primary");
    process.kill(postmasterOf(primary)!, "SIGKILL");
    await until(() => output.includes("the primary has ended, restarting it"), 10_000);
    const server = await backAfter("/health/ready", 60_000);
    process.stdout.write(`killed: web is back after ${web} ms, the primary after ${server} ms\n`);

    await stopServer(primary);
    await until(() => output.includes("was stopped and will not be restarted"), 10_000);
    expect(postmasterOf(primary)).toBeNull();

    outer.kill("SIGKILL");
    await until(() => ours().length === 0, 20_000);
    expect(ours(), "what npm started outlived it").toEqual([]);
  },
);

it(
  "serves with two web processes: none is missed while it stops, the port never refuses, and the metrics are both's",
  {
    timeout: 150_000,
  },
  async () => {
    const running = launch({ WEB_PROCESSES: "2" });
    await ready(running);
    const webs = () =>
      ours().filter((pid) => fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${path.sep}build${path.sep}server.js`));
    const text = () => fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text());
    const numbers = async () => [
      ...new Set([...(await text()).matchAll(/process_cpu_seconds_total\{.*web="(\d)"/g)].map(([, n]) => n)),
    ];
    expect((await numbers()).sort()).toEqual(["1", "2"]);
    expect(webs()).toHaveLength(2);

    const outcomes = new Map<string, number>();
    const answered = () => outcomes.get("answered 200") ?? 0;
    /** One request on a connection of its own. */
    const ask = () =>
      new Promise<string>((resolve) => {
        const failed = (error: NodeJS.ErrnoException) => resolve(String(error.code));
        http
          .get({ host: "127.0.0.1", port, path: "/health", agent: false }, (response) => {
            response.resume().on("end", () => resolve(`answered ${response.statusCode}`));
            response.on("error", failed);
          })
          .on("error", failed);
      });
    let asking = true;
    const crowd = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (asking) {
          const outcome = await ask();
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
      }),
    );
    await until(() => answered() > 50, 20_000);
    const [first] = webs();
    process.kill(first!, "SIGTERM");
    await until(() => !webs().includes(first!), 10_000);
    const then = answered();
    await until(() => webs().length === 2 && answered() > then + 50, 20_000);
    expect([...outcomes.keys()], "while one stopped").toEqual(["answered 200"]);
    for (const pid of webs()) process.kill(pid, "SIGKILL");
    const killed = answered();
    await until(() => answered() > killed + 50, 30_000);
    expect(answered(), "it answers again").toBeGreaterThan(killed + 50);
    asking = false;
    await crowd;
    expect([...outcomes.keys()], "after all were killed").not.toContain("ECONNREFUSED");
    running.child.kill("SIGTERM");
    expect(await running.ended).toBe(0);
    expect(ours()).toEqual([]);
  },
);

it("says in one line that a port is taken, and that the directory can't be written", async () => {
  const net = await import("node:net");
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const taken = (server.address() as { port: number }).port;
  const refused = launch({ PORT: String(taken) });
  expect(await refused.ended).toBe(1);
  expect(refused.output().trim().split("\n").at(-1)).toMatch(new RegExp(`^PORT: ${taken} is taken on 127.0.0.1`));
  await new Promise((resolve) => server.close(resolve));
  const file = path.join(dataDir, "a-file");
  fs.writeFileSync(file, "");
  const unwritable = launch({ INVIGIL_DATA_DIR: path.join(file, "data") });
  expect(await unwritable.ended).toBe(1);
  expect(unwritable.output().trim().split("\n").at(-1)).toMatch(/^INVIGIL_DATA_DIR: .* can't be written \(ENOTDIR\)/);
});
