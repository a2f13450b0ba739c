import { describe, expect, it } from "vitest";
import { cohort, plantCopying } from "../../../../tests/fixtures/cohort.ts";
import { analyse, EXPECTED_LIMIT } from "./analyse.ts";
import { analyseChecked, checkHonest, honestSheets, runsFor } from "./rerun.ts";
import { BLANK } from "./responses.ts";

const small = { students: 200, items: 40, kind: "realistic" as const };

describe("an exam run again without copying", () => {
  it("keeps who left what blank, the size, and the chances of the options", () => {
    const { responses } = cohort({ ...small, seed: 3, blankTail: { share: 0.3, least: 0.2, most: 0.5 } });
    const again = honestSheets(responses)(7);
    expect(again.picks.map((pick) => Number(pick === BLANK))).toEqual(responses.picks.map((pick) => Number(pick === BLANK)));
    const right = (picks: Int8Array) => picks.filter((pick, at) => pick === responses.key[at % responses.items]).length;
    expect(Math.abs(right(again.picks) / right(responses.picks) - 1)).toBeLessThan(0.03);
    expect(again.picks).not.toEqual(responses.picks);
    expect(honestSheets(responses)(7).picks).toEqual(again.picks);
  });

  it("flags nobody, also where the exam itself has a planted ring, and the ring still stands out", () => {
    const made = cohort({ ...small, seed: 9 });
    const groups = plantCopying(made, { groups: 1, size: 3, share: 0.9, sources: "weak", seed: 4 });
    const { analysis, check } = analyseChecked(made.responses, undefined, { seed: 11 });
    expect(check).toMatchObject({ runs: 20, seed: 11, rule: EXPECTED_LIMIT });
    expect(check!.falsePairs).toBeLessThanOrEqual(1);
    expect(analysis.rings).toEqual([[...groups[0]!].sort((a, b) => a - b)]);
  });

  it("asks for a stricter limit where the rule would flag more than it promises", () => {
    const { responses } = cohort({ ...small, students: 80, seed: 5 });
    // A rule that is far too lax: what is used instead lets through no more than one pair in twenty re-runs.
    const check = checkHonest(responses, undefined, { seed: 1, limit: 5 });
    expect(check.falsePairs).toBeGreaterThan(20);
    expect(check.used).toBeLessThan(check.rule);
    const { analysis } = analyseChecked(responses, undefined, { seed: 1, limit: 5 });
    expect(analysis.limit).toBe(check.used);
  });

  it("says how often it ran: less often for a large exam", () => {
    expect([runsFor(0), runsFor(1_999_000), runsFor(20_000_000), runsFor(199_990_000)]).toEqual([20, 20, 3, 2]);
    const done: number[] = [];
    checkHonest(cohort({ students: 30, items: 20, seed: 1 }).responses, undefined, { seed: 1 }, (n) => done.push(n));
    expect(done).toHaveLength(20);
  });

  it("has nothing to say of an exam that is silent", () => {
    expect(analyseChecked(cohort({ students: 1, items: 20, seed: 1 }).responses, undefined, { seed: 1 }).check).toBeNull();
  });
});

describe("two who sat beside each other", () => {
  const rows = 10;
  const seats = (students: number) => {
    const found: [number, number][] = [];
    for (let s = 0; s + 1 < students; s++) if (s % rows < rows - 1) found.push([s, s + 1]);
    return found;
  };

  it("are found with less than any two of the exam are, and are not flagged more often where nobody copied", () => {
    let withSeats = 0;
    let without = 0;
    for (let seed = 1; seed <= 3; seed++) {
      const made = cohort({ students: 400, items: 60, kind: "realistic", seed });
      const { picks, items } = made.responses;
      // Every tenth of a row copies two of five answers from their neighbour.
      const neighbours = seats(400);
      expect(analyse(made.responses, undefined, { neighbours }).found.filter((pair) => pair.flagged)).toEqual([]);
      for (let s = 0; s < 400; s += 40)
        for (let i = 0; i < items; i++) if ((i * 7 + seed) % 5 < 2) picks[(s + 1) * items + i] = picks[s * items + i]!;
      const copied = (found: { a: number; b: number; flagged: boolean }[]) =>
        found.filter((pair) => pair.flagged && pair.a % 40 === 0 && pair.b === pair.a + 1).length;
      withSeats += copied(analyse(made.responses, undefined, { neighbours }).found);
      without += copied(analyse(made.responses).found);
    }
    expect(withSeats).toBeGreaterThan(without);
  });

  it("have a figure of their own, and share the limit with all pairs", () => {
    const made = cohort({ ...small, seed: 9 });
    const [ring] = plantCopying(made, { groups: 1, size: 2, share: 0.9, sources: "weak", seed: 4 });
    const neighbours = [[ring![0]!, ring![1]!] as const, ...seats(50)];
    const { found, neighbours: many } = analyse(made.responses, undefined, { neighbours });
    expect(many).toBeGreaterThan(44);
    expect(found[0]!.amongNeighbours).toBeCloseTo((found[0]!.expected * many) / 19_900, 12);
    expect(found[0]!.weighted).toBeCloseTo(found[0]!.amongNeighbours! / 0.5, 12);
    expect(found.at(-1)).toMatchObject({ amongNeighbours: null });
  });
});
