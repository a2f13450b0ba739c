import { expect, it } from "vitest";
import type { IndexRow } from "./classes.ts";
import { suggestedIndexes, type Statement } from "./missing.ts";

const columns = ["id", "college_id", "at"].flatMap((column_name, at) =>
  ["public.t", "telemetry.load"].map((table_name) => ({ table_name, column_name, number: at + 1 })),
) as never[];
const statement = (text: string, total_ms = 5000): Statement => ({
  query_id: text,
  text,
  calls: 100,
  total_ms,
  blocks_hit: 100_000,
  blocks_read: 0,
  rows: 500,
});
const none: IndexRow[] = [];
const ours = statement("select sum(n) from telemetry.load where at > $1");
const mixed = statement("select 1 from t where college_id = $1 and not exists (select 1 from console.incident where id = $2)");
const theirs = statement("select * from t where college_id = $1");

it("suggests no index for the console's own statements, unless it is asked to", () => {
  const tables = (own: boolean) => suggestedIndexes([ours, theirs, mixed], columns, none, own).map((index) => index.table);
  expect(tables(false)).toEqual(["public.t"]);
  expect(suggestedIndexes([ours, theirs, mixed], columns, none)[0]!.queries.map((query) => query.text)).toEqual([theirs.text]);
  expect(tables(true)).toEqual(expect.arrayContaining(["public.t", "telemetry.load"]));
});

it("suggests none that would save less than a second of a day", () => {
  expect(suggestedIndexes([statement(theirs.text!, 900)], columns, none)).toEqual([]);
});
