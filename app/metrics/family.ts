import type { Condition, Signal } from "~/observability/alerts/evaluate.ts";
import type { ProbeKey, ProbeRow } from "~/observability/probes/all.ts";
import type { Lag } from "~/observability/replication/lag.ts";
import type { TargetState } from "~/observability/sampler/sampler.server.ts";
import type { PlatformSample } from "./platform.ts";

/** The age of what one probe of one server brought last, and whether it is too old to be said. */
export type ProbeAge = { server: string; probe: string; seconds: number; stale: boolean; ms: number; failed: boolean };

export type ScheduleCount = { name: string; runs: number; failures: number; lastMs: number | null };

/** One moment, as the collector knows it. Nothing here asks a database. */
export type View = {
  now: number;
  active: boolean;
  targets: readonly TargetState[];
  /** Rows while they are fresh; what is stale ends its series. */
  fresh<K extends ProbeKey>(server: string, key: K): ProbeRow<K>[] | null;
  /** When those rows were sampled, in milliseconds. */
  at(server: string, key: ProbeKey): number | null;
  lags: readonly Lag[];
  probes: readonly ProbeAge[];
  store: { written: number; spooled: number; backfilled: number; dropped: number };
  alerts: readonly Condition[];
  signals: readonly Signal[];
  schedules: readonly ScheduleCount[];
  /** Evidence of each check that nobody muted; null where a check could not look. */
  findings: readonly { id: string; level: string; n: number | null }[];
  /** How often the text was made, and how long the last time took. */
  rounds: { n: number; ms: number };
  /** Null: not known, or too old. */
  platform: PlatformSample | null;
  platformAgeSeconds: number | null;
  /** Statements that are named one by one, the costliest. */
  top(server: string): ReadonlySet<string>;
};

export type Labels = Readonly<Record<string, string | null>>;
/** A value that is not known makes no series. `at` is when it was so, where that is not the moment of the scrape. */
export type Point = readonly [
  labels: Labels,
  value: number | null | undefined,
  suffix?: "_bucket" | "_sum" | "_count",
  at?: number | null,
];

export type Family = {
  name: string;
  type: "gauge" | "counter" | "histogram";
  help: string;
  labels: readonly string[];
  /** The most series that one scrape carries of each server; what is beyond is counted, not shown. */
  limit: number;
  read(view: View): Iterable<Point>;
};

const LIMIT = 1000;

export const family = (
  name: string,
  type: Family["type"],
  help: string,
  labels: readonly string[],
  read: Family["read"],
  limit = LIMIT,
): Family => ({ name, type, help, labels, read, limit });

/**
 * A family with one or more series for each row that a probe brought of each server. Counters carry the moment at which
 * they were read: a total that is scraped more often than it is sampled would seem to stand still and then to jump, and
 * `irate` of a constant 60 a second would be anything from 0 to 200. Gauges carry none, so that they end when they are stale.
 */
export function perRow<K extends ProbeKey>(
  key: K,
  name: string,
  type: Family["type"],
  help: string,
  labels: readonly string[],
  read: (row: ProbeRow<K>, view: View, server: string) => Point | null,
  limit = LIMIT,
  /** Which come first, where there are more than the limit. */
  order: (rows: ProbeRow<K>[]) => readonly ProbeRow<K>[] = (rows) => rows,
): Family {
  return family(
    name,
    type,
    help,
    ["server", ...labels],
    function* all(view) {
      for (const { name: server } of view.targets) {
        const at = type === "counter" ? view.at(server, key) : null;
        for (const row of order(view.fresh(server, key) ?? [])) {
          const point = read(row, view, server);
          if (point) yield [{ server, ...point[0] }, point[1], undefined, at];
        }
      }
    },
    limit,
  );
}

export const secondsOf = (at: Date | null): number | null => (at ? at.getTime() / 1000 : null);
