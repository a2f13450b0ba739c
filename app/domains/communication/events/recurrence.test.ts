import { describe, expect, it } from "vitest";
import { momentsOf, wrongRule } from "./recurrence.ts";

const moments = (rule: string, zone: string, from: string, to: string) =>
  momentsOf(rule, zone, new Date(from), new Date(to)).map((at) => at.toISOString());

describe("the rule of a recurring event", () => {
  it("keeps the hour of the college when its clock changes", () => {
    expect(moments("0 9 * * 1", "Europe/Berlin", "2026-03-20T00:00:00Z", "2026-04-01T00:00:00Z")).toEqual([
      "2026-03-23T08:00:00.000Z",
      "2026-03-30T07:00:00.000Z",
    ]);
  });

  it("takes a skipped time an hour later, and one that comes twice once", () => {
    expect(moments("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z")).toEqual([
      "2026-03-29T01:30:00.000Z",
      "2026-03-30T00:30:00.000Z",
    ]);
    expect(moments("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z")).toEqual([
      "2026-10-25T00:30:00.000Z",
      "2026-10-26T01:30:00.000Z",
    ]);
  });

  it("holds both ends", () => {
    expect(moments("0 9 * * *", "UTC", "2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z")).toHaveLength(2);
  });

  it.each([
    ["0 9 * * 1", null],
    ["0 9,15 1-7 * MON-FRI", null],
    ["0 * * * *", null],
    ["0 9 * * 1#1", null],
    ["*/30 * * * *", /more than 24 times a day/],
    ["* 9 * * *", /more than 24 times a day/],
    ["0 0 9 * * 1", /five cron fields/],
    ["@daily", /five cron fields/],
    ["H 9 * * 1", /five cron fields/],
    ["every Monday", /five cron fields/],
    ["0 9 30 2 *", /never comes true/],
    ["0 25 * * *", /never comes true/],
  ])("%s", (rule, says) => {
    if (says) expect(wrongRule(rule)).toMatch(says);
    else expect(wrongRule(rule)).toBeNull();
  });
});
