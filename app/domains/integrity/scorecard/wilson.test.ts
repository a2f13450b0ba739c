import { expect, it } from "vitest";
import { sayShare, wilson } from "./wilson.ts";

// Newcombe (1998), table I: Wilson's score interval without continuity correction.
it.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])("%i of %i lies between %f and %f", (n, of, low, high) => {
  const found = wilson(n, of);
  expect(found.low).toBeCloseTo(low, 4);
  expect(found.high).toBeCloseTo(high, 4);
});

it("says nothing of none, and a share with its interval", () => {
  expect(sayShare(wilson(0, 0))).toBe("–");
  expect(sayShare(wilson(1, 29))).toBe("1 of 29 (1–17 %)");
  expect(wilson(20, 20)).toMatchObject({ high: 1 });
});
