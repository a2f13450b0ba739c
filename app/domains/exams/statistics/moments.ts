/** Sums that stay exact enough for a table: Welford's running mean and variance. Empty input is null, never NaN. */
export type Moments = { n: number; mean: number; variance: number; min: number; max: number };

/** `variance` is that of the sample (n − 1); one value has none, and says 0. */
export function moments(values: readonly number[]): Moments | null {
  if (values.length === 0) return null;
  let mean = 0;
  let squares = 0;
  let min = Infinity;
  let max = -Infinity;
  values.forEach((value, index) => {
    const gap = value - mean;
    mean += gap / (index + 1);
    squares += gap * (value - mean);
    if (value < min) min = value;
    if (value > max) max = value;
  });
  const n = values.length;
  return { n, mean, variance: n > 1 ? squares / (n - 1) : 0, min, max };
}

/** Pearson's r, or null where one side does not vary: a correlation with a constant is not defined. */
export function correlation(a: readonly number[], b: readonly number[]): number | null {
  const one = moments(a);
  const two = moments(b);
  if (!one || !two || a.length !== b.length || one.n < 2 || !varies(one) || !varies(two)) return null;
  let shared = 0;
  for (let i = 0; i < a.length; i++) shared += (a[i]! - one.mean) * (b[i]! - two.mean);
  const r = shared / (one.n - 1) / Math.sqrt(one.variance * two.variance);
  return Math.max(-1, Math.min(1, r));
}

/** Rounding leaves a trace of variance in equal values; what is smaller than that is none. */
export const varies = (of: Moments): boolean => of.variance > 1e-12 * Math.max(1, of.mean * of.mean) && of.max > of.min;

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
