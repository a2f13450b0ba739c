import { groupBy } from "./group.ts";
import type { ProbeRow } from "../probes/all.ts";
import type { IndexRow } from "./classes.ts";
import { quote, quoteName } from "./quote.ts";
import { isOwnStatement } from "../queries/own.ts";

export type Statement = {
  query_id: string;
  text: string | null;
  first_seen: Date | null;
  calls: number;
  total_ms: number;
  blocks_hit: number;
  blocks_read: number;
  rows: number;
};
export type MissingIndex = {
  table: string;
  columns: string[];
  statement: string;
  queries: { query_id: string; text: string; calls: number; total_ms: number }[];
  total_ms: number;
  /** What its statements cost in a whole day, where they have not been watched for that long. */
  day_ms: number;
  why: string;
};

type Column = ProbeRow<"columnStats">;

/** Reads at least this many blocks a call: below, a scan is what the planner wants. */
const MANY_BLOCKS = 200;
const FROM = /\b(?:from|join|update|into)\s+((?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)(?:\s+(?:as\s+)?(\w+))?/gi;
const COMPARED =
  /(?:\b(\w+)\.)?(?:"(\w+)"|\b(\w+))\s*(=|<=|>=|<|>|\bbetween\b|\bin\s*\()\s*(?:any\s*\()?\s*(?:\$\d+|\?|now\(\)|current_\w+|\()/gi;
const WORDS = new Set([
  "where",
  "on",
  "set",
  "as",
  "using",
  "left",
  "right",
  "inner",
  "cross",
  "join",
  "order",
  "group",
  "limit",
  "returning",
  "values",
  "natural",
  "full",
  "for",
]);

const unquote = (name: string) => name.replaceAll('"', "");

/**
 * Indexes that real statements would use, as an estimate: statements that read many blocks for each call, whose
 * conditions name columns that no index begins with. Equality comes before ranges.
 */
function missingIndexes(
  statements: readonly Statement[],
  columns: readonly Column[],
  indexes: readonly IndexRow[],
  now: Date,
): MissingIndex[] {
  const tables = groupBy(columns, (column) => column.table_name);
  const found = new Map<string, MissingIndex>();
  for (const statement of statements) {
    if (!statement.text || statement.calls === 0 || !/^\s*(with|select|update|delete)\b/i.test(statement.text)) continue;
    const blocks = (statement.blocks_hit + statement.blocks_read) / statement.calls;
    if (blocks < MANY_BLOCKS || statement.rows / statement.calls > blocks * 20) continue;
    for (const guess of conditions(statement.text, tables)) {
      const covered = indexes.some(
        (index) =>
          index.table_name === guess.table && index.is_valid && begins(index, guess.columns, tables.get(guess.table) ?? []),
      );
      if (covered) continue;
      const key = `${guess.table} ${guess.columns.join(",")}`;
      const known = found.get(key) ?? {
        table: guess.table,
        columns: guess.columns,
        statement: `CREATE INDEX CONCURRENTLY ON ${quote(guess.table)} (${guess.columns.map(quoteName).join(", ")});`,
        queries: [],
        total_ms: 0,
        day_ms: 0,
        why: `reads ${Math.round(blocks).toLocaleString("en-GB")} blocks a call, and no index of ${guess.table.replace("public.", "")} begins with ${guess.columns.join(", ")}`,
      };
      known.queries.push({
        query_id: statement.query_id,
        text: statement.text,
        calls: statement.calls,
        total_ms: statement.total_ms,
      });
      known.total_ms += statement.total_ms;
      known.day_ms += inWholeDay(statement, now);
      found.set(key, known);
    }
  }
  return [...found.values()].sort((a, b) => b.total_ms - a.total_ms);
}

/** Below this much of a day nobody waits for an index. */
const WORTH_MS = 1000;
const DAY_MS = 86_400_000;
/** Fewer calls than this say nothing about a day. */
const ENOUGH_CALLS = 10;

/** A day's cost at the rate seen so far: a statement of this morning is not excused because its day is not over. */
function inWholeDay({ first_seen, calls, total_ms }: Statement, now: Date): number {
  if (!first_seen || calls < ENOUGH_CALLS) return total_ms;
  const watched = now.getTime() - first_seen.getTime();
  return watched <= 0 || watched >= DAY_MS ? total_ms : (total_ms / watched) * DAY_MS;
}

/** Indexes worth suggesting, of a day's statements: what Indexes and Findings both show. The console's own work is left out. */
export const suggestedIndexes = (
  statements: readonly Statement[],
  columns: readonly Column[],
  indexes: readonly IndexRow[],
  now: Date,
  own = false,
): MissingIndex[] =>
  missingIndexes(
    own ? statements : statements.filter((statement) => !statement.text || !isOwnStatement(statement.text)),
    columns,
    indexes,
    now,
  ).filter((index) => index.day_ms > WORTH_MS);

function conditions(text: string, tables: ReadonlyMap<string, Column[]>): { table: string; columns: string[] }[] {
  const named = new Map<string, string>();
  for (const match of text.matchAll(FROM)) {
    const plain = unquote(match[1]!);
    const table = plain.includes(".") ? plain : `public.${plain}`;
    if (!tables.has(table)) continue;
    named.set(plain.split(".").at(-1)!, table);
    if (match[2] && !WORDS.has(match[2].toLowerCase())) named.set(match[2], table);
  }
  const where = text.search(/\bwhere\b/i);
  if (named.size === 0 || where < 0) return [];
  const equal = new Map<string, Set<string>>();
  const ranged = new Map<string, Set<string>>();
  for (const match of text.slice(where).matchAll(COMPARED)) {
    const [, alias, quoted, bare, operator] = match;
    const column = quoted ?? bare!;
    const owners = alias ? [named.get(alias)] : [...new Set(named.values())];
    for (const table of owners) {
      if (!table || !tables.get(table)!.some((known) => known.column_name === column)) continue;
      const into = operator === "=" || /^in/i.test(operator!) ? equal : ranged;
      (into.get(table) ?? into.set(table, new Set()).get(table)!).add(column);
      break;
    }
  }
  return [...new Set([...equal.keys(), ...ranged.keys()])].map((table) => ({
    table,
    // Equality first, then one range: what comes after a range is not searched.
    columns: [
      ...(equal.get(table) ?? []),
      ...[...(ranged.get(table) ?? [])].filter((column) => !equal.get(table)?.has(column)).slice(0, 1),
    ].slice(0, 3),
  }));
}

/** Whether an index serves these conditions well enough: it begins with the same set of columns. */
function begins(index: IndexRow, columns: readonly string[], known: readonly Column[]): boolean {
  const numbers = columns.map((name) => String(known.find((column) => column.column_name === name)?.number ?? ""));
  const first = index.columns.split(" ").slice(0, numbers.length);
  return numbers.every((number) => first.includes(number));
}
