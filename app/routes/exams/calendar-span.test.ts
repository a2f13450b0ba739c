import { describe, expect, it } from "vitest";
import { calendarSpan } from "./calendar-span.ts";

const now = new Date("2026-11-29T23:30:00Z");
const span = (query: string, zone = "UTC") => calendarSpan(new URLSearchParams(query), now, zone);

/** Breaks when a day is shown twice, or one of the month is missing. */
describe("the days of a calendar", () => {
  it("are the whole weeks of a month, from Monday", () => {
    const month = span("at=2026-11-15");
    expect([month.days[0], month.days.at(-1), month.days.length]).toEqual(["2026-10-26", "2026-12-06", 42]);
    expect([month.previous, month.next]).toEqual(["2026-10-01", "2026-12-01"]);
    expect(span("at=2027-02-03").days).toHaveLength(28);
  });

  it("are one week", () => {
    const week = span("view=week&at=2026-11-29");
    expect([week.days[0], week.days.at(-1), week.previous, week.next]).toEqual([
      "2026-11-23",
      "2026-11-29",
      "2026-11-22",
      "2026-12-06",
    ]);
  });

  it("are the reader's, also where a clock is put back", () => {
    expect(span("", "Pacific/Auckland").at).toBe("2026-11-30");
    const october = span("at=2026-10-25&view=week", "Europe/Berlin");
    expect(october.to.getTime() - october.from.getTime()).toBe((7 * 24 + 1) * 3_600_000);
    expect(new Set(october.days).size).toBe(7);
  });

  it("are those of today where the address is nonsense", () => {
    for (const at of ["2026-02-30", "yesterday", "9999-01-01", "", "2026-13-01"]) expect(span(`at=${at}`).at).toBe("2026-11-29");
  });
});
