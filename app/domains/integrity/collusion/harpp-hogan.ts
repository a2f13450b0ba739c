import { BLANK, type Responses } from "./responses.ts";

/**
 * Harpp and Hogan's counts for one pair. EEIC: exact errors in common, the items that both answered wrong with the same
 * option. D: items that both answered, differently. An item that either of them left blank counts for neither: being
 * short of time together is no agreement.
 */
export type PairCounts = { eeic: number; differences: number; common: number; same: number };

/** EEIC/D where D is 0 and there are errors in common: as in the paper's tables, a number no other pair reaches. */
const RATIO_AT_ZERO = 999;

export function ratioOf(eeic: number, differences: number): number {
  if (eeic === 0) return 0;
  return differences === 0 ? RATIO_AT_ZERO : eeic / differences;
}

/** The plain way, item by item: what the fast way is checked against. */
export function countPair(r: Responses, a: number, b: number): PairCounts {
  const counts: PairCounts = { eeic: 0, differences: 0, common: 0, same: 0 };
  for (let item = 0; item < r.items; item++) {
    const x = r.picks[a * r.items + item]!;
    const y = r.picks[b * r.items + item]!;
    if (x === BLANK || y === BLANK) continue;
    counts.common++;
    if (x !== y) counts.differences++;
    else {
      counts.same++;
      if (x !== r.key[item]) counts.eeic++;
    }
  }
  return counts;
}
