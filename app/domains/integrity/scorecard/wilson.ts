export type Share = { n: number; of: number; low: number; high: number };

/** Of a standard normal, for 95 %. */
const Z = 1.959963984540054;

/** Wilson's interval (1927) for a share: honest for small numbers, and never below 0 or above 1. */
export function wilson(n: number, of: number): Share {
  if (of === 0) return { n, of, low: 0, high: 1 };
  const p = n / of;
  const z2 = (Z * Z) / of;
  const middle = (p + z2 / 2) / (1 + z2);
  const half = (Z * Math.sqrt((p * (1 - p)) / of + z2 / (4 * of))) / (1 + z2);
  return { n, of, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** `12 of 40 (18–45 %)`; nothing to say of none. */
export function sayShare({ n, of, low, high }: Share): string {
  if (of === 0) return "–";
  const percent = (share: number) => Math.round(share * 100);
  return `${n} of ${of} (${percent(low)}–${percent(high)} %)`;
}
