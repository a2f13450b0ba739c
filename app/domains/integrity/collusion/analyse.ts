import { companyOf } from "./company.ts";
import { chancesOf, gbtWithout, type Chances } from "./gbt.ts";
import { countPair, ratioOf } from "./harpp-hogan.ts";
import { miskeyedItems } from "./miskeyed.ts";
import { normalQuantile, normalTail } from "./normal.ts";
import { withoutPatterns, type Patterned } from "./patterns.ts";
import { popcount, wrongPlanes } from "./planes.ts";
import { BLANK, MIN_COMMON, type Responses } from "./responses.ts";
import { ringsOf } from "./rings.ts";
import { scan } from "./scan.ts";
import { surpriseOf } from "./surprise.ts";
import { yardstickOf } from "./yardstick.ts";

export type Pair = {
  a: number;
  b: number;
  eeic: number;
  differences: number;
  common: number;
  matches: number;
  /** EEIC/D; 999 where D is 0. */
  ratio: number;
  /**
   * The chance of so many matches, as this exam's own pairs measure it: smaller where pairs agree less than the test expects,
   * larger where both agree with many others too.
   */
  p: number;
  /** How many pairs this alike, or more, an exam of this size has by chance: p times the number of all pairs. */
  expected: number;
  /** The same among the pairs of neighbours, for two who sat beside each other. Null for every other pair. */
  amongNeighbours: number | null;
  /** The least of both, as the share of the limit that its family has allows: the pair is flagged below the limit. */
  weighted: number;
  flagged: boolean;
  /**
   * Not flagged, but alike to a member of a flagged group: how many pairs as alike are expected among those with its members.
   * Null for every other pair. Weaker than a flag: it says something only as long as the group does.
   */
  nearGroup: number | null;
};

export type Analysis = {
  students: number;
  items: number;
  pairs: number;
  /** Pairs who sat beside each other, where the seats are known. */
  neighbours: number;
  /** Fewer expected pairs than this stand out. */
  limit: number;
  /** Pairs with fewer identical wrong answers than this were counted out before anything else was computed. */
  least: number;
  /** How many pairs have each number of identical wrong answers, from `least` up. */
  histogram: { eeic: number; pairs: number }[];
  found: Pair[];
  /** Connected groups of the flagged pairs. */
  rings: number[][];
  /** Questions that were left out because their key looks wrong. */
  leftOut: number[];
  /** Who answered in a pattern, without reading: these answers were not compared with others. */
  patterned: Patterned[];
  /** How many pairs could have been shown at most, where more were flagged. */
  cutAt: number | null;
  /** Why there is nothing to say, where there is not. */
  silent: string | null;
};

/** A pair stands out when fewer than this many pairs as alike are expected among all pairs of the exam. */
export const EXPECTED_LIMIT = 0.05;
/** Where seats are known, neighbours are a family of their own and have this share of the limit; all pairs have the rest. */
const NEIGHBOURS_SHARE = 0.5;
/** Fewer standard deviations above chance are not worth an exact test among so few pairs. */
const NEIGHBOURS_LEAST = 2.5;
/** And when what they share includes errors: agreeing on what is right is what a course is for. */
export const MIN_ERRORS = 3;
const KEPT = 500;
const SHOWN = 25;
const CANDIDATES = 200_000;
const SMALL = 3_000_000;

/** Who gave each sheet, as numbers, and how many pairs of sheets are of one person. Nobody named: everybody gave one. */
function peopleOf(
  sheets: readonly number[],
  all: number,
  people: readonly string[] | undefined,
): { of: Int32Array; own: number } {
  const known = new Map<string, number>();
  const times: number[] = [];
  const of = new Int32Array(all).fill(-1);
  for (const sheet of sheets) {
    const person = people?.[sheet];
    const at = person === undefined ? times.length : (known.get(person) ?? times.length);
    if (person !== undefined) known.set(person, at);
    times[at] = (times[at] ?? 0) + 1;
    of[sheet] = at;
  }
  return { of, own: times.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0) };
}

/** What is compared: without answers given in a pattern, and without questions whose key looks wrong. */
export function comparable(r: Responses): { used: Responses; patterned: Patterned[]; leftOut: number[] } {
  const { rest, patterned } = withoutPatterns(r);
  const leftOut = miskeyedItems(rest);
  if (leftOut.length === 0) return { used: rest, patterned, leftOut };
  const picks = rest.picks.slice();
  for (let s = 0; s < r.students; s++) for (const item of leftOut) picks[s * r.items + item] = BLANK;
  return { used: { ...rest, picks }, patterned, leftOut };
}

export type Settings = {
  /** Fewer expected pairs than this stand out: 0.05, or less where an exam's own check or a full term asks for it. */
  limit?: number;
  /** Pairs of sheets whose writers sat beside each other. */
  neighbours?: readonly (readonly [number, number])[];
};

type Families = { pairs: number; limit: number; neighbours: ReadonlySet<number>; key: (a: number, b: number) => number };

function familiesOf(students: number, pairs: number, settings: Settings, together: (a: number, b: number) => boolean): Families {
  const key = (a: number, b: number) => Math.min(a, b) * students + Math.max(a, b);
  const neighbours = new Set<number>();
  for (const [a, b] of settings.neighbours ?? []) if (a !== b && together(a, b)) neighbours.add(key(a, b));
  return { pairs, limit: settings.limit ?? EXPECTED_LIMIT, neighbours, key };
}

/**
 * All pairs of an exam: counted exactly, then the most alike tested exactly. Pure, so that it runs in any thread. Two sheets
 * of one person, who may sit an exam twice, are no pair: whoever makes the same errors again has agreed with nobody.
 */
export function analyse(r: Responses, people?: readonly string[], settings: Settings = {}): Analysis {
  const { used, patterned, leftOut } = comparable(r);
  const gone = new Set(patterned.flatMap((patterned) => (patterned.kind === "whole" ? [patterned.student] : [])));
  const students = Array.from({ length: r.students }, (_, student) => student).filter((student) => !gone.has(student));
  const person = peopleOf(students, r.students, people);
  const pairs = (students.length * (students.length - 1)) / 2 - person.own;
  const families = familiesOf(
    r.students,
    pairs,
    settings,
    (a, b) => person.of[a]! >= 0 && person.of[b]! >= 0 && person.of[a] !== person.of[b],
  );
  const { limit } = families;
  const nothing = (silent: string): Analysis => ({
    students: r.students,
    items: r.items,
    pairs,
    neighbours: families.neighbours.size,
    limit,
    least: 0,
    histogram: [],
    found: [],
    rings: [],
    leftOut,
    patterned,
    cutAt: null,
    silent,
  });
  if (pairs < 1) return nothing("One candidate alone can't be compared");
  if (r.items - leftOut.length < MIN_COMMON) return nothing(`A pair needs at least ${MIN_COMMON} closed items in common`);

  const planes = wrongPlanes(used);
  const least = pairs <= SMALL ? 1 : leastWorthKeeping(used, pairs);
  const counts: number[] = [];
  const chances = chancesOf(used);
  const surprise = surpriseOf(used, chances);
  const best = new Best(KEPT);
  scan(planes, used.students, least, (a, b, eeic) => {
    if (person.of[a] === person.of[b]) return;
    counts[eeic] = (counts[eeic] ?? 0) + 1;
    if (eeic >= MIN_ERRORS) best.offer(a, b, surprise(a, b));
  });
  const surer = yardstickOf(used, chances, students, surprise);
  const company = companyOf(students, surprise);
  const found = withNeighbours(best.all(), families, r.students, surprise)
    .map(([a, b]) => testPair(used, chances, a, b))
    .filter((pair) => pair.common >= MIN_COMMON);
  const weighed = new Set<Pair>();
  const against = (pair: Pair) => {
    if (weighed.has(pair)) return;
    weighed.add(pair);
    weigh(pair, { surer: 0, stretch: Math.min(company.stretchOf(pair.a), company.stretchOf(pair.b)) }, families);
  };
  for (const pair of found) {
    weigh(pair, { surer, stretch: 1 }, families);
    if (pair.flagged) against(pair);
  }
  const flagged = found.filter((pair) => pair.flagged).sort(byLikelihood);
  besideGroups(found, flagged, { students: students.length, limit }, against);
  found.sort(byLikelihood);
  const near = found.filter((pair) => pair.nearGroup !== null);
  const others = found.filter((pair) => !pair.flagged && pair.nearGroup === null);
  return {
    students: r.students,
    items: r.items,
    pairs,
    neighbours: families.neighbours.size,
    limit,
    least,
    histogram: counts.flatMap((count, eeic) => (count ? [{ eeic, pairs: count }] : [])),
    found: [...flagged, ...near, ...others.slice(0, Math.max(0, SHOWN - flagged.length - near.length))],
    rings: ringsOf(flagged),
    leftOut,
    patterned,
    cutAt: flagged.length === KEPT ? KEPT : null,
    silent: null,
  };
}

const byLikelihood = (x: Pair, y: Pair) => x.p - y.p || y.ratio - x.ratio || x.a - y.a || x.b - y.b;

/**
 * Who agrees with a member of a flagged group is looked for among far fewer pairs than all. That is weaker: the pair has
 * its own figure, is in no group, and leads to nobody else.
 */
function besideGroups(
  found: Pair[],
  flagged: Pair[],
  { students, limit }: { students: number; limit: number },
  against: (pair: Pair) => void,
): void {
  const members = new Set(flagged.flatMap((pair) => [pair.a, pair.b]));
  const expected = (pair: Pair) => pair.p * members.size * students;
  for (const pair of found) {
    if (pair.flagged || pair.eeic < MIN_ERRORS || !(members.has(pair.a) || members.has(pair.b))) continue;
    if (expected(pair) >= limit) continue;
    against(pair);
    if (expected(pair) < limit) pair.nearGroup = expected(pair);
  }
}

function testPair(r: Responses, chances: Chances, a: number, b: number): Pair {
  const { eeic, differences, common } = countPair(r, a, b);
  const { p, matches } = gbtWithout(r, chances, a, b);
  return {
    a,
    b,
    eeic,
    differences,
    common,
    matches,
    ratio: ratioOf(eeic, differences),
    p,
    expected: 0,
    amongNeighbours: null,
    weighted: 0,
    flagged: false,
    nearGroup: null,
  };
}

/** What a pair's probability means among so many pairs, by this exam's own measure, and whether it stands out. */
function weigh(pair: Pair, { surer, stretch }: { surer: number; stretch: number }, families: Families): void {
  if (surer > 0 || stretch > 1) pair.p = normalTail(normalQuantile(pair.p) / stretch + surer);
  const p = Math.max(pair.p, Number.MIN_VALUE);
  const { size } = families.neighbours;
  pair.expected = p * families.pairs;
  pair.amongNeighbours = families.neighbours.has(families.key(pair.a, pair.b)) ? p * size : null;
  const ofAll = size > 0 ? pair.expected / (1 - NEIGHBOURS_SHARE) : pair.expected;
  pair.weighted = Math.min(ofAll, (pair.amongNeighbours ?? Infinity) / NEIGHBOURS_SHARE);
  pair.flagged = pair.weighted < families.limit && pair.eeic >= MIN_ERRORS && pair.common >= MIN_COMMON;
}

/** Among few pairs less is enough to stand out, so neighbours are tested whether or not they are among the most alike. */
function withNeighbours(
  best: [number, number][],
  { neighbours, key }: Families,
  students: number,
  surprise: (a: number, b: number) => number,
): [number, number][] {
  const known = new Set(best.map(([a, b]) => key(a, b)));
  const others = [...neighbours]
    .filter((pair) => !known.has(pair))
    .map((pair): [number, number] => [Math.floor(pair / students), pair % students])
    .filter(([a, b]) => surprise(a, b) >= NEIGHBOURS_LEAST);
  return [...best, ...others];
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
  constructor(private readonly most: number) {}

  offer(a: number, b: number, worth: number): void {
    const heap = this.heap;
    if (heap.length < this.most) {
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
