import { spawn, execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import pg from "pg";
import { openLogFile } from "~/platform/log-file.ts";
import { ClusterError } from "./errors.ts";
import type { RunAs } from "./binaries.server.ts";

export type ServerOptions = {
  native: string;
  dir: string;
  logFile: string;
  account: RunAs;
  superPassword: string;
  /** Lines of postgresql.conf; what is not named keeps the server's default. */
  settings: Record<string, string | number>;
};

export const as = (account: RunAs) => (account ? { uid: account.uid, gid: account.gid } : {});

/** Nothing of ours: whoever reads files through the server reads what it was started with. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH } = process.env;
  const own: Record<string, string | undefined> = { PATH, LD_LIBRARY_PATH, LC_ALL: "C", LANG: "C", TZ: "UTC" };
  return own as NodeJS.ProcessEnv;
}

/** Makes a directory that belongs to the server's account and nobody else. */
export function privateDir(dir: string, account: RunAs): void {
  fs.mkdirSync(dir, { recursive: true });
  fs.chmodSync(dir, 0o700);
  if (account) fs.chownSync(dir, account.uid, account.gid);
}

export async function freePort(preferred?: number): Promise<number> {
  const tryPort = (port: number) =>
    new Promise<number | null>((resolve) => {
      const server = net.createServer();
      server.once("error", () => resolve(null));
      server.listen(port, "127.0.0.1", () => {
        const { port: got } = server.address() as net.AddressInfo;
        server.close(() => resolve(got));
      });
    });
  return (preferred ? await tryPort(preferred) : null) ?? (await tryPort(0))!;
}

export function initCluster(options: Pick<ServerOptions, "native" | "dir" | "account" | "superPassword">): void {
  privateDir(options.dir, options.account);
  const passwordFile = `${options.dir}.pw`;
  fs.writeFileSync(passwordFile, options.superPassword, { mode: 0o600 });
  if (options.account) fs.chownSync(passwordFile, options.account.uid, options.account.gid);
  try {
    execFileSync(
      path.join(options.native, "bin", "initdb"),
      [
        "-D",
        options.dir,
        "-U",
        "postgres",
        "--pwfile",
        passwordFile,
        "-A",
        "scram-sha-256",
        "-E",
        "UTF8",
        "--locale=C",
        "-k",
        "-N",
      ],
      { ...as(options.account), cwd: "/", stdio: ["ignore", "ignore", "pipe"], env: serverEnvironment() },
    );
  } catch (error) {
    const text = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    throw new ClusterError(`initdb failed: ${text.split("\n").find((line) => /error|No space/i.test(line)) ?? text}`);
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
}

export function writeSettings(options: ServerOptions): void {
  const lines = Object.entries(options.settings).map(([name, value]) =>
    typeof value === "number" ? `${name} = ${value}` : `${name} = '${value.replaceAll("'", "''")}'`,
  );
  const file = path.join(options.dir, "invigil.conf");
  // A standby's carries the replication password.
  fs.writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  if (options.account) fs.chownSync(file, options.account.uid, options.account.gid);
  const main = path.join(options.dir, "postgresql.conf");
  const text = fs.readFileSync(main, "utf8");
  if (!text.includes("include 'invigil.conf'")) fs.appendFileSync(main, "\ninclude 'invigil.conf'\n");
}

export function superUrl(options: Pick<ServerOptions, "superPassword" | "settings">, database = "postgres"): string {
  return `postgresql://postgres:${encodeURIComponent(options.superPassword)}@127.0.0.1:${options.settings["port"]}/${database}`;
}

/** The postmaster of this data directory, if one lives: it may be an orphan of a killed supervisor. */
export function postmasterOf(dir: string): number | null {
  let pid: number;
  try {
    pid = Number(fs.readFileSync(path.join(dir, "postmaster.pid"), "utf8").split("\n")[0]);
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return null;
    pid = Number(fs.readFileSync(path.join(dir, "postmaster.pid"), "utf8").split("\n")[0]);
  }
  // Pids are reused: only a process that runs in this very directory is ours.
  try {
    if (fs.realpathSync(`/proc/${pid}/cwd`) !== fs.realpathSync(dir)) return null;
  } catch {
    if (process.platform === "linux") return null;
  }
  return pid;
}

async function gone(pid: number, withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs;
  while (Date.now() < until) {
    try {
      process.kill(pid, 0);
      if (process.platform === "linux" && /^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"))) return true;
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** It may end by itself between two looks at it. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

const STOPPED = "invigil.stopped";

/** Whether it is down because it was stopped through us; a server that fell over by itself is to be started again. */
export const stoppedByUs = (dir: string): boolean => fs.existsSync(path.join(dir, STOPPED));

/** What a killed postmaster leaves: its children go when they notice, and until then nobody may start on their files. */
function orphansOf(dir: string): number[] {
  if (process.platform !== "linux" || !fs.existsSync(dir)) return [];
  const here = fs.realpathSync(dir);
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          fs.realpathSync(`/proc/${pid}/cwd`) === here &&
          fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "postgres" &&
          !/^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"))
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function endOrphans(dir: string): Promise<void> {
  for (const pid of orphansOf(dir)) {
    if (await gone(pid, 300)) continue;
    signal(pid, "SIGKILL");
    await gone(pid, 1000);
  }
}

/** Fast shutdown (open transactions are rolled back), then immediate when that takes too long. */
export async function stopServer(dir: string, withinMs = 3000): Promise<void> {
  const pid = postmasterOf(dir);
  if (pid === null) return;
  try {
    fs.writeFileSync(path.join(dir, STOPPED), "");
  } catch {
    // A full disk: it must be possible to stop it all the same.
  }
  signal(pid, "SIGINT");
  if (await gone(pid, withinMs)) return;
  signal(pid, "SIGQUIT");
  if (await gone(pid, 1500)) return;
  signal(pid, "SIGKILL");
  await gone(pid, 1000);
}

function lastFatal(logFile: string, from: number): string {
  const text = fs.existsSync(logFile) ? fs.readFileSync(logFile).subarray(from).toString() : "";
  const line = text.split("\n").findLast((entry) => /FATAL|PANIC|No space left|could not/.test(entry));
  return line?.replace(/^.*?(FATAL|PANIC|LOG):\s*/, "") ?? "see the server's log";
}

/** Starts the server and waits until it takes connections (a standby: until it takes reads). */
export async function startServer(options: ServerOptions, withinMs = 60_000): Promise<{ pid: number }> {
  await stopServer(options.dir);
  await endOrphans(options.dir);
  for (const name of ["postmaster.pid", STOPPED]) fs.rmSync(path.join(options.dir, name), { force: true });
  const from = fs.existsSync(options.logFile) ? fs.statSync(options.logFile).size : 0;
  const out = openLogFile(options.logFile);
  // Its own process group: Ctrl-C in the terminal must reach the supervisor only, which stops things in order.
  const child = spawn(path.join(options.native, "bin", "postgres"), ["-D", options.dir], {
    ...as(options.account),
    cwd: options.dir,
    detached: true,
    stdio: ["ignore", out, out],
    env: serverEnvironment(),
  });
  fs.closeSync(out);
  let exited = false;
  child.once("exit", () => (exited = true));
  child.once("error", () => (exited = true));
  child.unref();
  const until = Date.now() + withinMs;
  for (;;) {
    if (exited)
      throw new ClusterError(
        `PostgreSQL in ${options.dir} did not start: ${lastFatal(options.logFile, from)} (${options.logFile})`,
      );
    const client = new pg.Client({ connectionString: superUrl(options), connectionTimeoutMillis: 2000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return { pid: child.pid! };
    } catch (error) {
      await client.end().catch(() => undefined);
      if (Date.now() > until) {
        throw new ClusterError(
          `PostgreSQL in ${options.dir} takes no connections after ${withinMs / 1000} s: ${(error as Error).message}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}
