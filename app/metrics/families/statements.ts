import type { ProbeRow } from "~/observability/probes/all.ts";
import { family, type Family, type Point, type View } from "../family.ts";

const NAMED_STATEMENTS = 50;

type Sum = {
  id: string;
  user: string;
  readSeconds: number;
  writeSeconds: number;
  calls: number;
  seconds: number;
  rows: number;
  io: number;
  hit: number;
  read: number;
};

/** A statement of a role is one series, run by itself or within another. */
export function statementSums(rows: readonly ProbeRow<"statements">[]): Sum[] {
  const byKey = new Map<string, Sum>();
  for (const row of rows) {
    const key = `${row.query_id} ${row.username}`;
    const sum = byKey.get(key) ?? {
      id: row.query_id,
      user: row.username,
      calls: 0,
      seconds: 0,
      rows: 0,
      io: 0,
      readSeconds: 0,
      writeSeconds: 0,
      hit: 0,
      read: 0,
    };
    sum.calls += row.calls;
    sum.seconds += row.total_ms / 1000;
    sum.rows += row.rows;
    sum.io += row.io_ms / 1000;
    sum.readSeconds += row.read_ms / 1000;
    sum.writeSeconds += row.write_ms / 1000;
    sum.hit += row.blocks_hit;
    sum.read += row.blocks_read;
    byKey.set(key, sum);
  }
  return [...byKey.values()];
}

/**
 * The costliest statements get a series each. Who is named stays named until clearly out of the top: a series that comes
 * and goes with each scrape has no rate.
 */
export class TopStatements {
  private readonly named = new Map<string, Set<string>>();

  choose(server: string, sums: readonly Sum[], n = NAMED_STATEMENTS): ReadonlySet<string> {
    const ranked = [...new Set([...sums].sort((a, b) => b.seconds - a.seconds).map((sum) => sum.id))];
    const held = this.named.get(server) ?? new Set<string>();
    const stays = ranked.slice(0, n * 2).filter((id) => held.has(id));
    const next = new Set(stays.slice(0, n));
    for (const id of ranked) if (next.size < n) next.add(id);
    this.named.set(server, next);
    return next;
  }
}

const each = (name: string, help: string, read: (sum: Sum) => number): Family =>
  family(
    name,
    "counter",
    help,
    ["server", "user", "datname", "queryid"],
    function* all(view: View): Generator<Point> {
      for (const { name: server } of view.targets) {
        const rows = view.fresh(server, "statements");
        if (!rows) continue;
        const datname = view.fresh(server, "ages")?.find((row) => row.is_ours)?.database ?? "";
        const named = view.top(server);
        const at = view.at(server, "statements");
        for (const sum of statementSums(rows))
          if (named.has(sum.id)) yield [{ server, user: sum.user, datname, queryid: sum.id }, read(sum), undefined, at];
      }
    },
    NAMED_STATEMENTS * 8,
  );

export const STATEMENTS: readonly Family[] = [
  each("pg_stat_statements_calls_total", "Times a statement was run", (sum) => sum.calls),
  each("pg_stat_statements_seconds_total", "Time a statement has run", (sum) => sum.seconds),
  each("pg_stat_statements_rows_total", "Rows a statement has read or changed", (sum) => sum.rows),
  each("pg_stat_statements_block_hits_total", "Blocks a statement found in shared buffers", (sum) => sum.hit),
  each("pg_stat_statements_block_reads_total", "Blocks a statement read from elsewhere", (sum) => sum.read),
  each("pg_stat_statements_block_read_seconds_total", "Time a statement spent reading blocks", (sum) => sum.readSeconds),
  each("pg_stat_statements_block_write_seconds_total", "Time a statement spent writing blocks", (sum) => sum.writeSeconds),
  each("pg_stat_statements_io_seconds_total", "Time a statement spent reading and writing blocks", (sum) => sum.io),
];
