import { BLANK, type Responses } from "./responses.ts";

/**
 * The generalized binomial test (van der Linden and Sotaridona, 2006): how likely is it that two people who work alone
 * choose the same option as often as these two did? Each item has its own chance of a match, from the option choices of
 * students who scored like each of them; the number of matches then follows a sum of unequal coin tosses.
 */
export type Chances = {
  groups: number;
  groupOf: Uint8Array;
  /** `match[(g * groups + h) * items + i]`: chance that one of group g and one of group h choose the same on item i. */
  match: Float64Array;
};

/** A group's choices are drawn towards the whole exam's as if this many more people had chosen like everybody. */
const SHRINK = 5;
const MAX_GROUPS = 5;
const MIN_IN_GROUP = 12;

function scoreGroups(r: Responses): { groups: number; groupOf: Uint8Array } {
  const scores = new Int32Array(r.students);
  for (let s = 0; s < r.students; s++) for (let i = 0; i < r.items; i++) if (r.picks[s * r.items + i] === r.key[i]) scores[s]!++;
  const groups = Math.max(1, Math.min(MAX_GROUPS, Math.floor(r.students / MIN_IN_GROUP)));
  const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]! || a - b);
  const groupOf = new Uint8Array(r.students);
  let previous = -1;
  order.forEach((student, rank) => {
    // Equal scores stay together, whichever row came first.
    const group =
      rank > 0 && scores[student] === scores[order[rank - 1]!]!
        ? previous
        : Math.min(groups - 1, Math.floor((rank * groups) / r.students));
    groupOf[student] = group;
    previous = group;
  });
  return { groups, groupOf };
}

export function chancesOf(r: Responses): Chances {
  const { groups, groupOf } = scoreGroups(r);
  const width = Math.max(1, ...r.options);
  const counts = new Float64Array(groups * r.items * width);
  const answered = new Float64Array(groups * r.items);
  for (let s = 0; s < r.students; s++) {
    const base = groupOf[s]! * r.items;
    for (let i = 0; i < r.items; i++) {
      const pick = r.picks[s * r.items + i]!;
      if (pick === BLANK) continue;
      counts[(base + i) * width + pick]!++;
      answered[base + i]!++;
    }
  }
  const p = new Float64Array(counts.length);
  for (let i = 0; i < r.items; i++) {
    const k = Math.max(1, r.options[i]!);
    let total = 0;
    for (let g = 0; g < groups; g++) total += answered[g * r.items + i]!;
    for (let option = 0; option < k; option++) {
      let everybody = 0;
      for (let g = 0; g < groups; g++) everybody += counts[(g * r.items + i) * width + option]!;
      const overall = (everybody + 0.5) / (total + 0.5 * k);
      for (let g = 0; g < groups; g++) {
        const at = g * r.items + i;
        p[at * width + option] = (counts[at * width + option]! + SHRINK * overall) / (answered[at]! + SHRINK);
      }
    }
  }
  const match = new Float64Array(groups * groups * r.items);
  for (let g = 0; g < groups; g++)
    for (let h = 0; h < groups; h++)
      for (let i = 0; i < r.items; i++) {
        let chance = 0;
        for (let option = 0; option < r.options[i]!; option++)
          chance += p[(g * r.items + i) * width + option]! * p[(h * r.items + i) * width + option]!;
        match[(g * groups + h) * r.items + i] = Math.min(1, chance);
      }
  return { groups, groupOf, match };
}

/**
 * P(at least `matches` successes) of independent tosses with these chances: the distribution built toss by toss, then its
 * upper tail summed from the small end. 1 − cdf would be all rounding error exactly where it matters.
 */
export function survival(chances: ArrayLike<number>, matches: number): number {
  const n = chances.length;
  if (matches <= 0) return 1;
  if (matches > n) return 0;
  const mass = new Float64Array(n + 1);
  mass[0] = 1;
  for (let toss = 0; toss < n; toss++) {
    const p = chances[toss]!;
    for (let k = toss + 1; k > 0; k--) mass[k] = mass[k]! * (1 - p) + mass[k - 1]! * p;
    mass[0] = mass[0]! * (1 - p);
  }
  let tail = 0;
  for (let k = n; k >= matches; k--) tail += mass[k]!;
  return Math.min(1, tail);
}

/** The survival probability of one pair, over the items that both answered. */
export function gbt(
  r: Responses,
  chances: Chances,
  a: number,
  b: number,
): { p: number; matches: number; common: number; expected: number } {
  const row = (chances.groupOf[a]! * chances.groups + chances.groupOf[b]!) * r.items;
  const used: number[] = [];
  let matches = 0;
  let expected = 0;
  for (let i = 0; i < r.items; i++) {
    const x = r.picks[a * r.items + i]!;
    const y = r.picks[b * r.items + i]!;
    if (x === BLANK || y === BLANK) continue;
    const chance = chances.match[row + i]!;
    used.push(chance);
    expected += chance;
    if (x === y) matches++;
  }
  return { p: survival(used, matches), matches, common: used.length, expected };
}
