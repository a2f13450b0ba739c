import { describe, expect, it } from "vitest";
import { SIGNALS } from "../signals.ts";
import { sayReason, scoreOf, weightsOf, type Counted } from "./score.ts";

const plain = { evidence: [], weights: weightsOf(null), ignored: [] };
const of = (type: string, count: number, incident: number | null = null): Counted => ({ type, count, incident });

describe("the score", () => {
  it("is the sum of its reasons: four tab switches are twelve points", () => {
    const { score, reasons, violations } = scoreOf({ ...plain, counts: [of("TAB_SWITCH", 4), of("PASTE", 1)] });
    expect(score).toBe(17);
    expect(violations).toBe(5);
    expect(reasons.map((reason) => [sayReason(reason), reason.points])).toEqual([
      ["4 tab switches", 12],
      ["A paste", 5],
    ]);
  });
  it("counts no more than the cap, and at most 100 in all", () => {
    expect(scoreOf({ ...plain, counts: [of("TAB_SWITCH", 400)] }).score).toBe(SIGNALS.TAB_SWITCH.cap * SIGNALS.TAB_SWITCH.points);
    const everything = Object.keys(SIGNALS).map((type) => of(type, 50));
    expect(scoreOf({ ...plain, counts: everything }).score).toBe(100);
  });
  it("keeps what an incident explains, worth nothing, in words", () => {
    const { score, reasons, violations } = scoreOf({
      ...plain,
      counts: [of("NETWORK_LOST", 4, 12), of("CONCURRENT_SESSION", 1, 12), of("NETWORK_LOST", 1)],
    });
    expect(score).toBe(3);
    expect(violations).toBe(0);
    expect(reasons.find((reason) => reason.incident === 12 && reason.signal === "NETWORK_LOST")).toMatchObject({
      points: 0,
      count: 4,
    });
    expect(sayReason(reasons.find((reason) => reason.incident && reason.signal === "NETWORK_LOST")!)).toBe(
      "4 network gaps during incident #12",
    );
  });
  it("flags nobody for what does not apply to them, also where it is worth nothing", () => {
    const weights = weightsOf({ TAB_SWITCH: 0 });
    expect(scoreOf({ ...plain, weights, counts: [of("TAB_SWITCH", 3)] }).violations).toBe(3);
    expect(scoreOf({ ...plain, weights, ignored: ["TAB_SWITCH"], counts: [of("TAB_SWITCH", 3)] }).violations).toBe(0);
  });
  it("leaves out what does not apply to the student, and says so", () => {
    const { score, reasons } = scoreOf({ ...plain, ignored: ["GAZE_AWAY"], counts: [of("GAZE_AWAY", 6)] });
    expect(score).toBe(0);
    expect(sayReason(reasons[0]!)).toMatch(/6 looks away, which do not apply/);
  });
  it("never falls when a signal is added, and is the same in any order", () => {
    const types = Object.keys(SIGNALS);
    let counts: Counted[] = [];
    let last = 0;
    for (const type of types) {
      counts = [...counts, of(type, 2)];
      const { score } = scoreOf({ ...plain, counts });
      expect(score).toBeGreaterThanOrEqual(last);
      expect(scoreOf({ ...plain, counts: [...counts].reverse() })).toEqual(scoreOf({ ...plain, counts }));
      last = score;
    }
  });
  it("ignores types nobody knows and counts that are none", () => {
    expect(scoreOf({ ...plain, counts: [of("TELEPATHY", 9), of("PASTE", 0), of("PASTE", NaN)] })).toEqual({
      score: 0,
      reasons: [],
      violations: 0,
    });
  });
});

describe("weights", () => {
  it("take numbers from 0 to 100 and leave everything else at its default", () => {
    const weights = weightsOf({
      PASTE: 9,
      COPY: { points: 2, cap: 1 },
      CUT: "many",
      PRINT: NaN,
      PHONE: -4,
      DEVTOOLS: { points: 1e9 },
      TELEPATHY: 50,
    });
    expect(weights["PASTE"]).toEqual({ points: 9, cap: 4 });
    expect(weights["COPY"]).toEqual({ points: 2, cap: 1 });
    for (const type of ["CUT", "PRINT", "PHONE", "DEVTOOLS"] as const)
      expect(weights[type]).toEqual({ points: SIGNALS[type].points, cap: SIGNALS[type].cap });
    expect(weights).not.toHaveProperty("TELEPATHY");
    for (const broken of [null, 7, "x", []]) expect(weightsOf(broken)["PASTE"]!.points).toBe(5);
  });
  it("scale what the analysis found", () => {
    const evidence = [{ kind: "IDENTICAL_ERRORS" as const, count: 19, points: 40, with: 1190 }];
    expect(scoreOf({ ...plain, counts: [], evidence }).score).toBe(40);
    expect(scoreOf({ ...plain, counts: [], evidence, weights: weightsOf({ IDENTICAL_ERRORS: 20 }) }).score).toBe(20);
    expect(sayReason(scoreOf({ ...plain, counts: [], evidence }).reasons[0]!)).toBe(
      "19 identical wrong answers with candidate 1190",
    );
  });
});
