import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { env } from "~/platform/env.server.ts";
import { newToken } from "~/platform/ids.ts";
import { binaries, serverAccount, serverHome, type RunAs } from "./binaries.server.ts";
import { ClusterError } from "./errors.ts";
import { createExtensions, createRoles, LOGIN_ROLES, type LoginRole, type Refused } from "./roles.server.ts";
import {
  freePort,
  initCluster,
  postmasterOf,
  privateDir,
  startServer,
  stopServer,
  superUrl,
  writeSettings,
  type ServerOptions,
} from "./server.server.ts";

const DATABASE = "invigil";
const SLOT = "invigil_standby_1";

type Credentials = { superuser: string; replication: string; roles: Record<LoginRole, string> };
type Ports = { primary: number; standby: number };
export type Urls = Record<LoginRole, string> & { superuser: string; standby: string };
export type Progress = <T>(label: string, run: () => Promise<T>) => Promise<T>;

export type Cluster = {
  home: string;
  archiveDir: string;
  urls: Urls;
  primary: ServerOptions;
  standby: ServerOptions;
  stopStandby(): Promise<void>;
  stop(): Promise<void>;
};

function readJson<T>(file: string): T | null {
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as T) : null;
}

function credentialsIn(dataDir: string): Credentials {
  const file = path.join(dataDir, "credentials.json");
  const known = readJson<Credentials>(file);
  // A directory of an earlier version lacks the roles that were added since.
  const credentials: Credentials = {
    superuser: known?.superuser ?? newToken(24),
    replication: known?.replication ?? newToken(24),
    roles: Object.fromEntries(LOGIN_ROLES.map((role) => [role, known?.roles[role] ?? newToken(24)])) as Record<LoginRole, string>,
  };
  const chosen = env().PLATFORM_APP_PASSWORD;
  if (chosen) credentials.roles.platform_app = chosen;
  const text = JSON.stringify(credentials, null, 2);
  if (text !== JSON.stringify(known, null, 2)) fs.writeFileSync(file, text, { mode: 0o600 });
  return credentials;
}

const shellQuote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

function settingsFor(kind: "primary" | "standby", port: number, archiveDir: string): Record<string, string | number> {
  const common = {
    listen_addresses: "127.0.0.1",
    port,
    // TCP on loopback only: a socket path may be longer than the 107 bytes the system allows.
    unix_socket_directories: "",
    max_connections: 100,
    superuser_reserved_connections: 3,
    reserved_connections: 4,
    shared_buffers: "256MB",
    shared_preload_libraries: "pg_stat_statements",
    "pg_stat_statements.max": 5000,
    compute_query_id: "on",
    track_io_timing: "on",
    track_wal_io_timing: "on",
    track_functions: "pl",
    wal_level: "replica",
    max_wal_senders: 8,
    max_replication_slots: 8,
    max_slot_wal_keep_size: "2GB",
    wal_compression: "pglz",
    min_wal_size: "128MB",
    max_wal_size: "1GB",
    checkpoint_timeout: "5min",
    hot_standby: "on",
    random_page_cost: "1.1",
    log_line_prefix: "%m [%p] %q%u@%d/%a ",
    log_lock_waits: "on",
    log_checkpoints: "off",
    log_timezone: "UTC",
    timezone: "UTC",
    lc_messages: "C",
    jit: "off",
  };
  if (kind === "standby") return { ...common, archive_mode: "off", cluster_name: "invigil-standby" };
  return {
    ...common,
    cluster_name: "invigil-primary",
    archive_mode: "on",
    // Written under another name first: a half-copied segment is never taken for a whole one.
    archive_command: `test ! -f ${shellQuote(archiveDir)}/%f && cp %p ${shellQuote(archiveDir)}/.%f.part && mv ${shellQuote(archiveDir)}/.%f.part ${shellQuote(archiveDir)}/%f`,
    archive_timeout: 60,
  };
}

async function asSuper<T>(server: ServerOptions, database: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: superUrl(server, database) });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

/** In a cluster of our own nothing may be refused. */
function whole(refused: Refused[]): void {
  if (refused[0]) throw new ClusterError(`${refused[0].statement}: ${refused[0].reason}`);
}

async function prepareDatabase(server: ServerOptions, credentials: Credentials): Promise<void> {
  await asSuper(server, "postgres", async (client) => {
    const known = await client.query("select 1 from pg_roles where rolname = 'invigil_replication'");
    if (known.rowCount === 0) await client.query("create role invigil_replication replication login");
    await client.query(`alter role invigil_replication password ${client.escapeLiteral(credentials.replication)}`);
    const database = await client.query("select 1 from pg_database where datname = $1", [DATABASE]);
    if (database.rowCount === 0) await client.query(`create database ${DATABASE} owner invigil_owner`);
  });
  whole(await asSuper(server, DATABASE, createExtensions));
}

/** A hot copy of the running primary, made into a standby that streams from a physical slot. */
async function cloneStandby(
  primary: ServerOptions,
  standby: ServerOptions,
  credentials: Credentials,
  account: RunAs,
): Promise<void> {
  fs.rmSync(standby.dir, { recursive: true, force: true });
  await asSuper(primary, "postgres", async (client) => {
    const slot = await client.query("select active from pg_replication_slots where slot_name = $1", [SLOT]);
    if (slot.rowCount) await client.query("select pg_drop_replication_slot($1)", [SLOT]);
    await client.query("select pg_create_physical_replication_slot($1, true)", [SLOT]);
    await client.query("select pg_backup_start('standby', true)");
    const skip = new Set([
      "pg_wal",
      "pg_replslot",
      "postmaster.pid",
      "postmaster.opts",
      "pg_dynshmem",
      "pg_notify",
      "pg_serial",
      "pg_snapshots",
      "pg_stat_tmp",
      "pg_subtrans",
    ]);
    privateDir(standby.dir, account);
    for (const entry of fs.readdirSync(primary.dir)) {
      if (skip.has(entry)) {
        if (!entry.startsWith("postmaster")) fs.mkdirSync(path.join(standby.dir, entry), { mode: 0o700 });
        continue;
      }
      await fs.promises.cp(path.join(primary.dir, entry), path.join(standby.dir, entry), { recursive: true });
    }
    fs.mkdirSync(path.join(standby.dir, "pg_wal", "archive_status"), { mode: 0o700 });
    const stop = await client.query<{ labelfile: string }>("select labelfile from pg_backup_stop(false)");
    fs.writeFileSync(path.join(standby.dir, "backup_label"), stop.rows[0]!.labelfile);
  });
  fs.writeFileSync(path.join(standby.dir, "standby.signal"), "");
  own(standby.dir, account);
  standby.settings["primary_slot_name"] = SLOT;
  void credentials;
}

/** Hands a whole directory to the account that the server runs as. */
export function own(dir: string, account: RunAs): void {
  if (!account) return;
  fs.chownSync(dir, account.uid, account.gid);
  for (const entry of fs.readdirSync(dir, { recursive: true, withFileTypes: true })) {
    fs.lchownSync(path.join(entry.parentPath, entry.name), account.uid, account.gid);
  }
}

function checkWritable(dir: string): void {
  try {
    fs.mkdirSync(dir, { recursive: true });
    const probe = path.join(dir, ".probe");
    fs.writeFileSync(probe, "x");
    fs.rmSync(probe);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOSPC") throw new ClusterError(`INVIGIL_DATA_DIR: no space left on the disk of ${dir}`);
    throw new ClusterError(`INVIGIL_DATA_DIR: ${dir} can't be written (${code}); choose another directory or fix its owner`);
  }
}

async function bringUp(
  home: string,
  primary: ServerOptions,
  standby: ServerOptions,
  credentials: Credentials,
  account: RunAs,
  progress: Progress,
): Promise<void> {
  const ready = path.join(home, "primary.ready");
  if (!fs.existsSync(ready)) {
    await progress("creating the database cluster", async () => {
      fs.rmSync(primary.dir, { recursive: true, force: true });
      fs.rmSync(standby.dir, { recursive: true, force: true });
      initCluster(primary);
      fs.appendFileSync(
        path.join(primary.dir, "pg_hba.conf"),
        "\nhost replication invigil_replication,invigil_backup 127.0.0.1/32 scram-sha-256\n",
      );
    });
  }
  await progress("starting the primary", async () => {
    writeSettings(primary);
    await startServer(primary);
    // At every start: a role may be new in this version, a password may have been chosen since.
    await asSuper(primary, "postgres", async (client) => whole(await createRoles(client, credentials.roles)));
    if (!fs.existsSync(ready)) {
      await prepareDatabase(primary, credentials);
      fs.writeFileSync(ready, "");
    }
  });
  await progress("starting the standby", async () => {
    if (!fs.existsSync(path.join(standby.dir, "standby.signal"))) await cloneStandby(primary, standby, credentials, account);
    writeSettings(standby);
    await startServer(standby);
  });
}

function urlsOf(credentials: Credentials, ports: Ports): Urls {
  const url = (login: string, password: string, port = ports.primary) =>
    `postgresql://${login}:${encodeURIComponent(password)}@127.0.0.1:${port}/${DATABASE}`;
  const roles = LOGIN_ROLES.filter((role) => credentials.roles[role]);
  return {
    ...(Object.fromEntries(roles.map((role) => [role, url(`invigil_${role}`, credentials.roles[role])])) as Urls),
    superuser: url("postgres", credentials.superuser),
    standby: url("invigil_app", credentials.roles.app, ports.standby),
  };
}

/** Brings the embedded primary and its standby up, making them first where there are none. */
export async function startCluster(dataDir: string, progress: Progress): Promise<Cluster> {
  checkWritable(dataDir);
  fs.chmodSync(dataDir, 0o711);
  const account = serverAccount();
  const home = serverHome(dataDir, account);
  checkWritable(home);
  fs.chmodSync(home, 0o711);
  const credentials = credentialsIn(dataDir);
  const native = binaries(home, account);
  const portsFile = path.join(dataDir, "ports.json");
  const known = readJson<Ports>(portsFile);

  const archiveDir = path.join(home, "archive");
  const logs = path.join(dataDir, "logs");
  fs.mkdirSync(logs, { recursive: true });
  fs.chmodSync(logs, 0o700);
  privateDir(archiveDir, account);
  const server = (name: "primary" | "standby", port: number): ServerOptions => ({
    native,
    dir: path.join(home, name),
    logFile: path.join(logs, `${name}.log`),
    account,
    superPassword: credentials.superuser,
    settings: settingsFor(name, port, archiveDir),
  });
  // An orphan of a killed supervisor still holds its port and its directory.
  for (const name of ["standby", "primary"]) await stopServer(path.join(home, name));
  const ports: Ports = { primary: await freePort(known?.primary), standby: 0 };
  ports.standby = await freePort(known?.standby);
  fs.writeFileSync(portsFile, JSON.stringify(ports));
  const primary = server("primary", ports.primary);
  const standby = server("standby", ports.standby);
  standby.settings["primary_conninfo"] =
    `host=127.0.0.1 port=${ports.primary} user=invigil_replication password=${credentials.replication} application_name=standby-1`;
  standby.settings["primary_slot_name"] = SLOT;

  try {
    await bringUp(home, primary, standby, credentials, account, progress);
  } catch (error) {
    // What did start must not outlive a start that failed.
    for (const { dir } of [standby, primary]) await stopServer(dir);
    throw error;
  }
  return {
    home,
    archiveDir,
    primary,
    standby,
    urls: urlsOf(credentials, ports),
    stopStandby: () => stopServer(standby.dir, 1500),
    async stop() {
      await stopServer(standby.dir, 1500);
      await stopServer(primary.dir, 2500);
    },
  };
}

/** The URLs of a cluster that runs in this data directory, or null. */
export function runningCluster(dataDir: string): (Urls & { home: string }) | null {
  const home = serverHome(dataDir, serverAccount());
  const credentials = readJson<Credentials>(path.join(dataDir, "credentials.json"));
  const ports = readJson<Ports>(path.join(dataDir, "ports.json"));
  if (!credentials || !ports || postmasterOf(path.join(home, "primary")) === null) return null;
  return { ...urlsOf(credentials, ports), home };
}
