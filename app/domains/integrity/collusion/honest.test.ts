import { describe, expect, it } from "vitest";
import { cohort, plantCopying, type CohortOptions } from "../../../../tests/fixtures/cohort.ts";
import { analyse } from "./analyse.ts";
import { chancesOf, gbt } from "./gbt.ts";
import { responsesOf } from "./responses.ts";

const size = { students: 500, items: 50, kind: "realistic" } as const;
const flaggedIn = (given: Partial<CohortOptions>, seeds: number[]) =>
  seeds.flatMap((seed) => analyse(cohort({ ...size, seed, ...given }).responses).found.filter((pair) => pair.flagged));

describe("where nobody copied, nobody is flagged", () => {
  it("when some ran out of time", () => {
    expect(flaggedIn({ blankTail: { share: 0.2, least: 0.25, most: 0.75 } }, [1, 2, 3])).toEqual([]);
  });
  it("when some answered one letter throughout, and they are said to have", () => {
    const made = cohort({ ...size, seed: 4, straightLiners: 0.03 });
    const result = analyse(made.responses);
    expect(result.found.filter((pair) => pair.flagged)).toEqual([]);
    expect(result.patterned.filter((patterned) => patterned.kind === "whole").length).toBeGreaterThan(5);
    for (const { student, kind, period } of result.patterned.filter((patterned) => patterned.kind === "whole")) {
      expect([kind, period]).toEqual(["whole", 1]);
      const picks = made.responses.picks.subarray(student * 50, student * 50 + 50);
      expect(new Set(picks).size, `student ${student}`).toBe(1);
    }
  });
  it("when some filled the rest with one letter", () => {
    expect(flaggedIn({ fillers: 0.05 }, [5])).toEqual([]);
  });
  it("when some keys are wrong, which are named", () => {
    const made = cohort({ ...size, seed: 6, miskeyed: 5 });
    const result = analyse(made.responses);
    expect(result.found.filter((pair) => pair.flagged)).toEqual([]);
    const wrong = [5, 15, 25, 35, 45];
    expect(result.leftOut.length).toBeGreaterThanOrEqual(3);
    for (const item of result.leftOut) expect(wrong).toContain(item);
    expect(analyse(cohort({ ...size, seed: 6 }).responses).leftOut).toEqual([]);
  });
  it("among the few who know nearly everything: what is rare by the test is as rare among them", () => {
    let pairs = 0;
    let rare = 0;
    for (const seed of [7, 8]) {
      const { responses, abilities } = cohort({ ...size, students: 1000, seed, strong: 0.05 });
      const chances = chancesOf(responses);
      const top = Array.from(abilities.keys())
        .sort((a, b) => abilities[b]! - abilities[a]!)
        .slice(0, 50);
      for (const a of top)
        for (const b of top)
          if (a < b) {
            pairs++;
            if (gbt(responses, chances, a, b).p <= 0.01) rare++;
          }
    }
    expect(rare / pairs).toBeLessThan(0.02);
  });
});

describe("where someone copied", () => {
  it("the pairs are found, and nobody else", () => {
    const made = cohort({ ...size, seed: 9, blankTail: { share: 0.1, least: 0.1, most: 0.4 } });
    const groups = plantCopying(made, { groups: 5, size: 2, share: 0.9, sources: "weak", seed: 9 });
    const expected = groups.map((group) => [...group].sort((a, b) => a - b).join(" ")).sort();
    const found = analyse(made.responses).found.filter((pair) => pair.flagged);
    expect(found.map((pair) => `${pair.a} ${pair.b}`).sort()).toEqual(expected);
  });
  it("who only touches a flagged pair is shown apart, with a figure of its own, and is in no group", () => {
    const made = cohort({ ...size, seed: 10 });
    const r = made.responses;
    const [[source, copier]] = plantCopying(made, { groups: 1, size: 2, share: 1, sources: "weak", seed: 10 }) as [
      [number, number],
    ];
    // A third takes over more and more of the source's answers, until the pair is near but does not stand out alone.
    const third = [...made.abilities.keys()].find((s) => s !== source && s !== copier)!;
    const own = r.picks.slice(third * 50, third * 50 + 50);
    let met = 0;
    for (let shared = 20; shared <= 50; shared += 2) {
      r.picks.set(own, third * 50);
      r.picks.copyWithin(third * 50, source * 50, source * 50 + shared);
      const result = analyse(r);
      const pair = result.found.find((pair) => pair.nearGroup !== null && (pair.a === third || pair.b === third));
      if (!pair) continue;
      met++;
      expect(pair.flagged).toBe(false);
      expect(pair.expected).toBeGreaterThanOrEqual(0.05);
      expect(pair.nearGroup).toBeLessThan(0.05);
      expect(result.rings).toEqual([[source, copier].sort((a, b) => a - b)]);
      break;
    }
    expect(met).toBe(1);
  });
  it("the whole sheet repeated every four letters is a pattern; a key that repeats is not", () => {
    const options = Array<number>(40).fill(4);
    const made = cohort({ students: 100, items: 40, seed: 11 });
    const rows = Array.from({ length: 100 }, (_, s) =>
      Array.from({ length: 40 }, (_, i) => (s < 2 ? i % 4 : made.responses.picks[s * 40 + i]!)),
    );
    const result = analyse(responsesOf(rows, options, Array.from(made.responses.key)));
    expect(
      result.patterned
        .filter((patterned) => patterned.kind === "whole")
        .map((patterned) => [patterned.student, patterned.period]),
    ).toEqual([
      [0, 4],
      [1, 4],
    ]);
    const repeating = Array.from({ length: 40 }, (_, i) => i % 4);
    expect(analyse(responsesOf(Array(30).fill(repeating), options, repeating)).patterned).toEqual([]);
  });
});
