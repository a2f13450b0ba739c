import { chancesOf, gbt, type Chances } from "./gbt.ts";
import { countPair, ratioOf } from "./harpp-hogan.ts";
import { popcount, wrongPlanes } from "./planes.ts";
import { BLANK, MIN_COMMON, type Responses } from "./responses.ts";
import { ringsOf } from "./rings.ts";
import { scan } from "./scan.ts";

export type Pair = {
  a: number;
  b: number;
  eeic: number;
  differences: number;
  common: number;
  matches: number;
  /** EEIC/D; 999 where D is 0. */
  ratio: number;
  p: number;
  /** How many pairs this alike, or more, an exam of this size has by chance: p times the number of all pairs. */
  expected: number;
  flagged: boolean;
};

export type Analysis = {
  students: number;
  items: number;
  pairs: number;
  /** Pairs with fewer identical wrong answers than this were counted out before anything else was computed. */
  least: number;
  /** How many pairs have each number of identical wrong answers, from `least` up. */
  histogram: { eeic: number; pairs: number }[];
  found: Pair[];
  rings: number[][];
  /** Why there is nothing to say, where there is not. */
  silent: string | null;
};

/** A pair stands out when fewer than this many pairs as alike are expected among all pairs of the exam. */
const EXPECTED_LIMIT = 0.05;
/** And when what they share includes errors: agreeing on what is right is what a course is for. */
export const MIN_ERRORS = 3;
const KEPT = 500;
const CANDIDATES = 200_000;
const SMALL = 3_000_000;

/** Who gave each sheet, as numbers, and how many pairs of sheets are of one person. Nobody named: everybody gave one. */
function peopleOf(sheets: number, people: readonly string[] | undefined): { of: Int32Array; own: number } {
  const known = new Map<string, number>();
  const times: number[] = [];
  const of = Int32Array.from({ length: sheets }, (_, index) => {
    const person = people?.[index];
    const at = person === undefined ? times.length : (known.get(person) ?? times.length);
    if (person !== undefined) known.set(person, at);
    times[at] = (times[at] ?? 0) + 1;
    return at;
  });
  return { of, own: times.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0) };
}

/**
 * All pairs of an exam: counted exactly, then the most alike tested exactly. Pure, so that it runs in any thread. Two sheets
 * of one person, who may sit an exam twice, are no pair: whoever makes the same errors again has agreed with nobody.
 */
export function analyse(r: Responses, people?: readonly string[]): Analysis {
  const person = peopleOf(r.students, people);
  const pairs = (r.students * (r.students - 1)) / 2 - person.own;
  const nothing = (silent: string): Analysis => ({
    students: r.students,
    items: r.items,
    pairs,
    least: 0,
    histogram: [],
    found: [],
    rings: [],
    silent,
  });
  if (pairs < 1) return nothing("One candidate can't be compared with anybody");
  if (r.items < MIN_COMMON) return nothing(`Fewer than ${MIN_COMMON} closed items say nothing about a pair`);

  const planes = wrongPlanes(r);
  const least = pairs <= SMALL ? 1 : leastWorthKeeping(r, pairs);
  const counts: number[] = [];
  const chances = chancesOf(r);
  const best = new Best(KEPT);
  scan(planes, r.students, least, (a, b, eeic) => {
    if (person.of[a] === person.of[b]) return;
    counts[eeic] = (counts[eeic] ?? 0) + 1;
    if (eeic >= MIN_ERRORS) best.offer(a, b, surprise(r, chances, a, b));
  });
  const found = best
    .all()
    .map(([a, b]) => testPair(r, chances, a, b, pairs))
    .filter((pair) => pair.common >= MIN_COMMON)
    .sort((x, y) => x.p - y.p || y.ratio - x.ratio || x.a - y.a || x.b - y.b);
  extend(found, r.students);
  const flagged = found.filter((pair) => pair.flagged);
  const shown = found.slice(0, Math.max(flagged.length, 25));
  return {
    students: r.students,
    items: r.items,
    pairs,
    least,
    histogram: counts.flatMap((count, eeic) => (count ? [{ eeic, pairs: count }] : [])),
    found: shown,
    rings: ringsOf(flagged),
    silent: null,
  };
}

/**
 * Who agrees with a group that already stands out is looked for among far fewer pairs than all: those with its members.
 * A pair joins when fewer than the limit are expected among these.
 */
function extend(found: Pair[], students: number): void {
  const members = new Set(found.filter((pair) => pair.flagged).flatMap((pair) => [pair.a, pair.b]));
  for (let grew = members.size > 0; grew;) {
    grew = false;
    for (const pair of found) {
      if (pair.flagged || pair.eeic < MIN_ERRORS || !(members.has(pair.a) || members.has(pair.b))) continue;
      if (pair.p * members.size * students >= EXPECTED_LIMIT) continue;
      pair.flagged = true;
      members.add(pair.a).add(pair.b);
      grew = true;
    }
  }
}

function testPair(r: Responses, chances: Chances, a: number, b: number, pairs: number): Pair {
  const { eeic, differences, common } = countPair(r, a, b);
  const { p, matches } = gbt(r, chances, a, b);
  const expected = Math.max(p, Number.MIN_VALUE) * pairs;
  return {
    a,
    b,
    eeic,
    differences,
    common,
    matches,
    ratio: ratioOf(eeic, differences),
    p,
    expected,
    flagged: expected < EXPECTED_LIMIT && eeic >= MIN_ERRORS && common >= MIN_COMMON,
  };
}

/** How far the matches lie above what chance gives, in standard deviations: cheap, and only to choose whom to test. */
function surprise(r: Responses, chances: Chances, a: number, b: number): number {
  const row = (chances.groupOf[a]! * chances.groups + chances.groupOf[b]!) * r.items;
  let excess = 0;
  let variance = 0;
  for (let i = 0; i < r.items; i++) {
    const x = r.picks[a * r.items + i]!;
    const y = r.picks[b * r.items + i]!;
    if (x === BLANK || y === BLANK) continue;
    const p = chances.match[row + i]!;
    excess += (x === y ? 1 : 0) - p;
    variance += p * (1 - p);
  }
  return excess / Math.sqrt(variance + 0.5);
}

/** In a large exam, the number of identical wrong answers that few enough pairs reach, from a sample of the pairs. */
function leastWorthKeeping(r: Responses, pairs: number): number {
  const planes = wrongPlanes(r);
  const width = 1 + planes.codes;
  const seen = new Uint32Array(r.items + 1);
  const sample = 200_000;
  let state = 1;
  const next = () => (state = (state * 48271) % 2147483647);
  for (let k = 0; k < sample; k++) {
    const a = next() % r.students;
    const b = next() % r.students;
    if (a === b) continue;
    let eeic = 0;
    for (let w = 0; w < planes.words; w++) {
      const base = w * width * planes.students;
      let same = planes.data[base + a]! & planes.data[base + b]!;
      for (let c = 1; c <= planes.codes; c++)
        same &= ~(planes.data[base + c * planes.students + a]! ^ planes.data[base + c * planes.students + b]!);
      eeic += popcount(same);
    }
    seen[eeic]!++;
  }
  let above = 0;
  for (let eeic = r.items; eeic > MIN_ERRORS; eeic--) {
    above += seen[eeic]!;
    if ((above / sample) * pairs > CANDIDATES) return eeic + 1;
  }
  return MIN_ERRORS;
}

/** The k most surprising pairs, in a heap whose root is the least of them. */
class Best {
  private heap: [number, number, number][] = [];
  constructor(private readonly size: number) {}

  offer(a: number, b: number, worth: number): void {
    const heap = this.heap;
    if (heap.length < this.size) {
      heap.push([worth, a, b]);
      let at = heap.length - 1;
      while (at > 0 && heap[(at - 1) >> 1]![0] > heap[at]![0]) {
        const up = (at - 1) >> 1;
        [heap[up], heap[at]] = [heap[at]!, heap[up]!];
        at = up;
      }
    } else if (worth > heap[0]![0]) {
      heap[0] = [worth, a, b];
      let at = 0;
      for (;;) {
        let down = 2 * at + 1;
        if (down >= heap.length) break;
        if (down + 1 < heap.length && heap[down + 1]![0] < heap[down]![0]) down++;
        if (heap[down]![0] >= heap[at]![0]) break;
        [heap[down], heap[at]] = [heap[at]!, heap[down]!];
        at = down;
      }
    }
  }

  all(): [number, number][] {
    return this.heap.map(([, a, b]) => [a, b]);
  }
}
