/**
 * Answers too quick to have been read. An item's threshold is a tenth of the time that people take for it on average, and at
 * most ten seconds (Wise and Ma's normative threshold, NT10). A block is a run of such answers in the order given.
 */
export type Timed = { item: number; seconds: number };
export type Tempo = { answered: number; quick: number; share: number; block: number };

const SHARE_OF_MEAN = 0.1;
const AT_MOST = 10;

/** Per item: the threshold in seconds, or null where too few people answered it to say. */
export function thresholds(items: number, students: readonly (readonly Timed[])[], enough = 10): (number | null)[] {
  const sum = new Float64Array(items);
  const n = new Uint32Array(items);
  for (const answers of students)
    for (const { item, seconds } of answers)
      if (item >= 0 && item < items && Number.isFinite(seconds) && seconds >= 0) {
        sum[item]! += seconds;
        n[item]!++;
      }
  return Array.from(sum, (total, item) => (n[item]! >= enough ? Math.min(AT_MOST, (total / n[item]!) * SHARE_OF_MEAN) : null));
}

export function tempoOf(answers: readonly Timed[], limits: readonly (number | null)[]): Tempo {
  let answered = 0;
  let quick = 0;
  let run = 0;
  let block = 0;
  for (const { item, seconds } of answers) {
    if (!Number.isFinite(seconds) || seconds < 0) continue;
    answered++;
    const limit = limits[item] ?? null;
    if (limit !== null && seconds < limit) {
      quick++;
      block = Math.max(block, ++run);
    } else run = 0;
  }
  return { answered, quick, share: answered > 0 ? quick / answered : 0, block };
}
