import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { clients } from "../../app/db/clients.server.ts";
import { binaries, serverAccount } from "../../app/db/cluster/binaries.server.ts";
import { createExtensions, createRoles, LOGIN_ROLES, type LoginRole } from "../../app/db/cluster/roles.server.ts";
import { freePort, initCluster, startServer, stopServer, superUrl, writeSettings } from "../../app/db/cluster/server.server.ts";
import { applyMigrations } from "../../app/db/migrate/engine.server.ts";
import { installQueue } from "../../app/jobs/boss.server.ts";
import { forget } from "../../app/platform/singleton.ts";

const PASSWORD = "bench";

/** Before a database was chosen there is none to close. */
const closeClients = async () => void (process.env["DATABASE_URL"] && (await clients().close()));

export type BenchCluster = {
  /** A migrated database of its own. `fresh` unless an earlier run left it in INVIGIL_BENCH_DIR. */
  database(name: string): Promise<{ owner: pg.Client; fresh: boolean; use(): Promise<void> }>;
};

/**
 * A PostgreSQL for one benchmark, durable as in production unless it says otherwise, and removed afterwards; in
 * INVIGIL_BENCH_DIR it stays, so that the next run need not load ten million rows again.
 */
export async function benchCluster<T>(
  settings: Record<string, string | number>,
  run: (cluster: BenchCluster) => Promise<T>,
): Promise<T> {
  const kept = process.env["INVIGIL_BENCH_DIR"];
  const dir = kept ?? fs.mkdtempSync(path.join(os.tmpdir(), "invigil-bench-"));
  fs.mkdirSync(dir, { recursive: true });
  fs.chmodSync(dir, 0o711);
  const account = serverAccount();
  const server = {
    native: binaries(dir, account, 18),
    dir: path.join(dir, "primary"),
    logFile: path.join(dir, "primary.log"),
    account,
    superPassword: PASSWORD,
    settings: {
      listen_addresses: "127.0.0.1",
      port: await freePort(),
      unix_socket_directories: "",
      shared_buffers: "256MB",
      max_wal_size: "2GB",
      timezone: "UTC",
      jit: "off",
      random_page_cost: "1.1",
      ...settings,
    },
  };
  const opened: pg.Client[] = [];
  const connected = async (url: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    opened.push(client);
    return client;
  };
  try {
    if (!fs.existsSync(path.join(server.dir, "PG_VERSION"))) initCluster(server);
    writeSettings(server);
    await startServer(server);
    const admin = await connected(superUrl(server, "postgres"));
    await createRoles(admin, Object.fromEntries(LOGIN_ROLES.map((role) => [role, PASSWORD])));
    return await run({
      async database(name) {
        const url = (role: LoginRole) => `postgresql://invigil_${role}:${PASSWORD}@127.0.0.1:${server.settings.port}/${name}`;
        const known = await admin.query("select 1 from pg_database where datname = $1", [name]);
        const fresh = known.rowCount === 0;
        if (fresh) await admin.query(`create database ${name} owner invigil_owner`);
        await createExtensions(await connected(superUrl(server, name)));
        await applyMigrations(url("owner"));
        const owner = await connected(url("owner"));
        await installQueue(owner);
        return {
          owner,
          fresh,
          async use() {
            await closeClients();
            for (const role of LOGIN_ROLES) process.env[`INVIGIL_URL_${role.toUpperCase()}`] = url(role);
            process.env["DATABASE_URL"] = url("app");
            process.env["INVIGIL_EMBEDDED"] = "1";
            forget("env");
            // Pools of other roles still lead to the database before.
            for (const role of LOGIN_ROLES) forget(`db.pool.${role}`);
          },
        };
      },
    });
  } finally {
    await closeClients();
    await Promise.allSettled(opened.map((client) => client.end()));
    await stopServer(server.dir, 3000);
    if (!kept) fs.rmSync(dir, { recursive: true, force: true });
  }
}
