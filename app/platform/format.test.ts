import { describe, expect, it } from "vitest";
import { seconds } from "./format.ts";

describe("a duration", () => {
  it("is rounded before it is taken apart: there are no sixty seconds and no sixty minutes", () => {
    expect([59.6, 60, 119.6, 179.7, 599.8, 3599.7, 3600, 7199.6].map(seconds)).toEqual([
      "1 min",
      "1 min",
      "2 min",
      "3 min",
      "10 min",
      "1 h",
      "1 h",
      "2 h",
    ]);
  });
});
