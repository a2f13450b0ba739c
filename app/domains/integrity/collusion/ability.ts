import { BLANK, type Responses } from "./responses.ts";

/**
 * How able each student is, from the answers given only: whoever ran out of time is as able as those who answered the same
 * questions as well, not as those who failed the rest. Students are sorted into `groups` of like ability, weakest first.
 */
export type Abilities = { groups: number; groupOf: Uint8Array };

const IN_GROUP = 12;
const MAX_GROUPS = 60;
/** With fewer groups there is no curve to place anyone on. */
const LEAST_GROUPS = 8;
/** Before anything is known of the questions, few answers are drawn towards the average as if so many more had been given. */
const SHRINK = 4;
/** Equal abilities that rounding has parted count as equal. */
const DIGITS = 1e9;

export function abilitiesOf(r: Responses): Abilities {
  const groups = Math.max(1, Math.min(MAX_GROUPS, Math.floor(r.students / IN_GROUP)));
  const first = ranked(shares(r), groups);
  return groups < LEAST_GROUPS ? first : ranked(likeliest(r, first), groups);
}

/** Right answers as a share of the answers given. */
export function shares(r: Responses): Float64Array {
  const right = new Float64Array(r.students);
  const given = new Float64Array(r.students);
  for (let s = 0; s < r.students; s++)
    for (let i = 0; i < r.items; i++) {
      const pick = r.picks[s * r.items + i]!;
      if (pick === BLANK) continue;
      given[s]!++;
      if (pick === r.key[i]) right[s]!++;
    }
  const all = given.reduce((sum, n) => sum + n, 0);
  const mean = all > 0 ? right.reduce((sum, n) => sum + n, 0) / all : 0.5;
  return right.map((n, s) => (n + SHRINK * mean) / (given[s]! + SHRINK));
}

/**
 * Where on the scale of the first sorting each student most likely stands, by which questions they got right: so that it does
 * not matter whether someone left the hard or the easy ones blank.
 */
function likeliest(r: Responses, first: Abilities): Float64Array {
  const { groups, groupOf } = first;
  const right = new Float64Array(groups * r.items);
  const given = new Float64Array(groups * r.items);
  for (let s = 0; s < r.students; s++)
    for (let i = 0; i < r.items; i++) {
      const pick = r.picks[s * r.items + i]!;
      if (pick === BLANK) continue;
      given[groupOf[s]! * r.items + i]!++;
      if (pick === r.key[i]) right[groupOf[s]! * r.items + i]!++;
    }
  const logRight = new Float64Array(groups * r.items);
  const logWrong = new Float64Array(groups * r.items);
  for (let g = 0; g < groups; g++)
    for (let i = 0; i < r.items; i++) {
      let n = 1;
      let k = 0.5;
      for (let near = Math.max(0, g - 1); near <= Math.min(groups - 1, g + 1); near++) {
        n += given[near * r.items + i]!;
        k += right[near * r.items + i]!;
      }
      logRight[g * r.items + i] = Math.log(k / n);
      logWrong[g * r.items + i] = Math.log(1 - k / n);
    }
  const found = new Float64Array(r.students);
  const likelihood = new Float64Array(groups);
  for (let s = 0; s < r.students; s++) {
    for (let g = 0; g < groups; g++) {
      let sum = 0;
      for (let i = 0; i < r.items; i++) {
        const pick = r.picks[s * r.items + i]!;
        if (pick !== BLANK) sum += (pick === r.key[i] ? logRight : logWrong)[g * r.items + i]!;
      }
      likelihood[g] = sum;
    }
    const top = likelihood.reduce((most, value) => Math.max(most, value), -Infinity);
    let mass = 0;
    let mean = 0;
    for (let g = 0; g < groups; g++) {
      const weight = Math.exp(likelihood[g]! - top);
      mass += weight;
      mean += g * weight;
    }
    found[s] = mean / mass;
  }
  return found;
}

/** Groups of equal size by rank; equal abilities stay together, whichever row came first. */
function ranked(abilities: Float64Array, groups: number): Abilities {
  const value = abilities.map((ability) => Math.round(ability * DIGITS));
  const order = Array.from(value.keys()).sort((a, b) => value[a]! - value[b]! || a - b);
  const groupOf = new Uint8Array(abilities.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && value[order[to]!] === value[order[from]!]) to++;
    const group = Math.min(groups - 1, Math.floor(((from + to - 1) / 2 / order.length) * groups));
    for (let at = from; at < to; at++) groupOf[order[at]!] = group;
    from = to;
  }
  return { groups, groupOf };
}
