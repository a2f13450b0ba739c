import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { binaries, serverAccount } from "../../../app/db/cluster/binaries.server.ts";
import { runningCluster } from "../../../app/db/cluster/cluster.server.ts";
import { startServer, stopServer } from "../../../app/db/cluster/server.server.ts";
import type { Demo } from "../../fixtures/demo.ts";

export const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(what: string, look: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`it did not come to this within ${withinMs / 1000} s: ${what}`);
    await wait(500);
  }
}

/** A demo and its servers, for whoever is to bring something about in them. */
export class World {
  private readonly sessions: pg.Client[] = [];
  private readonly urls: NonNullable<ReturnType<typeof runningCluster>>;

  constructor(readonly demo: Demo) {
    this.urls = runningCluster(demo.dataDir)!;
  }

  /** Where the primary keeps its files. */
  get primaryDir(): string {
    return path.join(this.urls.home, "primary");
  }

  get archive(): string {
    return path.join(this.urls.home, "archive");
  }

  get disk(): { total: number; used: number } {
    const { blocks, bavail, bsize } = fs.statfsSync(this.demo.dataDir);
    return { total: blocks * bsize, used: 1 - bavail / blocks };
  }

  /** A superuser's session on the primary, which ends with the test at the latest. */
  async session(database = "invigil", name = "exam-app tenant=T1"): Promise<pg.Client> {
    const url = new URL(this.urls.superuser);
    url.pathname = `/${database}`;
    return this.open(url.href, name);
  }

  async standby(): Promise<pg.Client> {
    const url = new URL(this.urls.superuser);
    url.port = new URL(this.urls.standby).port;
    return this.open(url.href, "operator");
  }

  /** As the application, or null once no connection is left. */
  async guest(): Promise<pg.Client | null> {
    return this.open(this.urls.app, "crowd").catch((error: { code?: string }) => {
      if (error.code === "53300") return null;
      throw error as Error;
    });
  }

  private async open(url: string, name: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, application_name: name });
    client.on("error", () => undefined);
    await client.connect();
    this.sessions.push(client);
    return client;
  }

  async run(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = await this.session("invigil", "operator");
    try {
      return (await client.query<Record<string, unknown>>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** One of the console's own commands: its exit code and its words. */
  command(...args: string[]): Promise<{ code: number; output: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ["app/cli/invigil.mjs", ...args], {
        env: { ...process.env, NODE_ENV: "production", VITEST: "", INVIGIL_DATA_DIR: this.demo.dataDir },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code: code ?? 1, output }));
    });
  }

  async mustDo(...args: string[]): Promise<void> {
    const { code, output } = await this.command(...args);
    if (code !== 0) throw new Error(`npx invigil ${args.join(" ")} ended with ${code}: ${output}`);
  }

  async mustFail(...args: string[]): Promise<void> {
    const { code, output } = await this.command(...args);
    if (code === 0) throw new Error(`npx invigil ${args.join(" ")} was to fail: ${output}`);
  }

  /** Stops a process of the console without ending it, as a machine that swaps does; the answer lets it go on. */
  hang(name: "server" | "collector"): () => void {
    const supervisor = fs.readFileSync(path.join(this.demo.dataDir, "supervisor.pid"), "utf8").trim();
    const lines = execFileSync("ps", ["-o", "pid=,args=", "--ppid", supervisor], { encoding: "utf8" }).split("\n");
    const line = lines.find((line) => line.includes(`build/${name}.js`));
    if (!line) throw new Error(`${name} does not run`);
    const pid = Number(line.trim().split(" ")[0]);
    process.kill(pid, "SIGSTOP");
    return () => void process.kill(pid, "SIGCONT");
  }

  async stopPrimary(): Promise<() => Promise<void>> {
    const { home, superuser } = this.urls;
    const { password, port } = new URL(superuser);
    const account = serverAccount();
    await stopServer(path.join(home, "primary"));
    return async () => {
      await startServer({
        native: binaries(home, account),
        dir: path.join(home, "primary"),
        logFile: path.join(this.demo.dataDir, "logs", "primary.log"),
        account,
        superPassword: decodeURIComponent(password),
        settings: { port: Number(port) },
      });
    };
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.sessions.map((client) => client.end()));
  }
}
