import { loadGroups, type LoadGroup } from "../load/sessions.ts";
import { loadSeries } from "../probes/activity.ts";
import type { ProbeRow } from "../probes/all.ts";
import { tickSeries } from "../probes/backends.ts";
import { recorded, type Recorded } from "../series.ts";
import { isKnown, type Sample } from "./sample.ts";

export type Tick = {
  at: number;
  groups: LoadGroup[];
} & Record<keyof typeof tickSeries.values, number>;

/** One second of one server, from the two samples of that second. */
export function tickOf(at: Date, activity: Sample<ProbeRow<"activity">>, backends: Sample<ProbeRow<"backends">>): Tick | null {
  if (!isKnown(activity) || !isKnown(backends)) return null;
  const groups = loadGroups(activity.rows);
  const count = (test: (state: string) => boolean) =>
    backends.rows.filter((row) => row.backend_type === "client backend" && test(row.state)).reduce((sum, row) => sum + row.n, 0);
  const ours = activity.rows.filter((row) => row.backend_type === "client backend");
  return {
    at: at.getTime(),
    total: backends.rows.reduce((sum, row) => sum + row.n, 0),
    active: groups.reduce((sum, group) => sum + group.n, 0),
    idle: count((state) => state === "idle"),
    idle_in_transaction: count((state) => state.startsWith("idle in transaction")),
    lock_waiting: activity.rows.filter((row) => row.wait_class === "Lock").length,
    longest_query_ms: Math.max(0, ...ours.filter((row) => row.state === "active").map((row) => row.query_ms ?? 0)),
    longest_transaction_ms: Math.max(0, ...ours.map((row) => row.transaction_ms ?? 0)),
    groups,
  };
}

export function recordTick(target: string, { groups, ...tick }: Tick): Recorded[] {
  const at = new Date(tick.at).toISOString();
  return [
    recorded(tickSeries, { ...tick, at, target }),
    ...groups.map((group) => recorded(loadSeries, { ...group, at, target })),
  ];
}
