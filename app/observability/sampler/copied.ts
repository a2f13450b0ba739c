import { ALL_SERIES } from "../all-series.ts";
import { sampled } from "../series.ts";

/** What happened to a server, as opposed to how it was: kept by row, never summed up. */
export const EVENT = "event";

const COLUMNS = new Map<string, readonly string[]>([
  ...ALL_SERIES.map((one) => [one.table, sampled(one)] as const),
  [EVENT, ["id", "at", "target", "kind", "subject", "before", "after"]],
]);

/** The columns that samples are copied into, in the order of their cells. */
export function columnsOf(table: string): readonly string[] {
  const columns = COLUMNS.get(table);
  if (!columns) throw new Error(`there is no series ${table}`);
  return columns;
}
