import { expect, it } from "vitest";
import type { IndexRow } from "./classes.ts";
import { suggestedIndexes, type Statement } from "./missing.ts";

const columns = ["id", "college_id", "at"].flatMap((column_name, at) =>
  ["public.t", "telemetry.load"].map((table_name) => ({ table_name, column_name, number: at + 1 })),
) as never[];
const now = new Date("2026-11-29T12:00:00Z");
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const statement = (text: string, total_ms = 5000, over: Partial<Statement> = {}): Statement => ({
  query_id: text,
  text,
  first_seen: minutesAgo(2 * 1440),
  calls: 100,
  total_ms,
  blocks_hit: 100_000,
  blocks_read: 0,
  rows: 500,
  ...over,
});
const none: IndexRow[] = [];
const ours = statement("select sum(n) from telemetry.load where at > $1");
const mixed = statement("select 1 from t where college_id = $1 and not exists (select 1 from console.incident where id = $2)");
const theirs = statement("select * from t where college_id = $1");

it("suggests no index for the console's own statements, unless it is asked to", () => {
  const tables = (own: boolean) => suggestedIndexes([ours, theirs, mixed], columns, none, now, own).map((index) => index.table);
  expect(tables(false)).toEqual(["public.t"]);
  expect(suggestedIndexes([ours, theirs, mixed], columns, none, now)[0]!.queries.map((query) => query.text)).toEqual([
    theirs.text,
  ]);
  expect(tables(true)).toEqual(expect.arrayContaining(["public.t", "telemetry.load"]));
});

it("suggests none that would save less than a second of a day", () => {
  expect(suggestedIndexes([statement(theirs.text!, 900)], columns, none, now)).toEqual([]);
});

it("counts what a statement of this morning costs in a whole day, once it was called often enough to say", () => {
  const young = (over: Partial<Statement>) =>
    suggestedIndexes([statement(theirs.text!, 300, { first_seen: minutesAgo(3), ...over })], columns, none, now);
  expect(young({ calls: 40 })).toHaveLength(1);
  expect(young({ calls: 40, total_ms: 1 })).toEqual([]);
  expect(young({ calls: 3, blocks_hit: 3000 })).toEqual([]);
});
