import { shares } from "./ability.ts";
import { BLANK, type Responses } from "./responses.ts";

/**
 * Questions whose key looks wrong: among the most able, another option is the usual answer, and whoever chose the key did
 * worse than the others. There, "identical wrong answers" are what the able have in common.
 */
const LEAST_STUDENTS = 60;
const STRONG_SHARE = 1 / 3;
/** So many standard errors, for each of the two conditions: one honest exam in thousands loses a question. */
const SURE = 3.3;

export function miskeyedItems(r: Responses): number[] {
  if (r.students < LEAST_STUDENTS) return [];
  const ability = shares(r);
  const order = Array.from(ability.keys()).sort((a, b) => ability[b]! - ability[a]!);
  const strong = order.slice(0, Math.round(r.students * STRONG_SHARE));
  return Array.from({ length: r.items }, (_, item) => item).filter((item) => {
    const counts = Array.from({ length: r.options[item]! }, () => 0);
    for (const s of strong) {
      const pick = r.picks[s * r.items + item]!;
      if (pick !== BLANK) counts[pick]!++;
    }
    const key = counts[r.key[item]!] ?? 0;
    const rival = Math.max(0, ...counts.filter((_, option) => option !== r.key[item]));
    if (rival - key <= SURE * Math.sqrt(rival + key)) return false;
    return keySeparates(r, ability, item) < -SURE;
  });
}

/** How much better those who chose the key did on the whole, in standard errors. */
function keySeparates(r: Responses, ability: Float64Array, item: number): number {
  const sums = { right: [0, 0, 0], wrong: [0, 0, 0] };
  for (let s = 0; s < r.students; s++) {
    const pick = r.picks[s * r.items + item]!;
    if (pick === BLANK) continue;
    const sum = pick === r.key[item] ? sums.right : sums.wrong;
    sum[0]!++;
    sum[1]! += ability[s]!;
    sum[2]! += ability[s]! ** 2;
  }
  const of = ([n, x, x2]: number[]) => ({ n: n!, mean: x! / n!, variance: x2! / n! - (x! / n!) ** 2 });
  const right = of(sums.right);
  const wrong = of(sums.wrong);
  if (wrong.n < 2) return 0;
  // A key that nobody chose separates nobody; that the able agree on another option is enough then.
  if (right.n < 2) return -Infinity;
  return (right.mean - wrong.mean) / Math.sqrt(right.variance / right.n + wrong.variance / wrong.n + 1e-12);
}
