/**
 * How well one student's right and wrong answers fit their ability: nothing is compared with another student. A misfit has many
 * causes (a lucky guesser, a gap in what was taught, a leaked part of the paper, a careless start); it names none.
 */

/**
 * van der Flier's U3 (1982): 0 where the easiest items are right and the hardest wrong, 1 where it is the other way round. `easiness`:
 * the share of all students who have the item right.
 */
export function u3(right: readonly boolean[], easiness: readonly number[]): number | null {
  const order = Array.from(easiness.keys()).sort((a, b) => easiness[b]! - easiness[a]!);
  const logits = order.map((item) => logit(easiness[item]!));
  const score = right.filter(Boolean).length;
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const best = sum(logits.slice(0, score));
  const worst = sum(logits.slice(logits.length - score));
  const seen = order.reduce((total, item, at) => total + (right[item] ? logits[at]! : 0), 0);
  return best === worst ? null : (best - seen) / (best - worst);
}

/** A share of 0 or 1 has no logit: half a student is granted. */
const logit = (share: number) => {
  const p = Math.min(0.9995, Math.max(0.0005, share));
  return Math.log(p / (1 - p));
};

/**
 * lz* (Snijders, 2001): the log likelihood of a student's answers, standardised with a correction for the ability being estimated
 * from the same answers by maximum likelihood. Near a standard normal; far below 0 is a misfit. `p`: the chance of a right answer at
 * this ability, `slope`: how fast it grows with ability.
 */
export function lzStar(right: readonly boolean[], p: readonly number[], slope: readonly number[]): number | null {
  let [up, down] = [0, 0];
  p.forEach((chance, item) => {
    const weight = logit(chance);
    const r = slope[item]! / (chance * (1 - chance));
    up += slope[item]! * weight;
    down += slope[item]! * r;
  });
  if (!(down > 0)) return null;
  const c = up / down;
  let [seen, variance] = [0, 0];
  p.forEach((chance, item) => {
    const weight = logit(chance);
    const corrected = weight - c * (slope[item]! / (chance * (1 - chance)));
    seen += (Number(right[item]) - chance) * weight;
    variance += corrected ** 2 * chance * (1 - chance);
  });
  return variance > 1e-12 ? seen / Math.sqrt(variance) : null;
}
