import { ago } from "~/platform/format.ts";
import type { ProbeRow } from "../probes/all.ts";

type Counted = Pick<ProbeRow<"tables">, "live" | "estimated_rows" | "vacuumed_at" | "analyzed_at">;

/**
 * Rows of a table, about. Its counter starts at 0 after a reset or a crash and is set right by the next vacuum or analyze:
 * until then the planner's number is the better one.
 */
export const rowsOf = (row: Counted): number =>
  row.vacuumed_at || row.analyzed_at ? row.live : Math.max(row.live, row.estimated_rows, 0);

/** "Never" is only known while nobody has set the counters to zero. */
export const notSince = (statsReset: Date | null): string =>
  statsReset ? `not since statistics were reset on ${statsReset.toISOString().slice(0, 10)}` : "never";

export const lastAt = (what: string, at: Date | null, statsReset: Date | null, now: Date): string =>
  at ? `${what} ${ago(at, now)}` : statsReset ? `${what} ${notSince(statsReset)}` : `never ${what}`;
