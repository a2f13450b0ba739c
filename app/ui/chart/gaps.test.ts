import { expect, it } from "vitest";
import { withGaps } from "./gaps.ts";

// Breaks when a chart draws a line across a time that nobody looked at.
const at = (...times: number[]) => times.map((t) => ({ t, v: 1 }));

it("breaks a line where several points are missing, and only there", () => {
  expect(withGaps(at(0, 5, 10, 15, 60, 65, 70))).toEqual([...at(0, 5, 10, 15), { t: 20 }, ...at(60, 65, 70)]);
  expect(withGaps(at(0, 5, 10, 20, 25))).toEqual(at(0, 5, 10, 20, 25));
  expect(withGaps(at(0, 100))).toEqual(at(0, 100));
});
