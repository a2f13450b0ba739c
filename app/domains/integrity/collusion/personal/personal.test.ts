import { describe, expect, it } from "vitest";
import { binomialTail, fitPolynomial, k2, poissonRegression, s1 } from "./matching-errors.ts";
import { omega } from "./omega.ts";
import { lzStar, u3 } from "./person-fit.ts";

describe("ω", () => {
  it("is the excess of matches in standard deviations: 4 of 4 at a chance of one half are 2", () => {
    expect(omega([true, true, true, true], [0.5, 0.5, 0.5, 0.5])).toBeCloseTo(2, 12);
    expect(omega([true, false], [0.5, 0.5])).toBeCloseTo(0, 12);
    // 3 − 1.2 over the root of 0.24 + 0.21 + 0.16 + 0.09.
    expect(
      omega(
        [true, true, true, false],
        [0.4, 0.3, 0.2, 0.1].map((p) => p + 0.05 - 0.05),
      ),
    ).toBeCloseTo(2 / Math.sqrt(0.7), 12);
  });
  it("is nothing where nothing can vary", () => {
    expect(omega([], [])).toBeNull();
    expect(omega([true], [1])).toBeNull();
  });
  it("differs by direction, as the abilities do", () => {
    expect(omega([true, true], [0.9, 0.9])!).toBeLessThan(omega([true, true], [0.2, 0.2])!);
  });
});

describe("K2 and S1", () => {
  const groups = [
    { wrong: 2, students: 4, shared: 1 },
    { wrong: 4, students: 6, shared: 2 },
    { wrong: 6, students: 5, shared: 3 },
    { wrong: 8, students: 3, shared: 4 },
  ];
  it("the tail of a binomial agrees with its table", () => {
    // P(X ≥ 3), n = 5, p = 0.5: 16 of 32.
    expect(binomialTail(5, 0.5, 3)).toBeCloseTo(0.5, 12);
    expect(binomialTail(10, 0.1, 4)).toBeCloseTo(0.0127952, 6);
    expect([binomialTail(4, 0.3, 0), binomialTail(4, 0, 1)]).toEqual([1, 0]);
  });
  it("a parabola is fitted exactly", () => {
    const fit = fitPolynomial([0, 1, 2, 3], [1, 4, 9, 16], [1, 1, 1, 1], 2);
    fit.forEach((value, power) => expect(value).toBeCloseTo([1, 2, 1][power]!, 9));
    expect(fitPolynomial([2], [7], [1], 2)).toEqual([7]);
  });
  it("K2 follows the smoothed share: on a line of one half an error each, five of eight or more at p = 3/8", () => {
    const found = k2(groups, { items: 20, sourceWrong: 8, wrong: 6, shared: 5 });
    expect(found).toBeCloseTo(binomialTail(8, 3 / 8, 5), 9);
    expect(k2(groups, { items: 20, sourceWrong: 0, wrong: 6, shared: 0 })).toBeNull();
  });
  it("S1 follows a log-linear mean, and is a Poisson tail cut at all of the source's errors", () => {
    const doubling = [1, 2, 3].map((wrong) => ({ wrong, students: 5, shared: 2 ** wrong }));
    expect(poissonRegression(doubling)(4)).toBeCloseTo(16, 6);
    const flat = [{ wrong: 5, students: 9, shared: 2 }];
    // P(3 ≤ X ≤ 6) of a Poisson with mean 2, from its table: 0.18045 + 0.09022 + 0.03609 + 0.01203.
    expect(s1(flat, { sourceWrong: 6, wrong: 5, shared: 3 })).toBeCloseTo(0.31879, 4);
  });
});

describe("person fit", () => {
  const easiness = [0.9, 0.7, 0.5, 0.3];
  it("U3 is 0 for a Guttman pattern, 1 for its reverse, and between them by the logits", () => {
    expect(u3([true, true, false, false], easiness)).toBeCloseTo(0, 12);
    expect(u3([false, false, true, true], easiness)).toBeCloseTo(1, 12);
    // Easiest and hardest right: best ln 9 + ln(7/3), seen ln 9 − ln(7/3), worst −ln(7/3).
    const [a, b] = [Math.log(9), Math.log(7 / 3)];
    expect(u3([true, false, false, true], easiness)).toBeCloseTo((2 * b) / (a + 2 * b), 12);
    expect([u3([true, true, true, true], easiness), u3([false, false, false, false], easiness)]).toEqual([null, null]);
  });
  it("lz* is as computed by hand for two Rasch items, and falls when the hard one is right and the easy one wrong", () => {
    const p = [0.8, 0.2];
    const slope = p.map((chance) => chance * (1 - chance));
    // r = 1 for each; w = ±ln 4; c = 0; W = (0.2 + 0.2) ln 4; variance = 2 × 0.16 (ln 4)².
    expect(lzStar([true, false], p, slope)).toBeCloseTo((0.4 * Math.log(4)) / Math.sqrt(0.32 * Math.log(4) ** 2), 12);
    expect(lzStar([false, true], p, slope)).toBeCloseTo((-1.6 * Math.log(4)) / Math.sqrt(0.32 * Math.log(4) ** 2), 12);
    expect(lzStar([true], [0.5], [0])).toBeNull();
  });
});
