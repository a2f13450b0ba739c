import { expect, it } from "vitest";
import { dayAfter, dayIn, startOfDay, validZone } from "./zone.ts";

const hours = (day: string, zone: string) => (startOfDay(dayAfter(day), zone) - startOfDay(day, zone)) / 3_600_000;

it("says which day it is somewhere", () => {
  const at = new Date("2026-11-24T23:30:00Z");
  expect([dayIn(at), dayIn(at, "Asia/Kolkata"), dayIn(at, "America/New_York")]).toEqual([
    "2026-11-24",
    "2026-11-25",
    "2026-11-24",
  ]);
});

it("begins a day at its midnight, also when clocks are changed on it", () => {
  expect(new Date(startOfDay("2026-11-25", "Asia/Kolkata")).toISOString()).toBe("2026-11-24T18:30:00.000Z");
  expect([hours("2026-10-25", "Europe/Berlin"), hours("2026-03-29", "Europe/Berlin")]).toEqual([25, 23]);
  expect([hours("2026-10-25", "UTC"), hours("2026-11-01", "America/New_York")]).toEqual([24, 25]);
  for (const zone of ["Pacific/Auckland", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"])
    for (const day of ["2026-01-15", "2026-04-05", "2026-09-27", "2026-12-31"])
      expect(dayIn(new Date(startOfDay(day, zone)), zone)).toBe(day);
});

it("knows no zone that does not exist", () => {
  expect([validZone("Europe/Berlin"), validZone("Mars/Olympus"), validZone(null)]).toEqual(["Europe/Berlin", "UTC", "UTC"]);
});
