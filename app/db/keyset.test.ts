import { describe, expect, it } from "vitest";
import { Invalid } from "~/platform/errors.ts";
import { cursorOf, orderOf, pageAfter, past, placeOf, type Keyset } from "./keyset.ts";
import { sql } from "./sql.ts";

const id = "0198c0de-0000-7000-8000-000000000001";
const byRisk: Keyset = { by: sql`a.risk`, type: "int", id: sql`a.id`, descending: true };
const byTime: Keyset = { by: sql`e.at`, type: "timestamptz", id: sql`e.id` };

describe("a cursor", () => {
  it.each([
    [byRisk, 70],
    [byTime, new Date("2026-11-29T01:02:03.004Z")],
    [byTime, "2026-11-29 01:02:03.123456+00"],
    [{ id: sql`t.id` }, null],
  ] as [Keyset, number | string | Date | null][])("says the place that it was made of", (keyset, value) => {
    expect(placeOf(keyset, cursorOf(value, id))).toEqual({ value: value instanceof Date ? value.toISOString() : value, id });
  });

  it.each([
    ["rubbish", "%%%"],
    ["no id", cursorOf(70, "7")],
    ["a value of another list", cursorOf("Zoe", id)],
    ["a number that is none", cursorOf(0.5, id)],
    ["a place in an older form", `70_${id}`],
  ])("is refused in words where it holds %s", (_name, cursor) => {
    expect(() => placeOf(byRisk, cursor)).toThrow(new Invalid("Invalid page link. Open the list again."));
  });
});

describe("a page", () => {
  it("begins after the row of its cursor, in either direction", () => {
    expect(past(byRisk, { value: 70, id }).text).toBe("(a.risk, a.id) < ($1::int, $2::uuid)");
    expect(past(byTime, { value: "2026-11-29T00:00:00Z", id }).text).toBe("(e.at, e.id) > ($1::timestamptz, $2::uuid)");
    expect(past({ id: sql`t.id`, descending: true }, { value: null, id }).text).toBe("t.id < $1::uuid");
    expect(orderOf(byRisk).text).toBe("order by a.risk desc, a.id desc");
  });

  it("names the next one only where there is one", () => {
    const rows = [90, 80, 70].map((risk, index) => ({ risk, id: id.slice(0, -1) + index }));
    const page = pageAfter<(typeof rows)[number]>(byRisk, null, 2, (row) => row.risk);
    expect(page.where).toEqual([]);
    const { shown, next } = page.of(rows);
    expect(shown.map((row) => row.risk)).toEqual([90, 80]);
    expect(placeOf(byRisk, next!)).toEqual({ value: 80, id: rows[1]!.id });
    expect(page.of(rows.slice(0, 2)).next).toBeNull();
  });
});
