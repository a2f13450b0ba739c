import { expect, it } from "vitest";
import { clockTime, day, decimal, exactTime, money } from "./format.ts";
import { dateFormat } from "./intl.ts";
import { startOfDay, validZone } from "./zone.ts";

it("a formatter is made once for its zone and shape, and none for a zone that does not exist", () => {
  const shape = { timeZone: "Asia/Kolkata", hour: "2-digit" } as const;
  expect(dateFormat("en-GB", shape)).toBe(dateFormat("en-GB", { ...shape }));
  expect(dateFormat("en-GB", { ...shape, timeZone: "UTC" })).not.toBe(dateFormat("en-GB", shape));
  expect(() => dateFormat("en-GB", { timeZone: "Nowhere/Land" })).toThrow(RangeError);
  expect(() => dateFormat("en-GB", { timeZone: "Nowhere/Land" })).toThrow(RangeError);
});

it("what was formatted in one zone is not shown in another", () => {
  const at = new Date("2026-10-24T23:30:05Z");
  for (let round = 0; round < 2; round++) {
    expect([clockTime(at), clockTime(at, "Asia/Kolkata"), clockTime(at, "UTC", true)]).toEqual(["23:30", "05:00", "23:30:05"]);
    expect([day(at), day(at, "Asia/Kolkata")]).toEqual([expect.stringContaining("Sat"), expect.stringContaining("Sun")]);
    expect(exactTime(at)).toContain("UTC");
    expect(exactTime(at, "Asia/Kolkata")).toContain("05:00:05");
    expect([decimal(1.25, 1), decimal(1.25, 2), money(123_456, "EUR")]).toEqual(["1.3", "1.25", "EUR\u00a01,234.56"]);
    expect([validZone("Nowhere/Land"), validZone("Asia/Kolkata")]).toEqual(["UTC", "Asia/Kolkata"]);
    expect(new Date(startOfDay("2026-10-25", "Europe/Vienna")).toISOString()).toBe("2026-10-24T22:00:00.000Z");
  }
});
