import { describe, expect, it } from "vitest";
import { roundTicks, roundValues } from "./ticks.ts";
import { formatUnit } from "./units.ts";

// Breaks when an axis names odd minutes, or a midnight that is not one where the reader is.
const texts = (from: string, to: string, zone: string) =>
  roundTicks(Date.parse(from), Date.parse(to), zone).map((at) =>
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    }).format(at),
  );

describe("ticks", () => {
  it("stand on whole steps of the clock", () => {
    expect(texts("2026-11-20T08:03:17Z", "2026-11-20T09:03:17Z", "UTC")).toEqual(
      ["08:10", "08:20", "08:30", "08:40", "08:50", "09:00"].map((time) => `20, ${time}:00`),
    );
    expect(texts("2026-11-20T08:03:17Z", "2026-11-20T08:04:17Z", "UTC")).toEqual(
      ["03:20", "03:30", "03:40", "03:50", "04:00", "04:10"].map((time) => `20, 08:${time}`),
    );
  });

  it("are midnights of the reader's zone over a week", () => {
    for (const zone of ["UTC", "Asia/Kolkata", "America/New_York"]) {
      const all = texts("2026-11-13T09:17:00Z", "2026-11-20T09:17:00Z", zone);
      expect(all).toHaveLength(7);
      for (const one of all) expect(one).toMatch(/00:00:00$/);
    }
  });

  it("stay midnights across the change of a clock", () => {
    const all = texts("2026-10-23T10:00:00Z", "2026-10-28T10:00:00Z", "Europe/Vienna");
    expect(all).toEqual(["24", "25", "26", "27", "28"].map((day) => `${day}, 00:00:00`));
  });

  it("are a few, however long the range", () => {
    for (const days of [1 / 1440, 1 / 24, 1, 7, 30, 395]) {
      const ticks = roundTicks(Date.now() - days * 86_400_000, Date.now(), "UTC");
      expect(ticks.length).toBeGreaterThan(2);
      expect(ticks.length).toBeLessThan(11);
    }
  });
});

it("counts values in steps that a person would choose", () => {
  expect(roundValues(2.2)).toEqual([0, 1, 2, 3]);
  expect(roundValues(0.9)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(roundValues(93)).toEqual([0, 25, 50, 75, 100]);
  expect(roundValues(100)).toEqual([0, 25, 50, 75, 100]);
  expect(roundValues(2, true)).toEqual([0, 1, 2]);
  expect(roundValues(0)).toEqual([0, 1]);
  expect(roundValues(Number.NaN)).toEqual([0, 1]);
});

it("says each value of a scale in its own words", () => {
  for (const [highest, unit] of [
    [0.17, "number"],
    [0.9, "number"],
    [2.2, "perSecond"],
    [0.004, "percent"],
    [0.93, "percent"],
  ] as const) {
    const scale = roundValues(highest);
    const said = scale.map((value) => formatUnit(value, unit, scale[1]! - scale[0]!));
    expect(new Set(said).size, said.join(" ")).toBe(scale.length);
  }
  expect(roundValues(0.17).map((value) => formatUnit(value, "number", 0.05))).toEqual(["0", "0.05", "0.10", "0.15", "0.20"]);
});
