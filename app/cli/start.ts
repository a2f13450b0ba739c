import type { ChildProcess } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import pg from "pg";
import { logVerifierKey } from "~/audit/keys.server.ts";
import { startCluster, type Cluster } from "~/db/cluster/cluster.server.ts";
import { ClusterError } from "~/db/cluster/errors.ts";
import { splitHosts } from "~/db/hosts.server.ts";
import { refuseRuntimeLogin } from "~/db/runtime-login.server.ts";
import { connection, settledConnection } from "~/db/urls.server.ts";
import { examineWatched } from "~/db/watched.server.ts";
import { env, type Env } from "~/platform/env.server.ts";
import { openLogFile } from "~/platform/log-file.ts";
import { demoNeeded, seedDemo, setDemoPassword } from "../../prisma/seed/demo.ts";
import { keepServersUp } from "./keep-up.ts";
import { adopt, bringUpToDate, printProgress } from "./database.ts";
import { environmentOf, type ProcessName } from "./environment.ts";
import { supervise, type Supervised } from "./supervise.ts";
import { listenForWeb, type WebListener } from "./web-listener.ts";
import type { Command } from "./commands.ts";

const say = (text: string) => process.stderr.write(text);

function free(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

async function ports(e: Env): Promise<{ web: number; collector: number }> {
  if (!(await free(e.PORT, e.HOST)))
    throw new ClusterError(`PORT: ${e.PORT} is taken on ${e.HOST}; choose another, for example PORT=${e.PORT + 1} npm start`);
  let collector = e.COLLECTOR_PORT;
  while (!(await free(collector, e.HOST))) {
    if (!e.demo || process.env["COLLECTOR_PORT"])
      throw new ClusterError(`COLLECTOR_PORT: ${collector} is taken on ${e.HOST}; choose another`);
    collector++;
  }
  return { web: e.PORT, collector };
}

/** One supervisor for one data directory. A pid file whose process is gone is what a killed one left behind. */
function claim(dataDir: string): () => void {
  const file = path.join(dataDir, "supervisor.pid");
  try {
    // One by one: Node's recursive form never returns where the system refuses with ENOENT, as below /proc.
    const missing: string[] = [];
    for (let at = dataDir; !fs.existsSync(at); at = path.dirname(at)) missing.unshift(at);
    for (const at of missing) fs.mkdirSync(at);
    const pid = fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8")) : 0;
    if (pid && pid !== process.pid && alive(pid))
      throw new ClusterError(`Invigil already runs on ${dataDir} (process ${pid}); stop it first, or set INVIGIL_DATA_DIR`);
    fs.writeFileSync(file, String(process.pid));
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    throw new ClusterError(
      `INVIGIL_DATA_DIR: ${dataDir} can't be written (${(error as NodeJS.ErrnoException).code}); choose another directory or fix its owner`,
    );
  }
  return () => fs.rmSync(file, { force: true });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== "linux") return true;
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("invigil");
  } catch {
    return false;
  }
}

async function withOwner<T>(run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: connection("owner").url });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

type Child = Supervised & { name: string };

type Started = {
  name: ProcessName;
  /** What its log and what is said about it is called, where there are several. */
  label?: string;
  file: string;
  extra: Record<string, string>;
  stopping: () => boolean;
  onLaunch?: (made: ChildProcess) => void;
};

function startProcess({ name, label = name, file, extra, stopping, onLaunch }: Started): Child {
  const logDir = path.join(env().dataDir, "logs");
  fs.mkdirSync(logDir, { recursive: true });
  fs.chmodSync(logDir, 0o700);
  const logFile = path.join(logDir, `${label}.log`);
  const log = openLogFile(logFile);
  const stderr = (chunk: Buffer) => void fs.writeSync(log, chunk);
  const child = supervise({
    name: label,
    file,
    env: environmentOf(name, process.env, extra),
    log,
    stderr,
    stopping,
    say,
    onLaunch,
  });
  const ready = child.ready.catch((error: Error) => {
    throw new ClusterError(`${label} does not start: ${error.message || `see ${logFile}`}`);
  });
  return { ...child, name: label, ready };
}

/** npm passes no signal on that ends it: whoever started us through it wants us to end too. */
function whenOrphaned(stop: () => void): void {
  if (!process.env["npm_lifecycle_event"]) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), 500).unref();
}

async function end(child: Child): Promise<void> {
  const running = child.process();
  if (running.exitCode !== null || running.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => running.once("exit", () => resolve()));
  running.kill("SIGTERM");
  const timer = setTimeout(() => running.kill("SIGKILL"), 2500);
  await gone;
  clearTimeout(timer);
}

/** Hosts and database, without the login. */
function watchedName(e: Env): string {
  const { host, pathname } = new URL(splitHosts(e.DATABASE_URL!)[0]!);
  const more = splitHosts(e.DATABASE_URL!).length - 1 + e.replicas.length;
  return `${host}${pathname}${more > 0 ? ` and ${more} more` : ""}`;
}

function banner(e: Env, web: number, collector: number, cluster: Cluster | null, demoPassword: string | null): string {
  const lines = [
    "",
    `  Invigil is ready:  http://${e.HOST === "0.0.0.0" ? "127.0.0.1" : e.HOST}:${web}`,
    `  Metrics:           http://${e.HOST === "0.0.0.0" ? "127.0.0.1" : e.HOST}:${collector}/metrics`,
    ...(e.demo
      ? [
          "  Demo accounts:     super@ manager@ proctor@ proctor2@ sre@ auditor@invigil.local",
          demoPassword
            ? `  Their password:    ${demoPassword}   (shown once; INVIGIL_DEMO_PASSWORD sets your own)`
            : "  Their password:    printed at the first start (INVIGIL_DEMO_PASSWORD sets your own)",
        ]
      : []),
    ...(e.observe ? [`  Watches:           ${watchedName(e)}   (read-only)`] : []),
    `  Data:              ${e.dataDir}${cluster && cluster.home !== e.dataDir ? `, database in ${cluster.home}` : ""}`,
    "  Stop:              Ctrl-C",
    "",
  ];
  return `${lines.join("\n")}\n`;
}

/** The build that the door to the commands has begun, on a first start; it goes on while the database is made. */
async function webIsBuilt(): Promise<void> {
  const { invigilWebBuild } = globalThis as { invigilWebBuild?: Promise<void> };
  await invigilWebBuild?.catch((error: Error) => {
    throw new ClusterError(error.message);
  });
}

/** What its pages will have to do without. A watched server that is down stops nothing. */
async function sayWhatIsWatched(owner: string): Promise<void> {
  for (const { level, says, fix } of await examineWatched(owner)) {
    if (level !== "ok") say(`  note: ${says}${fix ? `; run there: ${fix}` : ""}\n`);
  }
}

async function start(dev: boolean): Promise<number> {
  const e = env();
  // First, so that a second start says what is the matter, and not only that the port is taken.
  const release = claim(e.dataDir);
  const { web, collector } = await ports(e).catch((error: unknown) => {
    release();
    throw error;
  });
  let cluster: Cluster | null = null;
  let stopping = false;
  const children: Child[] = [];
  let listener: WebListener | null = null;
  let stopKeeping: () => Promise<void> = async () => undefined;
  let finish: (code: number) => void;
  const finished = new Promise<number>((resolve) => (finish = resolve));
  const stop = async (code: number) => {
    if (stopping) return;
    stopping = true;
    if (code === 0) say("\n  stopping …\n");
    await stopKeeping();
    // What web still asks of the standby it asks of the primary then.
    listener?.close();
    await Promise.all([...children.map(end), cluster?.stopStandby()]);
    await cluster?.stop();
    release();
    finish(code);
  };
  whenOrphaned(() => void stop(0));
  process.on("SIGINT", () => void stop(0));
  process.on("SIGTERM", () => void stop(0));
  process.on("SIGHUP", () => void stop(0));
  try {
    if (e.embedded) {
      cluster = await startCluster(e.dataDir, printProgress);
      if (stopping) return finished;
      adopt(cluster.urls);
    }
    const owner = (await settledConnection("owner")).url;
    const applied = await bringUpToDate((note) => say(`  note: ${note}\n`));
    if (e.observe) await sayWhatIsWatched(owner);
    await refuseRuntimeLogin();
    if (applied.length > 0) say(`  applied ${applied.length} migrations\n`);
    let demoPassword: string | null = null;
    if (e.demo) {
      if (await withOwner(demoNeeded)) await printProgress("loading the demo", () => seedDemo(owner));
      demoPassword = await withOwner((client) => setDemoPassword(client, e.INVIGIL_DEMO_PASSWORD));
    }
    await webIsBuilt();
    if (stopping) return finished;
    await printProgress("starting the console", async () => {
      const shared: Record<string, string> = {
        PORT: String(web),
        COLLECTOR_PORT: String(collector),
        ...(dev ? { INVIGIL_DEV: "1", NODE_ENV: "development" } : { NODE_ENV: "production" }),
      };
      const forWeb = { ...shared, INVIGIL_LOG_KEY: logVerifierKey() };
      const webFile = path.resolve("build/server.js");
      // One alone in development: each would bring a compiler of its own.
      if (dev || e.WEB_PROCESSES === 1) {
        children.push(startProcess({ name: "web", file: webFile, extra: forWeb, stopping: () => stopping }));
      } else {
        listener = await listenForWeb(web, e.HOST);
        for (let number = 1; number <= e.WEB_PROCESSES; number++)
          children.push(
            startProcess({
              name: "web",
              label: `web-${number}`,
              file: webFile,
              extra: { ...forWeb, INVIGIL_HANDED: "1", INVIGIL_WEB_NUMBER: String(number) },
              stopping: () => stopping,
              onLaunch: listener.join,
            }),
          );
      }
      children.push(
        startProcess({ name: "collector", file: path.resolve("build/collector.js"), extra: shared, stopping: () => stopping }),
      );
      await Promise.all(children.map((child) => child.ready));
    });
    say(banner(e, web, collector, cluster, demoPassword));
    if (cluster) stopKeeping = keepServersUp(cluster, say);
    return await finished;
  } catch (error) {
    if (!stopping) await stop(1);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "53100" || /No space left on device/.test(message))
      throw new ClusterError(`INVIGIL_DATA_DIR: no space left on the disk of ${e.dataDir}`);
    throw error;
  }
}

export const startCommand: Command = {
  name: "start",
  says: "Starts everything on this machine",
  usage: "[--dev]",
  options: { dev: { type: "boolean" } },
  run: ({ options }) => start(options["dev"] === true),
};
