import { expect, it } from "vitest";
import { testDatabase } from "../../tests/database.ts";
import { ALL_SERIES } from "./all-series.ts";
import { everyLevel, rollUpsOf } from "./series.ts";

// Breaks when a series says something else than its tables: a level that nobody sums up, a column that history would miss.
const db = testDatabase();

it("what a series declares is what its tables are, and no table over time is without a series", async () => {
  const { rows } = await db.owner.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(a.attname::text order by a.attname) as columns
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'telemetry'::regnamespace and c.relkind = 'p'
     group by 1
     order by 1`,
  );
  const declared = ALL_SERIES.flatMap((one) =>
    one.levels.map((level, index) => ({
      name: `${one.table}${level.suffix}`,
      columns: [...everyLevel(one), ...(index > 0 ? Object.keys(one.raised ?? {}) : [])].sort(),
    })),
  );
  expect(declared.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(rows);
});

it("each level is made of the one before it, by a statement that the database takes", async () => {
  for (const rollUp of ALL_SERIES.flatMap(rollUpsOf))
    await db.owner.query({ text: rollUp.insert, values: [rollUp.seconds, new Date(0), new Date(1)] });
  expect(ALL_SERIES.flatMap(rollUpsOf)).toHaveLength(ALL_SERIES.reduce((sum, { levels }) => sum + levels.length - 1, 0));
});
