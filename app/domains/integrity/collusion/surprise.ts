import type { Chances } from "./gbt.ts";
import { BLANK, type Responses } from "./responses.ts";

/**
 * How far a pair's matches lie above what chance gives, in standard deviations: cheap, and only to choose whom to test
 * exactly. What two groups match on average is summed once; what either left blank is taken off again.
 */
export function surpriseOf(r: Responses, { groups, groupOf, match }: Chances): (a: number, b: number) => number {
  const { items, picks } = r;
  const means = new Float64Array(groups * groups);
  const variances = new Float64Array(groups * groups);
  for (let g = 0; g < groups * groups; g++)
    for (let i = 0; i < items; i++) {
      const p = match[g * items + i]!;
      means[g]! += p;
      variances[g]! += p * (1 - p);
    }
  const blanks = Array.from({ length: r.students }, (_, s) => {
    const own: number[] = [];
    for (let i = 0; i < items; i++) if (picks[s * items + i] === BLANK) own.push(i);
    return own;
  });
  return (a, b) => {
    const pair = groupOf[a]! * groups + groupOf[b]!;
    let mean = means[pair]!;
    let variance = variances[pair]!;
    const from = a * items;
    const to = b * items;
    let matches = 0;
    for (let i = 0; i < items; i++) if (picks[from + i] === picks[to + i]) matches++;
    for (const i of blanks[a]!) {
      if (picks[to + i] === BLANK) matches--;
      const p = match[pair * items + i]!;
      mean -= p;
      variance -= p * (1 - p);
    }
    for (const i of blanks[b]!) {
      if (picks[from + i] === BLANK) continue;
      const p = match[pair * items + i]!;
      mean -= p;
      variance -= p * (1 - p);
    }
    return (matches - mean) / Math.sqrt(Math.max(0, variance) + 0.5);
  };
}
