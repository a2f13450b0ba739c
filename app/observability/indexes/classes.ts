import { groupBy } from "./group.ts";
import type { ProbeRow } from "../probes/all.ts";
import { quote, quoteName } from "./quote.ts";

export type IndexRow = ProbeRow<"indexes">;
export type TableRow = ProbeRow<"tables">;
export type ForeignKey = ProbeRow<"foreignKeys">;

/** The guide's usage classes. */
export type Usage = "never used" | "under 100 scans" | "under 1,000 scans" | "used";

export function usageOf(scans: number): Usage {
  return scans === 0 ? "never used" : scans < 100 ? "under 100 scans" : scans < 1000 ? "under 1,000 scans" : "used";
}

export const dropStatement = (index: Pick<IndexRow, "name">) => `DROP INDEX CONCURRENTLY ${quote(index.name)};`;
/** Takes the drop back: the definition, built without blocking writes. */
export const createStatement = (index: Pick<IndexRow, "definition">): string | null =>
  index.definition && `${index.definition.replace(/^CREATE (UNIQUE )?INDEX /, "CREATE $1INDEX CONCURRENTLY ")};`;
export const rebuildStatement = (index: Pick<IndexRow, "name">) => `REINDEX INDEX CONCURRENTLY ${quote(index.name)};`;

/** Scans on every server: an index that only a standby's readers use is used. Null: one of them is not known. */
export function scansEverywhere(
  primary: readonly IndexRow[],
  standbys: readonly (readonly IndexRow[] | null)[],
): Map<string, number> | null {
  if (standbys.some((rows) => rows === null)) return null;
  const scans = new Map(primary.map((row) => [row.name, row.scans]));
  for (const rows of standbys) for (const row of rows ?? []) scans.set(row.name, (scans.get(row.name) ?? 0) + row.scans);
  return scans;
}

/** What may not be dropped, however little it is read: it holds a rule. */
const holdsARule = (index: IndexRow) => index.is_primary || index.is_unique || index.is_constraint || index.is_identity;

/** A week holds a Monday's report and a nightly job; statistics that are younger have not seen them. */
export const UNUSED_AFTER_DAYS = 7;
/** Below, nobody works with the table, and an index that is not read says nothing. */
const TRAFFIC_SCANS = 1000;

/** Since when scans are counted on every server: the youngest statistics decide. Null: one does not tell. */
export function countedSince(primary: readonly IndexRow[], standbys: readonly (readonly IndexRow[] | null)[]): Date | null {
  const begun = [primary, ...standbys].filter((rows) => rows?.length !== 0).map((rows) => rows?.[0]?.counted_since ?? null);
  if (begun.length === 0 || begun.some((at) => at === null)) return null;
  return new Date(Math.max(...begun.map((at) => at!.getTime())));
}

/** Whether scans have been counted for long enough to call an index unused. */
export const isOldEnough = (since: Date | null, now: Date): since is Date =>
  since !== null && now.getTime() - since.getTime() >= UNUSED_AFTER_DAYS * 86_400_000;

export function neverUsed(primary: readonly IndexRow[], scans: ReadonlyMap<string, number>): IndexRow[] {
  return primary
    .filter((row) => !holdsARule(row) && row.is_valid && (scans.get(row.name) ?? 0) === 0 && row.table_scans >= TRAFFIC_SCANS)
    .sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0));
}

const parts = (list: string, keys: number) => list.split(" ").filter(Boolean).slice(0, keys);

function sameKind(a: IndexRow, b: IndexRow): boolean {
  return (
    a.table_id === b.table_id &&
    a.method === b.method &&
    a.predicate === b.predicate &&
    a.expressions === b.expressions &&
    a.id !== b.id
  );
}

const starts = (long: readonly string[], short: readonly string[]) => short.every((part, index) => long[index] === part);

export type Redundant = { index: IndexRow; covers: IndexRow; kind: "duplicate" | "prefix" };

/** An index whose columns another one begins with, in the same order and manner, adds nothing but writes. */
export function redundant(indexes: readonly IndexRow[]): Redundant[] {
  const found: Redundant[] = [];
  const byTable = groupBy(indexes, (row) => row.table_id);
  for (const rows of byTable.values()) {
    for (const a of rows) {
      if (holdsARule(a) || a.skipped || !a.is_valid || a.method !== "btree") continue;
      const covering = rows.find((b) => {
        if (!sameKind(a, b) || b.skipped || !b.is_valid) return false;
        const [ac, bc] = [a.columns.split(" "), b.columns.split(" ")];
        const keys = a.key_columns;
        if (ac.length !== keys || keys > b.key_columns || !starts(bc, ac)) return false;
        if (
          !starts(parts(b.options, keys), parts(a.options, keys)) ||
          !starts(parts(b.classes, keys), parts(a.classes, keys)) ||
          !starts(parts(b.collations, keys), parts(a.collations, keys))
        )
          return false;
        const duplicate = bc.length === ac.length;
        // Of two equal ones, the one that holds a rule stays, else the older.
        return !duplicate || holdsARule(b) || b.id < a.id;
      });
      if (covering)
        found.push({
          index: a,
          covers: covering,
          kind: covering.columns.split(" ").length === a.columns.split(" ").length ? "duplicate" : "prefix",
        });
    }
  }
  return found.sort((a, b) => (b.index.bytes ?? 0) - (a.index.bytes ?? 0));
}

/** Foreign keys that no index begins with, in any order of their columns. */
export function unindexedForeignKeys(
  keys: readonly ForeignKey[],
  indexes: readonly IndexRow[],
  tables: readonly TableRow[],
): (ForeignKey & { statement: string; table_rows: number })[] {
  const rowsOf = new Map(tables.map((table) => [table.name, Math.max(table.live, table.estimated_rows)]));
  return keys
    .filter((key) => {
      const columns = key.columns.split(" ");
      return !indexes.some((index) => {
        if (index.table_id !== key.table_id || !index.is_valid || index.predicate) return false;
        const first = index.columns.split(" ").slice(0, columns.length);
        return columns.every((column) => first.includes(column));
      });
    })
    .map((key) => ({
      ...key,
      table_rows: rowsOf.get(key.table_name) ?? 0,
      statement: `CREATE INDEX CONCURRENTLY ON ${quote(key.table_name)} (${key.column_names.map(quoteName).join(", ")});`,
    }))
    .sort((a, b) => b.table_rows - a.table_rows);
}

type Bloated = IndexRow & { ideal: number; wasted: number; measured: boolean };

/** A fresh index fills its leaves to this. */
const FRESH_DENSITY = 90;

/** Much larger than its entries need: measured where its leaves were looked at, else an estimate, and named as one. */
export function bloated(indexes: readonly IndexRow[], densities: readonly { name: string; density: number }[]): Bloated[] {
  const known = new Map(densities.map((density) => [density.name, density.density]));
  return indexes
    .filter((row) => row.is_valid && row.method === "btree" && row.bytes !== null && row.bytes > 10_000_000)
    .flatMap((row): Bloated[] => {
      const density = known.get(row.name);
      const ideal = density === undefined ? row.ideal_bytes : Math.round((row.bytes! * density) / FRESH_DENSITY);
      if (ideal === null || ideal <= 0 || row.bytes! <= ideal * 2) return [];
      return [{ ...row, ideal, wasted: row.bytes! - ideal, measured: density !== undefined }];
    })
    .sort((a, b) => b.wasted - a.wasted);
}

/** Large enough to matter, and of a width that this role may not know. */
export const unmeasurable = (indexes: readonly IndexRow[], densities: readonly { name: string }[]): IndexRow[] =>
  indexes.filter(
    (row) =>
      row.is_valid &&
      row.method === "btree" &&
      (row.bytes ?? 0) > 10_000_000 &&
      row.entries > 0 &&
      row.ideal_bytes === null &&
      !densities.some((density) => density.name === row.name),
  );
