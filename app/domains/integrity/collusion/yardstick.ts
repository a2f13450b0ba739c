import { gbtWithout, type Chances } from "./gbt.ts";
import { normalQuantile } from "./normal.ts";
import type { Responses } from "./responses.ts";

/**
 * The test takes questions as independent. Among students of equal scores they are not quite: who had one right has another
 * wrong, so pairs of an exam agree less often by chance than the test says, and it would find too little. How much less is
 * seen where there are many pairs, at the most alike hundredth of them.
 */
const SAMPLE = 60_000;
const LEAST_PAIRS = 15_000;
const SHARE = 0.01;
/** So many pairs around that place are tested exactly. */
const WINDOW = 200;
/** What is seen there less this much is granted, and no more than this: further out nobody can look. */
const KEPT_BACK = 0.15;
const MOST = 0.4;

/** Standard deviations by which a pair of this exam is more surprising than the test alone says; never below 0. */
export function yardstickOf(
  r: Responses,
  chances: Chances,
  students: readonly number[],
  surprise: (a: number, b: number) => number,
): number {
  const n = students.length;
  const pairs = (n * (n - 1)) / 2;
  if (pairs < LEAST_PAIRS) return 0;
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
  const rank = size - 1 - Math.round(SHARE * size);
  const [low, high] = [sorted[Math.max(0, rank - WINDOW)]!, sorted[Math.min(size - 1, rank + WINDOW)]!];
  const around: number[] = [];
  for (let k = 0; k < size; k++)
    if (found[k]! >= low && found[k]! <= high)
      around.push(normalQuantile(gbtWithout(r, chances, ends[2 * k]!, ends[2 * k + 1]!).p));
  around.sort((x, y) => x - y);
  const less = normalQuantile(SHARE) - around[around.length >> 1]!;
  return Math.min(MOST, Math.max(0, less - KEPT_BACK));
}
