import { gbt, type Chances } from "./gbt.ts";
import type { Responses } from "./responses.ts";

/**
 * Whether pairs of this exam agree as often as the test expects. Students of one teacher share misconceptions, and two halves
 * of a paper may ask for two abilities: then far more pairs look surprising than should. Such an exam's own pairs are the
 * measure: how far the top 10 % and the top 1 % lie apart, against what the test says, stretches the scale for all.
 */
export type Calibration = {
  /** 1 where pairs agree as the test expects; 1.3 where surprises are 1.3 times as large. */
  stretch: number;
  shift: number;
};

export const AS_EXPECTED: Calibration = { stretch: 1, shift: 0 };

const SAMPLE = 100_000;
const LEAST_PAIRS = 15_000;
const OUTER = 0.01;
const INNER = 0.1;
/** So many pairs around each of the two are tested exactly. */
const WINDOW = 300;

export function calibrationOf(
  r: Responses,
  chances: Chances,
  students: readonly number[],
  surprise: (a: number, b: number) => number,
): Calibration {
  const n = students.length;
  const pairs = (n * (n - 1)) / 2;
  if (pairs < LEAST_PAIRS) return AS_EXPECTED;
  const size = Math.min(SAMPLE, pairs);
  const ends = new Int32Array(2 * size);
  const found = new Float64Array(size);
  let state = 1;
  const next = () => (state = (state * 48271) % 2147483647);
  for (let k = 0; k < size; k++) {
    const a = next() % n;
    let b = next() % n;
    if (a === b) b = (b + 1) % n;
    ends[2 * k] = students[a]!;
    ends[2 * k + 1] = students[b]!;
    found[k] = surprise(students[a]!, students[b]!);
  }
  const sorted = found.slice().sort();
  const at = (share: number) => {
    const rank = size - 1 - Math.round(share * size);
    const [low, high] = [sorted[Math.max(0, rank - WINDOW)]!, sorted[Math.min(size - 1, rank + WINDOW)]!];
    const around: number[] = [];
    for (let k = 0; k < size; k++)
      if (found[k]! >= low && found[k]! <= high)
        around.push(normalQuantile(gbt(r, chances, ends[2 * k]!, ends[2 * k + 1]!).p));
    around.sort((x, y) => x - y);
    return around[around.length >> 1]!;
  };
  const [inner, outer] = [at(INNER), at(OUTER)];
  const [innerExpected, outerExpected] = [normalQuantile(INNER), normalQuantile(OUTER)];
  const stretch = Math.max(1, (outer - inner) / (outerExpected - innerExpected));
  return { stretch, shift: Math.max(0, outer - stretch * outerExpected) };
}

/** The probability as this exam's own pairs measure it: never smaller than the test's own. */
export function calibrated(p: number, { stretch, shift }: Calibration): number {
  if (stretch === 1 && shift === 0) return p;
  return Math.max(p, normalTail((normalQuantile(p) - shift) / stretch));
}

/** P(a standard normal number is above x), by the continued fraction far out, so that the smallest keep their digits. */
export function normalTail(x: number): number {
  if (x < 0) return 1 - normalTail(-x);
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let k = 1; k < 60; k++) sum += term *= (x * x) / (2 * k + 1);
    return 0.5 - density * sum;
  }
  let fraction = x;
  for (let k = 60; k >= 1; k--) fraction = x + k / fraction;
  return density / fraction;
}

/** The x above which a standard normal number lies with this probability. */
export function normalQuantile(p: number): number {
  if (p >= 1) return -8;
  if (p > 0.5) return -normalQuantile(1 - p);
  let [low, high] = [0, 40];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > p) low = middle;
    else high = middle;
  }
  return low;
}
