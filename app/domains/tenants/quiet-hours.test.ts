import { expect, it } from "vitest";
import { quietUntil } from "./quiet-hours.ts";

it.each([
  ["22:00-07:00", "Europe/Berlin", "2026-01-10T20:59:00Z", null],
  ["22:00-07:00", "Europe/Berlin", "2026-01-10T21:00:00Z", "2026-01-11T06:00:00Z"],
  ["22:00-07:00", "Europe/Berlin", "2026-01-11T05:59:00Z", "2026-01-11T06:00:00Z"],
  ["22:00-07:00", "Europe/Berlin", "2026-01-11T06:00:00Z", null],
  // The night in which an hour is skipped is shorter.
  ["22:00-07:00", "Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"],
  ["12:00-13:30", "America/New_York", "2026-07-01T16:30:00Z", "2026-07-01T17:30:00Z"],
  ["12:00-13:30", "America/New_York", "2026-07-01T18:00:00Z", null],
  ["00:00-00:00", "UTC", "2026-07-01T18:00:00Z", null],
])("quiet hours %s in %s at %s end at %s", (hours, zone, now, until) => {
  expect(quietUntil(hours, zone, new Date(now))?.toISOString() ?? null).toBe(until && new Date(until).toISOString());
});
