import type { Entry } from "./search.server.ts";

/** What a machine did again and again within an hour is one row, which opens; what people did is a row each. */
export type Row = { entry: Entry; more: Entry[] };

/** Newest first, as they come. A row stands where its newest entry does. */
export function foldEntries(entries: readonly Entry[]): Row[] {
  const rows: Row[] = [];
  const open = new Map<string, Row>();
  for (const entry of entries) {
    const run =
      entry.actor_kind === "system" && entry.risk === 0
        ? `${entry.at.toISOString().slice(0, 13)} ${entry.actor} ${entry.action}`
        : null;
    const known = run === null ? undefined : open.get(run);
    if (known) {
      known.more.push(entry);
      continue;
    }
    const row: Row = { entry, more: [] };
    rows.push(row);
    if (run !== null) open.set(run, row);
  }
  return rows;
}
