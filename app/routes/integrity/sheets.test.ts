import { describe, expect, it } from "vitest";
import { sayPair } from "./sheets.tsx";

describe("the sentence about a pair", () => {
  const pair = (tested: object) =>
    sayPair({
      attemptId: "a",
      other: { attemptId: "b", candidateNo: 2, reviewState: "NONE" },
      cells: [],
      eeic: 8,
      differences: 3,
      common: 40,
      tested: {
        log10p: -7.6,
        expected: 0.048,
        pairs: 1_999_000,
        ring: 1,
        nearGroup: null,
        beside: null,
        atLeastAsMany: 1,
        personal: null,
        ...tested,
      },
    });
  it("always says how many are expected", () => {
    expect(pair({})).toMatch(/one pair in 40 million would look like this; 0\.048 such pairs are expected by chance/);
    expect(pair({ expected: 0 })).toMatch(/fewer than 0\.001 such pairs are expected/);
  });
  it("has no frightening number for a pair that does not stand out", () => {
    const said = pair({ ring: null, expected: 3.4 });
    expect(said).toMatch(/does not stand out: 3\.4 pairs as alike are expected/);
    expect(said).not.toMatch(/one pair in|million/);
  });
  it("says of two who sat side by side how many are expected among neighbours, and in the whole exam", () => {
    const said = pair({ expected: 4.1, beside: { expected: 0.012, pairs: 5_800 } });
    expect(said).toMatch(
      /4\.1 such pairs are expected by chance in an exam of this size\. Among the 5,800 pairs who sat side by side/,
    );
    expect(said).toMatch(/0\.012 are expected\.$/);
  });
  it("says of a weaker pair that it is weaker, by its own figure", () => {
    const said = pair({ ring: null, nearGroup: 0.012, expected: 0.8 });
    expect(said).toMatch(/weaker, only because one of the two is in a flagged group/);
    expect(said).toMatch(/0\.012 as alike/);
    expect(said).not.toMatch(/one pair in/);
  });
});
