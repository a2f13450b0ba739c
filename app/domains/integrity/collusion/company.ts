import { normalQuantile } from "./normal.ts";

/**
 * Whether a student agrees with many more than ability explains: with everybody of the same teacher, who share what they were
 * taught wrong, or with everybody of a like mind. Two who copied agree with each other; their agreement with the others is
 * as expected. So a pair is held against how far both of the two stand out among others in general.
 */
export type Company = {
  /** How much wider than expected this student's agreement with the others spreads upward: 1 or more. */
  stretchOf(student: number): number;
};

const LEAST_STUDENTS = 100;
const OTHERS = 2000;
const REFERENCE = 40;
/** The tail that is looked at, without the very first: those may be whom the student worked with. */
const TAIL = 0.05;
const FIRST = 0.005;
/** The breadth of the middle half of a standard normal. */
const MIDDLE_HALF = 1.349;
/** A class is a part of that tail only: what it adds there is so much more among its own. */
const DILUTED = 2;
/** Above this it is no teacher any more: when half a year has the key, they must not hide each other. */
const MOST = 1.2;

export function companyOf(students: readonly number[], surprise: (a: number, b: number) => number): Company {
  const n = students.length;
  if (n < LEAST_STUDENTS) return { stretchOf: () => 1 };
  const step = Math.max(1, Math.floor(n / OTHERS));
  const others = students.filter((_, at) => at % step === 0);
  const from = Math.ceil(others.length * FIRST);
  const to = Math.max(from + 4, Math.round(others.length * TAIL));
  const usual = usualTail(from / others.length, to / others.length);
  const tailOf = (student: number): number => {
    const found = Float64Array.from(others.filter((other) => other !== student).map((other) => surprise(student, other))).sort();
    let sum = 0;
    for (let k = from; k < to; k++) sum += found[found.length - 1 - k]!;
    // Against the breadth of this student's own middle: how broad it is depends on ability, and no class reaches that far.
    const breadth = (found[Math.floor(found.length * 0.75)]! - found[Math.floor(found.length * 0.25)]!) / MIDDLE_HALF;
    return breadth > 0 ? (sum / (to - from) - found[found.length >> 1]!) / breadth / usual : 1;
  };
  let known: number | undefined;
  // An exam whose pairs all agree more than expected is no excuse for any of them.
  const reference = () => (known ??= Math.min(1, median(sampleOf(students).map(tailOf))));
  // What a tail of so few differs by luck is left alone.
  const luck = 2 / Math.sqrt(others.length);
  const stretches = new Map<number, number>();
  return {
    stretchOf(student) {
      let stretch = stretches.get(student);
      if (stretch === undefined) {
        stretch = Math.min(MOST, 1 + DILUTED * Math.max(0, tailOf(student) / reference() - 1 - luck));
        stretches.set(student, stretch);
      }
      return stretch;
    },
  };
}

const sampleOf = (students: readonly number[]) =>
  Array.from({ length: REFERENCE }, (_, k) => students[Math.floor(((k + 0.5) * students.length) / REFERENCE)]!);

const median = (values: number[]) => values.sort((x, y) => x - y)[values.length >> 1]!;

/** The mean of a standard normal between these upper shares. */
function usualTail(from: number, to: number): number {
  const density = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  return (density(normalQuantile(to)) - density(normalQuantile(from))) / (to - from);
}
