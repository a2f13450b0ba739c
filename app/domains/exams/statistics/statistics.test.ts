import { describe, expect, it } from "vitest";
import { distribution } from "./distribution.ts";
import { cronbachAlpha, itemStatistics, type Sheets } from "./items.ts";
import { statisticsOf } from "../analysis/sheets.ts";
import { correlation, median, moments } from "./moments.ts";

const close = (value: number | null | undefined, expected: number) => expect(value).toBeCloseTo(expected, 9);

/** An independent way to the same numbers: textbook sums, no running mean. */
const naive = {
  mean: (v: number[]) => v.reduce((a, b) => a + b, 0) / v.length,
  variance(v: number[]) {
    const m = this.mean(v);
    return v.reduce((a, b) => a + (b - m) ** 2, 0) / (v.length - 1);
  },
  pearson(a: number[], b: number[]) {
    const n = a.length;
    const s = (v: number[]) => v.reduce((x, y) => x + y, 0);
    const ab = s(a.map((x, i) => x * b[i]!));
    return (
      (n * ab - s(a) * s(b)) / Math.sqrt((n * s(a.map((x) => x * x)) - s(a) ** 2) * (n * s(b.map((x) => x * x)) - s(b) ** 2))
    );
  },
};

let seed = 7;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;

function sheets(rows: number, columns: number): Sheets {
  const items = Array.from({ length: columns }, (_, i) => ({
    id: `i${i}`,
    maxMarks: 200,
    options: "ABCD".split("").map((label, option) => ({ label, correct: option === i % 4 })),
  }));
  const picks = Array.from({ length: rows }, () =>
    items.map((item) =>
      random() < 0.05 ? null : random() < 0.5 ? item.options.findIndex((o) => o.correct) : Math.floor(random() * 4),
    ),
  );
  const marks = picks.map((row) => row.map((pick, i) => (pick !== null && items[i]!.options[pick]!.correct ? 200 : 0)));
  return { items, picks, marks };
}

describe("moments", () => {
  it("agree with NIST's certified values for NumAcc1: mean 10000002, deviation 1", () => {
    expect(moments([10000001, 10000003, 10000002])).toMatchObject({ mean: 10000002, variance: 1 });
    expect(moments([1, 2, 3, 4, 5])).toEqual({ n: 5, mean: 3, variance: 2.5, min: 1, max: 5 });
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
  it("stay exact far from zero, where summing squares fails", () => {
    const far = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16];
    close(moments(far)!.variance, 30);
  });
  it("say null instead of NaN", () => {
    expect(moments([])).toBeNull();
    expect(correlation([1, 1, 1], [1, 2, 3])).toBeNull();
    expect(correlation([0.1 + 0.2, 0.3], [1, 2])).toBeNull();
    expect(median([])).toBeNull();
  });
});

describe("distribution", () => {
  it("counts the bands with the bound in the upper one", () => {
    const d = distribution([100, 90, 89.99, 75, 74.99, 60, 40, 39.99, 0], 50)!;
    expect(d.bands.map((band) => band.count)).toEqual([2, 2, 2, 1, 2]);
    expect(d.bands.reduce((sum, band) => sum + band.share, 0)).toBeCloseTo(1, 12);
    expect(d.histogram.reduce((sum, bin) => sum + bin.count, 0)).toBe(9);
    expect(d.histogram.at(-1)).toEqual({ from: 95, count: 1 });
    expect(d.passed).toBe(6);
  });
  it("holds for one attempt and refuses none", () => {
    expect(distribution([55], 50)).toMatchObject({ n: 1, mean: 55, median: 55, min: 55, max: 55, deviation: 0, passed: 1 });
    expect(distribution([], 50)).toBeNull();
  });
});

describe("Cronbach's alpha", () => {
  // Three items, five people. Item variances 1.3, 1.2 and 0.7, of the totals 7.7: 3/2 × (1 − 3.2/7.7).
  it("equals the hand-computed case", () => {
    const marks = [
      [3, 4, 3],
      [5, 4, 4],
      [4, 4, 4],
      [2, 2, 3],
      [4, 5, 5],
    ];
    close(cronbachAlpha(marks), 1.5 * (1 - 3.2 / 7.7));
  });
  it("is 1 for items that say the same, and KR-20 for right and wrong", () => {
    close(
      cronbachAlpha([
        [1, 1, 1],
        [0, 0, 0],
        [1, 1, 1],
        [0, 0, 0],
      ]),
      1,
    );
    const binary = sheets(200, 12).marks.map((row) => row.map((mark) => mark / 200));
    const p = binary[0]!.map((_, i) => naive.mean(binary.map((row) => row[i]!)));
    const totals = binary.map((row) => row.reduce((a, b) => a + b, 0));
    // KR-20 with population variances on both sides.
    const kr20 = (12 / 11) * (1 - p.reduce((sum, x) => sum + x * (1 - x), 0) / ((naive.variance(totals) * 199) / 200));
    close(cronbachAlpha(binary), kr20);
  });
  it("is null where it is not defined", () => {
    expect(cronbachAlpha([])).toBeNull();
    expect(cronbachAlpha([[1, 2]])).toBeNull();
    expect(cronbachAlpha([[1], [2]])).toBeNull();
    expect(
      cronbachAlpha([
        [1, 1],
        [1, 1],
        [1, 1],
      ]),
    ).toBeNull();
  });
});

describe("items", () => {
  it("equal an independent computation to 1e-9", () => {
    const table = sheets(150, 10);
    const totals = table.marks.map((row) => row.reduce((a, b) => a + b, 0));
    for (const [column, item] of itemStatistics(table).entries()) {
      const earned = table.marks.map((row) => row[column]!);
      const rest = totals.map((total, row) => total - earned[row]!);
      close(item.difficulty, naive.mean(earned) / 200);
      close(item.discrimination, naive.pearson(earned, rest));
      for (const [option, row] of item.distractors.entries()) {
        const chose: number[] = table.picks.map((picks) => (picks[column] === option ? 1 : 0));
        close(row.share, naive.mean(chose));
        close(row.pointBiserial, naive.pearson(chose, rest));
      }
    }
  });
  it("do not change when the labels of the options are permuted, but for their order", () => {
    const table = sheets(80, 6);
    const turn = (option: number | null) => (option === null ? null : (option + 1) % 4);
    const turned: Sheets = {
      marks: table.marks,
      picks: table.picks.map((row) => row.map(turn)),
      items: table.items.map((item) => ({ ...item, options: item.options.map((_, o) => item.options[(o + 3) % 4]!) })),
    };
    const before = itemStatistics(table);
    const after = itemStatistics(turned);
    before.forEach((item, i) => {
      expect(after[i]!.discrimination).toBe(item.discrimination);
      expect(after[i]!.distractors.map((row) => row.count).sort()).toEqual(item.distractors.map((row) => row.count).sort());
      expect(after[i]!.flags).toEqual(item.flags);
    });
  });
  it("never say NaN: one student, no question, all answers equal", () => {
    const one = itemStatistics(sheets(1, 3));
    expect(one.every((item) => item.discrimination === null && item.flags.length === 0)).toBe(true);
    expect(itemStatistics({ items: [], marks: [[], []], picks: [[], []] })).toEqual([]);
    expect(itemStatistics({ items: sheets(1, 2).items, marks: [], picks: [] })).toEqual([]);
    const same = itemStatistics({
      items: sheets(1, 2).items,
      marks: Array.from({ length: 30 }, () => [200, 200]),
      picks: Array.from({ length: 30 }, () => [0, 1]),
    });
    expect(same.map((item) => item.discrimination)).toEqual([null, null]);
    expect(same[0]!.flags).toContain("too easy");
    expect(JSON.stringify([one, same])).not.toMatch(/NaN|Infinity/);
  });
  it("flag a wrong key and a negative discrimination", () => {
    const table = sheets(60, 8);
    // The best half takes B on item 0, whose key says A.
    const totals = table.marks.map((row) => row.slice(1).reduce((a, b) => a + b, 0));
    const middle = median(totals)!;
    table.picks.forEach((row, i) => {
      row[0] = totals[i]! > middle ? 1 : 0;
      table.marks[i]![0] = row[0] === 0 ? 200 : 0;
    });
    expect(itemStatistics(table)[0]!.flags).toEqual(expect.arrayContaining(["negative discrimination", "the key may be wrong"]));
  });
});

describe("an exam's statistics", () => {
  it("name as unmarked what waits for a person, and not a question that is worth nothing", () => {
    const item = (id: string, marks: number, unmarked = 0) => ({ id, type: "ESSAY", text: id, marks, unmarked, options: [] });
    const found = statisticsOf({ passing: 50, items: [item("a", 2), item("b", 0), item("c", 2, 3)], attempts: [] });
    expect([found.items.length, found.unmarked]).toEqual([0, 1]);
  });
});
