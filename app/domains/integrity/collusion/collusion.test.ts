import { describe, expect, it } from "vitest";
import { analyse, MIN_ERRORS } from "./analyse.ts";
import { chancesOf, gbt, survival } from "./gbt.ts";
import { countPair, ratioOf } from "./harpp-hogan.ts";
import { popcount, scanScalar, wrongPlanes } from "./planes.ts";
import { tempoOf, thresholds } from "./response-times.ts";
import { responsesOf, type Responses } from "./responses.ts";
import { makeKernel } from "./kernel.ts";
import { ringsOf } from "./rings.ts";
import { scan } from "./scan.ts";

function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

/** Students of differing ability; `rings` of them share one sheet but for a slip now and then. */
function exam(students: number, items: number, rings: number[] = [], seed = 11): Responses {
  const random = generator(seed);
  const options = Array.from({ length: items }, (_, i) => (i % 9 === 8 ? 2 : 5));
  const key = options.map((k) => Math.floor(random() * k));
  const lures = options.map((k) => Array.from({ length: k }, () => 0.2 + random() ** 2));
  const choose = (i: number, ability: number) => {
    if (random() < 0.25 + 0.55 * ability) return key[i]!;
    let left = random() * lures[i]!.reduce((a, b, o) => a + (o === key[i] ? 0 : b), 0);
    for (let o = 0; o < options[i]!; o++) if (o !== key[i] && (left -= lures[i]![o]!) <= 0) return o;
    return (key[i]! + 1) % options[i]!;
  };
  const rows = Array.from({ length: students }, () => {
    const ability = random();
    return options.map((_, i) => (random() < 0.02 ? null : choose(i, ability)));
  });
  let at = 3;
  for (const size of rings) {
    const leader = options.map((_, i) => choose(i, 0.2));
    for (let m = 0; m < size; m++) rows[at++] = leader.map((pick, i) => (random() < 0.95 ? pick : choose(i, 0.3)));
  }
  return responsesOf(rows, options, key);
}

describe("Harpp and Hogan", () => {
  // Key A A A A A A. The first: A B C D blank B; the second: A B C A B blank.
  const r = responsesOf(
    [
      [0, 1, 2, 3, null, 1],
      [0, 1, 2, 0, 1, null],
    ],
    [5, 5, 5, 5, 5, 5],
    [0, 0, 0, 0, 0, 0],
  );
  it("counts a hand-made pair, leaving out what either left blank", () => {
    expect(countPair(r, 0, 1)).toEqual({ eeic: 2, differences: 1, common: 4, same: 3 });
    expect(ratioOf(2, 1)).toBe(2);
  });
  it("says 999 for no difference, and 0 for no common error", () => {
    expect(ratioOf(7, 0)).toBe(999);
    expect(ratioOf(0, 0)).toBe(0);
    expect(ratioOf(0, 4)).toBe(0);
  });
});

describe("the survival function", () => {
  it("equals hand-computed sums of unequal tosses", () => {
    expect(survival([0.5, 0.5], 2)).toBeCloseTo(0.25, 15);
    const p = [0.1, 0.2, 0.3];
    expect(survival(p, 0)).toBe(1);
    expect(survival(p, 1)).toBeCloseTo(1 - 0.9 * 0.8 * 0.7, 15);
    expect(survival(p, 2)).toBeCloseTo(0.098, 15);
    expect(survival(p, 3)).toBeCloseTo(0.006, 15);
    expect(survival(p, 4)).toBe(0);
    expect(survival([], 0)).toBe(1);
  });
  it("equals the binomial table where the chances are equal", () => {
    // B(20, 0.3): P(X ≥ 10) = 0.04796, P(X ≥ 15) = 0.0000429, exactly summed.
    const p = Array<number>(20).fill(0.3);
    expect(survival(p, 10)).toBeCloseTo(0.0479618973, 9);
    expect(survival(p, 15)).toBeCloseTo(0.00004294002195, 12);
  });
  it("keeps its digits far out, where 1 − cdf has none", () => {
    const p = Array<number>(200).fill(0.3);
    const tail = survival(p, 200);
    expect(tail / 0.3 ** 200).toBeCloseTo(1, 9);
    expect(tail).toBeGreaterThan(0);
  });
  it("falls with more matches and rises with each chance", () => {
    const random = generator(5);
    const p = Array.from({ length: 30 }, random);
    for (let k = 1; k <= 30; k++) expect(survival(p, k)).toBeLessThanOrEqual(survival(p, k - 1));
    for (let i = 0; i < 30; i++) {
      const more = p.map((value, at) => (at === i ? Math.min(1, value + 0.1) : value));
      expect(survival(more, 18)).toBeGreaterThanOrEqual(survival(p, 18) - 1e-15);
    }
  });
  it("does not depend on the order of the items", () => {
    const random = generator(9);
    const p = Array.from({ length: 25 }, random);
    expect(survival([...p].reverse(), 14)).toBeCloseTo(survival(p, 14), 14);
  });
});

describe("bit planes", () => {
  it("count bits", () => {
    for (const x of [0, 1, 0xff, 0x80000000, 0xffffffff, 0x12345678])
      expect(popcount(x | 0)).toBe((x >>> 0).toString(2).replaceAll("0", "").length);
  });
  it.each([
    [31, 7],
    [40, 32],
    [33, 70],
    [12, 200],
    [1100, 40],
    [6, 1100],
  ])("agree with the plain count for %i students and %i items, with vectors and without", (students, items) => {
    const r = exam(students, items);
    const planes = wrongPlanes(r);
    const plain = new Map<string, number>();
    for (let a = 0; a < students; a++)
      for (let b = a + 1; b < students; b++) {
        const { eeic } = countPair(r, a, b);
        if (eeic > 1) plain.set(`${a} ${b}`, eeic);
      }
    for (const way of [scanScalar, scan]) {
      const got = new Map<string, number>();
      let twice = 0;
      way(planes, students, 2, (a, b, eeic) => {
        if (got.has(`${a} ${b}`)) twice++;
        got.set(`${a} ${b}`, eeic);
      });
      expect([got.size, twice]).toEqual([plain.size, 0]);
      for (const [pair, eeic] of plain) if (got.get(pair) !== eeic) expect.fail(`${pair}: ${got.get(pair)}, not ${eeic}`);
    }
  });
  it("have a kernel on this machine", () => {
    expect(makeKernel(wrongPlanes(exam(8, 40)), 64)).not.toBeNull();
  });
});

describe("the analysis of an exam", () => {
  it("puts planted rings on top, and nobody else among them", () => {
    const result = analyse(exam(60, 18, [4, 3]));
    expect(result.rings.slice(0, 2)).toEqual([
      [3, 4, 5, 6],
      [7, 8, 9],
    ]);
    expect(result.rings).toHaveLength(2);
    expect(result.pairs).toBe(1770);
  });
  it("flags almost nobody where nobody copied: the pairs are all counted in", () => {
    let flagged = 0;
    for (let seed = 20; seed < 60; seed++) flagged += analyse(exam(50, 20, [], seed)).found.filter((pair) => pair.flagged).length;
    // 0.05 expected an exam, 40 exams: 2 at most by the rule's own promise, with room for chance.
    expect(flagged).toBeLessThanOrEqual(5);
  });
  it("does not depend on how the options or the students are numbered", () => {
    const r = exam(40, 20, [3]);
    const turned: Responses = {
      ...r,
      key: r.key.map((k, i) => (k + 1) % r.options[i]!),
      picks: r.picks.map((pick, at) => (pick < 0 ? pick : (pick + 1) % r.options[at % r.items]!)),
    };
    const strip = (a: ReturnType<typeof analyse>) =>
      a.found.map(({ p, weighted, ...pair }) => ({
        ...pair,
        expected: 0,
        digits: p.toExponential(9),
        weighted: weighted.toExponential(9),
      }));
    expect(strip(analyse(turned))).toEqual(strip(analyse(r)));
    const back: Responses = { ...r, picks: new Int8Array(r.picks.length) };
    for (let s = 0; s < r.students; s++)
      back.picks.set(r.picks.subarray((r.students - 1 - s) * r.items, (r.students - s) * r.items), s * r.items);
    expect(analyse(back).found.map((pair) => pair.p.toExponential(9))).toEqual(
      analyse(r).found.map((pair) => pair.p.toExponential(9)),
    );
  });
  it("finds a pair less likely with every further answer it shares", () => {
    const r = exam(60, 20);
    const chances = chancesOf(r);
    let last = Infinity;
    for (let shared = 0; shared <= 20; shared++) {
      const picks = r.picks.slice();
      for (let i = 0; i < 20; i++) {
        picks[i] = 1 % r.options[i]!;
        picks[r.items + i] = i < shared ? picks[i]! : (picks[i]! + 1) % r.options[i]!;
      }
      const { p, matches } = gbt({ ...r, picks }, chances, 0, 1);
      expect(matches).toBe(shared);
      expect(p).toBeLessThanOrEqual(last);
      last = p;
    }
  });
  it("says why it is silent, and never NaN", () => {
    expect(analyse(responsesOf([], [5], [0])).silent).toMatch(/One candidate/);
    expect(analyse(exam(1, 20)).silent).toMatch(/One candidate/);
    expect(analyse(exam(10, 0)).silent).toMatch(/closed items/);
    const all = responsesOf(Array(30).fill(Array(10).fill(1)), Array(10).fill(4), Array(10).fill(1));
    const blank = responsesOf(Array(30).fill(Array(10).fill(null)), Array(10).fill(4), Array(10).fill(1));
    const wrong = responsesOf(Array(30).fill(Array(10).fill(2)), Array(10).fill(4), Array(10).fill(1));
    for (const r of [all, blank, wrong]) {
      const result = analyse(r);
      expect(JSON.stringify(result)).not.toMatch(/null,"expected|NaN/);
      // When everybody chooses the same, choosing the same is no news.
      expect(result.rings).toEqual([]);
    }
    expect(analyse(all).found.filter((pair) => pair.eeic >= MIN_ERRORS)).toEqual([]);
  });
});

describe("rings", () => {
  it("are the connected parts, largest first", () => {
    expect(
      ringsOf([
        { a: 1, b: 2 },
        { a: 5, b: 6 },
        { a: 2, b: 3 },
        { a: 9, b: 1 },
      ]),
    ).toEqual([
      [1, 2, 3, 9],
      [5, 6],
    ]);
    expect(ringsOf([])).toEqual([]);
    const chain = Array.from({ length: 5000 }, (_, i) => ({ a: i, b: i + 1 }));
    expect(ringsOf(chain)[0]).toHaveLength(5001);
  });
});

describe("response times", () => {
  const crowd = Array.from({ length: 20 }, () => [
    { item: 0, seconds: 60 },
    { item: 1, seconds: 200 },
  ]);
  it("use a tenth of the mean, and at most ten seconds", () => {
    expect(thresholds(3, crowd)).toEqual([6, 10, null]);
  });
  it("count quick answers and the longest block of them", () => {
    const limits = [6, 6, 6, 6, 6, null];
    const answers = [5, 2, 30, 1, 3, 1].map((seconds, item) => ({ item, seconds }));
    expect(tempoOf(answers, limits)).toEqual({ answered: 6, quick: 4, share: 4 / 6, block: 2 });
    expect(tempoOf([], limits)).toEqual({ answered: 0, quick: 0, share: 0, block: 0 });
    expect(
      tempoOf(
        [
          { item: 0, seconds: -4 },
          { item: 0, seconds: NaN },
        ],
        limits,
      ).answered,
    ).toBe(0);
  });
});
