import { abilitiesOf, type Abilities } from "./ability.ts";
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
  curves: Curves;
};

/** The chance of each option in each group, and of how many students' answers it is made. */
type Curves = { width: number; reach: number; p: Float64Array; mass: Float64Array };

/** A group's choices are drawn towards the whole exam's as if this many more people had chosen like everybody. */
const SHRINK = 4;
/** The reach of a curve, in students by rank, grows with the root of their number: fewer are noise, more are not alike. */
const REACH = 1.8;

/**
 * The chance of each option at each ability, as a smooth curve: a straight line through the groups around, near ones counting
 * most, so that the most able are not mistaken for those just below them.
 */
function curvesOf(r: Responses, { groups, groupOf }: Abilities, width: number): Curves {
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
  const reach = Math.max(0.5, (REACH * groups) / Math.sqrt(Math.max(1, r.students)));
  const p = new Float64Array(counts.length);
  const mass = new Float64Array(groups * r.items);
  for (let i = 0; i < r.items; i++) {
    const k = Math.max(1, r.options[i]!);
    let total = 0;
    const overall = new Float64Array(k);
    for (let g = 0; g < groups; g++) {
      total += answered[g * r.items + i]!;
      for (let option = 0; option < k; option++) overall[option]! += counts[(g * r.items + i) * width + option]!;
    }
    for (let option = 0; option < k; option++) overall[option] = (overall[option]! + 0.5) / (total + 0.5 * k);
    for (let g = 0; g < groups; g++) {
      const from = Math.max(0, Math.ceil(g - 2 * reach));
      const to = Math.min(groups - 1, Math.floor(g + 2 * reach));
      let [n, x1, x2] = [0, 0, 0];
      for (let h = from; h <= to; h++) {
        const weight = answered[h * r.items + i]! * Math.exp(-0.5 * ((h - g) / reach) ** 2);
        n += weight;
        x1 += weight * (h - g);
        x2 += weight * (h - g) ** 2;
      }
      mass[g * r.items + i] = n + SHRINK;
      // A ridge on the slope, for where few groups answered.
      const spread = n * (x2 + 0.5 * reach * reach) - x1 * x1;
      let sum = 0;
      const at = (g * r.items + i) * width;
      for (let option = 0; option < k; option++) {
        let [y, xy] = [0, 0];
        for (let h = from; h <= to; h++) {
          const weight = counts[(h * r.items + i) * width + option]! * Math.exp(-0.5 * ((h - g) / reach) ** 2);
          y += weight;
          xy += weight * (h - g);
        }
        const line = n > 0 && spread > 0 ? (y - x1 * ((n * xy - x1 * y) / spread)) / n : 0;
        p[at + option] = (Math.max(0, Math.min(1, line)) * n + SHRINK * overall[option]!) / (n + SHRINK);
        sum += p[at + option]!;
      }
      for (let option = 0; option < k; option++) p[at + option]! /= sum;
    }
  }
  return { width, reach, p, mass };
}

export function chancesOf(r: Responses): Chances {
  const abilities = abilitiesOf(r);
  const { groups, groupOf } = abilities;
  const width = Math.max(1, ...r.options);
  const curves = curvesOf(r, abilities, width);
  const { p } = curves;
  const match = new Float64Array(groups * groups * r.items);
  for (let g = 0; g < groups; g++)
    for (let h = g; h < groups; h++)
      for (let i = 0; i < r.items; i++) {
        let chance = 0;
        for (let option = 0; option < r.options[i]!; option++)
          chance += p[(g * r.items + i) * width + option]! * p[(h * r.items + i) * width + option]!;
        match[(g * groups + h) * r.items + i] = match[(h * groups + g) * r.items + i] = Math.min(1, chance);
      }
  return { groups, groupOf, match, curves };
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

/**
 * The same, with the two taken out of the choices they are compared with: in a small exam those who copied are themselves a
 * part of "how others choose", and would hide each other.
 */
export function gbtWithout(r: Responses, chances: Chances, a: number, b: number): { p: number; matches: number } {
  const { groupOf, curves } = chances;
  const near = Math.exp(-0.5 * ((groupOf[a]! - groupOf[b]!) / curves.reach) ** 2);
  const used: number[] = [];
  let matches = 0;
  for (let i = 0; i < r.items; i++) {
    const x = r.picks[a * r.items + i]!;
    const y = r.picks[b * r.items + i]!;
    if (x === BLANK || y === BLANK) continue;
    if (x === y) matches++;
    let chance = 0;
    for (let option = 0; option < r.options[i]!; option++) {
      const mine = Number(x === option);
      const other = Number(y === option);
      chance +=
        chosenByOthers(curves, groupOf[a]! * r.items + i, option, mine, other * near, 1 + near) *
        chosenByOthers(curves, groupOf[b]! * r.items + i, option, other, mine * near, 1 + near);
    }
    used.push(Math.min(1, chance));
  }
  return { p: survival(used, matches), matches };
}

/** Fewer others than this say too little to take anyone out. */
const LEAST_OTHERS = 8;

function chosenByOthers(
  { width, p, mass }: Curves,
  at: number,
  option: number,
  own: number,
  other: number,
  both: number,
): number {
  const share = p[at * width + option]!;
  const all = mass[at]!;
  if (all - both < LEAST_OTHERS) return share;
  // As if one in a hundred of the others might still choose it.
  return Math.max(0.01 * share, (share * all - own - other) / (all - both));
}
