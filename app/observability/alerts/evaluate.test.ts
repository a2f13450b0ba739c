import { describe, expect, it } from "vitest";
import { Evaluator, presentSentence, unknownKey, type Reading } from "./evaluate.ts";
import { RULES, ruleByKey, type AlertRule } from "./rules.ts";

// Breaks when an alert fires early, flaps around its threshold, or is resolved by not knowing.
const lock = ruleByKey("lock-wait")!;
const reading = (value: number | null, metric: AlertRule["metric"] = "locks.waiting"): Reading => ({
  signals: value === null ? [] : [{ metric, target: "primary", label: "", value, says: `${value} wait` }],
  unknown: new Set(),
});
const kinds = (changes: { kind: string }[]) => changes.map((change) => change.kind);

describe("an alert", () => {
  it("fires when its condition has lasted long enough, and not before", () => {
    const evaluator = new Evaluator();
    for (let second = 0; second < 15; second++) expect(evaluator.step([lock], reading(4), second * 1000)).toEqual([]);
    expect(evaluator.open()[0]!.state).toBe("PENDING");
    expect(kinds(evaluator.step([lock], reading(4), 15_000))).toEqual(["fired"]);
    expect(evaluator.open()[0]).toMatchObject({ state: "FIRING", since: 0, firedAt: 15_000 });
  });

  it("starts anew when the condition was interrupted", () => {
    const evaluator = new Evaluator();
    evaluator.step([lock], reading(4), 0);
    evaluator.step([lock], reading(1), 10_000);
    evaluator.step([lock], reading(4), 12_000);
    expect(evaluator.step([lock], reading(4), 20_000)).toEqual([]);
    expect(kinds(evaluator.step([lock], reading(4), 27_000))).toEqual(["fired"]);
  });

  it("does not flap between threshold and clear line", () => {
    const rule = ruleByKey("connections-used")!;
    const evaluator = new Evaluator();
    evaluator.step([rule], reading(0.9, rule.metric), 0);
    expect(kinds(evaluator.step([rule], reading(0.9, rule.metric), 30_000))).toEqual(["fired"]);
    expect(evaluator.step([rule], reading(0.78, rule.metric), 31_000)).toEqual([]);
    expect(kinds(evaluator.step([rule], reading(0.74, rule.metric), 32_000))).toEqual(["resolved"]);
  });

  it("works downwards too", () => {
    const rule = ruleByKey("cache-hits")!;
    const evaluator = new Evaluator();
    evaluator.step([rule], reading(0.5, rule.metric), 0);
    expect(kinds(evaluator.step([rule], reading(0.5, rule.metric), 300_000))).toEqual(["fired"]);
    expect(evaluator.step([rule], reading(0.92, rule.metric), 301_000)).toEqual([]);
    expect(kinds(evaluator.step([rule], reading(0.96, rule.metric), 302_000))).toEqual(["resolved"]);
  });

  it("is not resolved by not knowing", () => {
    const evaluator = new Evaluator();
    evaluator.step([lock], reading(5), 0);
    evaluator.step([lock], reading(5), 15_000);
    const blind: Reading = { signals: [], unknown: new Set([unknownKey("locks.waiting", "primary")]) };
    expect(evaluator.step([lock], blind, 16_000)).toEqual([]);
    expect(kinds(evaluator.step([lock], reading(null), 17_000))).toEqual(["resolved"]);
  });

  it("is over when its rule is switched off, known or not", () => {
    const evaluator = new Evaluator();
    evaluator.step([lock], reading(5), 0);
    evaluator.step([lock], reading(5), 15_000);
    expect(kinds(evaluator.step([{ ...lock, enabled: false }], reading(5), 16_000))).toEqual(["resolved"]);
    expect(evaluator.step([{ ...lock, enabled: false }], reading(5), 60_000)).toEqual([]);
    evaluator.step([lock], reading(5), 70_000);
    evaluator.step([lock], reading(5), 85_000);
    const blind: Reading = { signals: [], unknown: new Set([unknownKey("locks.waiting", "primary")]) };
    expect(kinds(evaluator.step([{ ...lock, enabled: false }], blind, 86_000))).toEqual(["resolved"]);
  });

  it("says how it is now and how bad it was, and keeps the sentence of its worst moment for its end", () => {
    const evaluator = new Evaluator();
    const lagging = ruleByKey("replication-lag")!;
    const behind = (seconds: number): Reading => ({
      signals: [{ metric: lagging.metric, target: "standby-1", label: "", value: seconds, says: `It is ${seconds} s behind` }],
      unknown: new Set(),
    });
    for (const [at, seconds] of [70, 186, 90].entries()) evaluator.step([lagging], behind(seconds), at * 20_000);
    const [condition] = evaluator.open();
    expect(condition).toMatchObject({ says: "It is 90 s behind", value: 90, worst: 186, worstSays: "It is 186 s behind" });
    expect(presentSentence(lagging, condition!)).toBe("It is 90 s behind (now 1 min 30 s, worst 3 min 6 s)");
    const [over] = evaluator.step([lagging], behind(1), 90_000);
    expect(over).toMatchObject({ kind: "resolved", condition: { worstSays: "It is 186 s behind" } });
  });

  it("says the present sentence also while its number stays the same", () => {
    const evaluator = new Evaluator();
    const waits = (seconds: number): Reading => ({
      signals: [{ metric: lock.metric, target: "primary", label: "", value: 4, says: `4 wait, the longest for ${seconds} s` }],
      unknown: new Set(),
    });
    evaluator.step([lock], waits(2.4), 0);
    evaluator.step([lock], waits(186), 183_600);
    expect(presentSentence(lock, evaluator.open()[0]!)).toBe("4 wait, the longest for 186 s (now 4, worst 4)");
  });

  it("has rules whose clear line lies on the quiet side", () => {
    for (const rule of RULES)
      expect(rule.above ? rule.clearAt <= rule.threshold : rule.clearAt >= rule.threshold, rule.key).toBe(true);
    expect(new Set(RULES.map((rule) => rule.key)).size).toBe(RULES.length);
  });
});
