import pg from "pg";
import { log } from "~/platform/log.server.ts";
import { singleton } from "~/platform/singleton.ts";
import { codeOf, isConnectionLoss, isNotReady } from "./retry.ts";

const PARTS = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?#]*)(.*)$/;
/** How long one of several hosts may take to say whether it takes writes: the others are asked at the same time. */
const PATIENCE_MS = 700;

/** One address for each host of `postgresql://user@a:5432,b:5432/name`. */
export function splitHosts(url: string): string[] {
  const [, before = "", hosts = "", after = ""] = PARTS.exec(url) ?? [];
  const [path = "", query = ""] = after.split("?");
  const rest = new URLSearchParams(query);
  if (!hosts.includes(",")) return [url];
  rest.delete("target_session_attrs");
  const tail = rest.size > 0 ? `${path}?${rest.toString()}` : path;
  return hosts.split(",").map((host) => `${before}${host.trim()}${tail}`);
}

/** Reached, and takes no writes: a standby, or a primary that is still being promoted. Nothing was done, so it may be tried again. */
export class NoneWritable extends Error {
  readonly code = "08001";
}

/** Another host may do better: this one is gone, not ready, not found, or takes no writes. A full pool of ours says nothing of it. */
export function isHostGone(error: unknown): boolean {
  if (/timeout exceeded when trying to connect/.test((error as Error).message)) return false;
  return isConnectionLoss(error) || isNotReady(error) || /^E[A-Z_]+$/.test(codeOf(error) ?? "");
}

export const WRITABLE = "select not pg_is_in_recovery() and current_setting('default_transaction_read_only') = 'off' as writable";
/** A watched server's login may be read-only for good: the primary is what is no standby. */
export const IS_PRIMARY = "select not pg_is_in_recovery() as writable";

/** Whether we write there, or only watch. */
export type HostsUse = "written" | "watched";

async function asked(url: string, use: HostsUse): Promise<string> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
    application_name: "host check",
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ writable: boolean }>(use === "watched" ? IS_PRIMARY : WRITABLE);
    if (!rows[0]!.writable) throw new NoneWritable("a standby");
    return url;
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** Several addresses of one database, of which one takes writes: which one is asked anew when it no longer does. */
class Hosts {
  private at = 0;
  private choosing: Promise<string> | null = null;
  /** The last attempt failed: the next one asks first. */
  doubtful = false;

  constructor(
    private readonly urls: readonly string[],
    private readonly use: HostsUse,
  ) {}

  get current(): string {
    return this.urls[this.at]!;
  }

  /** All are asked at once, so that one that hangs holds nobody up; once for all who want to know. */
  choose(): Promise<string> {
    return (this.choosing ??= Promise.any(this.urls.map((url) => asked(url, this.use)))
      .then(
        (url) => {
          if (url !== this.current) log.warn({ host: url.replace(PARTS, "$2") }, "another host takes the writes now");
          this.at = this.urls.indexOf(url);
          this.doubtful = false;
          return url;
        },
        (error: AggregateError) => {
          this.doubtful = true;
          const standby = error.errors.some((error) => error instanceof NoneWritable);
          // A wrong password is not repaired by waiting: it is told as it is.
          const refused = (error.errors as Error[]).find((error) => !isHostGone(error));
          throw refused ?? (standby ? new NoneWritable("no host of DATABASE_URL takes writes") : error.errors[0]);
        },
      )
      .finally(() => {
        this.choosing = null;
      }));
  }
}

export type { Hosts };

/** The hosts of an address, known to every pool of this process; null where it names only one. */
export function hostsOf(url: string, use: HostsUse = "written"): Hosts | null {
  const urls = splitHosts(url);
  if (urls.length === 1) return null;
  const all = singleton("db.hosts", () => new Map<string, Hosts>());
  const known = all.get(`${use} ${url}`) ?? new Hosts(urls, use);
  all.set(`${use} ${url}`, known);
  return known;
}
