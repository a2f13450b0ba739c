import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createGunzip } from "node:zlib";
import type pg from "pg";
import { own } from "~/db/cluster/cluster.server.ts";
import type { Place } from "~/db/cluster/place.server.ts";
import { as, privateDir, serverEnvironment } from "~/db/cluster/server.server.ts";
import { socketClient } from "~/db/socket-client.server.ts";
import { extractTar } from "~/db/cluster/tar.ts";
import { roleName } from "~/db/urls.server.ts";
import { openLogFile } from "~/platform/log-file.ts";
import { Unavailable } from "~/platform/errors.ts";

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The files of a backup, laid out in a directory of their own, ready to replay what the archive holds. */
export async function layOut(place: Place, backupDir: string, into: string, signal?: AbortSignal): Promise<number> {
  privateDir(into, place.account);
  let bytes = 0;
  const packed = fs.createReadStream(path.join(backupDir, "base.tar.gz"));
  const stream = createGunzip();
  packed.once("error", (error) => stream.destroy(error));
  const stop = () => void packed.destroy(new Error("stopped"));
  signal?.addEventListener("abort", stop);
  try {
    await extractTar(packed.pipe(stream), into, (n) => (bytes += n));
  } finally {
    signal?.removeEventListener("abort", stop);
    packed.destroy();
  }
  for (const leftover of ["standby.signal", "postmaster.pid"]) fs.rmSync(path.join(into, leftover), { force: true });
  fs.writeFileSync(path.join(into, "recovery.signal"), "");
  for (const dir of ["pg_wal", "pg_wal/archive_status"]) fs.mkdirSync(path.join(into, dir), { recursive: true, mode: 0o700 });
  own(into, place.account);
  return bytes;
}

/** How recovery is told where its WAL is and when to stop. Without a time it replays all there is. */
export function recoverySettings(place: Place, toTime: Date | null): Record<string, string> {
  return {
    restore_command: `cp ${quoted(place.archive)}/%f %p`,
    recovery_target_timeline: "latest",
    // The server knows no zone names this early, "Z" included.
    ...(toTime ? { recovery_target_time: toTime.toISOString().replace("Z", "+00"), recovery_target_action: "promote" } : {}),
  };
}

/** `app`: a client of its own for what is not the drill's own SQL, as the least role that can log in. The caller ends it. */
export type Copy = { client: pg.Client; app(): Promise<pg.Client>; stop(): Promise<void> };

/** A real server on the restored files: no network, a socket that only its own account reaches, low priority. */
export async function startCopy(
  place: Place,
  dir: string,
  toTime: Date | null,
  database: string,
  signal?: AbortSignal,
  withinMs = 120_000,
): Promise<Copy> {
  // A socket's path may be 107 bytes long, so it does not lie in the data directory.
  const sockets = fs.mkdtempSync(path.join(os.tmpdir(), "invigil-"));
  privateDir(sockets, place.account);
  fs.writeFileSync(path.join(dir, "pg_hba.conf"), "local all all trust\n");
  fs.writeFileSync(path.join(dir, "pg_ident.conf"), "");
  const settings = {
    listen_addresses: "",
    unix_socket_directories: sockets,
    port: "5432",
    archive_mode: "off",
    shared_buffers: "64MB",
    primary_conninfo: "",
    primary_slot_name: "",
    cluster_name: "invigil-drill",
    ...recoverySettings(place, toTime),
  };
  const logFile = `${dir}.log`;
  const out = openLogFile(logFile, "w");
  const server: ChildProcess = spawn(
    path.join(place.native, "bin", "postgres"),
    ["-D", dir, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    {
      ...as(place.account),
      cwd: dir,
      detached: true,
      stdio: ["ignore", out, out],
      env: serverEnvironment(),
    },
  );
  fs.closeSync(out);
  let exited = false;
  server.once("exit", () => (exited = true));
  server.once("error", () => (exited = true));
  if (server.pid) os.setPriority(server.pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
  const stop = async () => {
    if (!exited) server.kill("SIGQUIT");
    for (let i = 0; i < 200 && !exited; i++) await new Promise((resolve) => setTimeout(resolve, 25));
    fs.rmSync(sockets, { recursive: true, force: true });
    fs.rmSync(logFile, { force: true });
  };
  const until = Date.now() + withinMs;
  for (;;) {
    if (signal?.aborted) {
      await stop();
      signal.throwIfAborted();
    }
    if (exited || Date.now() > until) {
      const said = fs.readFileSync(logFile, "utf8").split("\n");
      await stop();
      const line = said.findLast((text) => /FATAL|PANIC/.test(text))?.replace(/^.*?(FATAL|PANIC):\s*/, "");
      throw new Unavailable(`the restored copy did not start: ${line ?? "it took too long"}`);
    }
    const client = socketClient(sockets, database);
    try {
      await client.connect();
      const { rows } = await client.query<{ recovering: boolean }>("select pg_is_in_recovery() as recovering");
      if (!rows[0]!.recovering) {
        await client.query("set statement_timeout = 0");
        const app = async () => {
          const guest = socketClient(sockets, database, roleName("app"));
          await guest.connect();
          return guest;
        };
        return { client, app, stop: () => client.end().then(stop, stop) };
      }
      await client.end();
    } catch {
      await client.end().catch(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
