import { expect, it } from "vitest";
import { backedOff } from "./schedule.server.ts";

it("comes back later after each failure, and is never away for long", () => {
  expect([0, 1, 2, 3, 9].map((failures) => backedOff(5000, failures))).toEqual([5000, 10_000, 20_000, 20_000, 20_000]);
  expect(backedOff(150, 2)).toBe(600);
  expect(backedOff(60_000, 4)).toBe(60_000);
});
