import { describe, expect, it } from "vitest";
import type { RawSheets } from "~/domains/exams/analysis/sheets.ts";
import { findingsOf } from "./evidence.ts";

let seed = 11;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
const ITEMS = 20;
const option = (item: number, right: boolean) => (right ? item % 4 : (item + 1 + Math.floor(random() * 3)) % 4);
const sheet = () => Array.from({ length: ITEMS }, (_, item) => option(item, random() < 0.6));

/** An exam of forty who work alone; whoever `again` names has sat it twice, with these same answers. */
function exam(again: { of: number; as?: string }): RawSheets {
  const items = Array.from({ length: ITEMS }, (_, at) => ({
    id: `q${at}`,
    type: "MULTIPLE_CHOICE",
    text: `Question ${at}`,
    marks: 1,
    unmarked: 0,
    options: [0, 1, 2, 3].map((one) => ({ text: `${one}`, correct: one === at % 4 })),
  }));
  const sheets = Array.from({ length: 40 }, sheet);
  sheets[again.of] = Array.from({ length: ITEMS }, (_, item) => option(item, item % 2 === 0));
  const attempt = (index: number, picks: number[], user: string) => ({
    id: `attempt-${index}`,
    user_id: user,
    candidate_no: 1000 + index,
    fingerprint: null,
    address: null,
    overlaps: 0,
    cells: picks.map((pick, item) => `${item}:${pick}:0:30`).join(","),
  });
  return {
    passing: 50,
    items,
    attempts: [
      ...sheets.map((picks, index) => attempt(index, picks, `user-${index}`)),
      attempt(40, sheets[again.of]!, again.as ?? `user-${again.of}`),
    ],
  };
}

describe("identical wrong answers", () => {
  it("of two people stand out", () => {
    const { attempts, collusion } = findingsOf(exam({ of: 3, as: "someone-else" }));
    expect(attempts["attempt-3"]?.map((evidence) => [evidence.kind, evidence.with])).toContainEqual(["IDENTICAL_ERRORS", 1040]);
    expect([collusion.pairs, collusion.rings.length]).toEqual([820, 1]);
  });

  it("of one person's two attempts are no collusion, and no pair at all", () => {
    const { attempts, collusion } = findingsOf(exam({ of: 3 }));
    expect(attempts["attempt-3"] ?? []).toEqual([]);
    expect(collusion.rings).toEqual([]);
    expect(collusion.pairs).toBe(819);
    expect(collusion.histogram.reduce((sum, bin) => Math.max(sum, bin.eeic), 0)).toBeLessThan(10);
  });
});
