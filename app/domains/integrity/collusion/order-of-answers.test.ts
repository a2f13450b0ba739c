import { describe, expect, it } from "vitest";
import type { Cell } from "./compare.server.ts";
import { orderOfAnswers } from "./order-of-answers.ts";

const cell = (aAt: number | null, bAt: number | null, more: Partial<Cell> = {}): Cell => ({
  place: 1,
  a: "B",
  b: "B",
  aWrong: true,
  bWrong: true,
  aAt: aAt === null ? null : new Date(aAt * 1000),
  bAt: bAt === null ? null : new Date(bAt * 1000),
  leftOut: false,
  ...more,
});

describe("the order of identical wrong answers", () => {
  it("counts who was first, and takes the middle of the gaps", () => {
    expect(orderOfAnswers([cell(0, 10), cell(0, 30), cell(50, 10), cell(7, 7)])).toEqual({
      of: 4,
      firstA: 2,
      firstB: 1,
      medianGap: 20,
    });
  });

  it("looks at no right answer, no different one, none that is left out and none without a time", () => {
    expect(
      orderOfAnswers([
        cell(0, 10, { aWrong: false, bWrong: false }),
        cell(0, 10, { b: "C" }),
        cell(0, 10, { leftOut: true }),
        cell(0, null),
      ]),
    ).toBeNull();
  });
});
