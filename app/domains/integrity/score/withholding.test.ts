import { describe, expect, it } from "vitest";
import { EVIDENCE, SIGNALS } from "../signals.ts";
import type { Reason } from "./score.ts";
import { sayWithholding, withholding } from "./withholding.ts";

const reason = (signal: string, points: number, more: Partial<Reason> = {}): Reason => ({ signal, count: 1, points, ...more });
const of = (...reasons: Reason[]) => withholding({ state: "QUEUED", reasons });

describe("a result is withheld", () => {
  it("never by one kind alone, whatever it is worth", () => {
    for (const signal of [...Object.keys(SIGNALS), ...Object.keys(EVIDENCE)])
      expect(of(reason(signal, 100)), signal).toMatchObject({ withheld: false });
  });
  it("never by several statistics of the same answers", () => {
    const answers = [reason("IDENTICAL_ERRORS", 40), reason("TOO_QUICK", 10), reason("QUICK_BLOCK", 15)];
    expect(of(...answers)).toEqual({ withheld: false, by: ["answers"] });
    expect(sayWithholding(of(...answers))).toMatch(/evidence from the answers only/);
  });
  it("by two independent kinds, which the sentence names", () => {
    const found = of(reason("IDENTICAL_ERRORS", 40), reason("PASTE", 10));
    expect(found).toEqual({ withheld: true, by: ["answers", "browser"] });
    expect(sayWithholding(found)).toBe(
      "The result is withheld until this is decided: independent evidence from the answers and the browser.",
    );
  });
  it("neither by what happens to everybody, nor by a failing network, nor by what is explained or does not apply", () => {
    const errors = reason("IDENTICAL_ERRORS", 40);
    expect(of(errors, reason("TAB_SWITCH", 3)).withheld).toBe(false);
    expect(of(errors, reason("NETWORK_LOST", 15), reason("SHARED_ADDRESS", 20)).withheld).toBe(false);
    expect(of(errors, reason("PASTE", 20, { incident: 3 })).withheld).toBe(false);
    expect(of(errors, reason("GAZE_AWAY", 20, { ignored: true })).withheld).toBe(false);
  });
  it("by a person who reported a violation, until it is decided", () => {
    for (const state of ["SECOND", "THIRD"] as const)
      expect(withholding({ state, reasons: [] })).toEqual({ withheld: true, by: "person" });
    for (const state of ["CLEARED", "INCONCLUSIVE", "VIOLATION", "APPEALED"] as const)
      expect(withholding({ state, reasons: [reason("PASTE", 20), reason("PHONE", 20)] }).withheld).toBe(false);
    expect(withholding({ state: "CLAIMED", reasons: [] }).withheld).toBe(false);
  });
});
