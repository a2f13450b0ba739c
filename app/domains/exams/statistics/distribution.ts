import { median, moments } from "./moments.ts";

/** Bounds are inclusive below and exclusive above, in percent; the first one holds 100 as well. */
const BANDS = [
  { label: "90 and above", from: 90, to: 101 },
  { label: "75 to 90", from: 75, to: 90 },
  { label: "60 to 75", from: 60, to: 75 },
  { label: "40 to 60", from: 40, to: 60 },
  { label: "below 40", from: -Infinity, to: 40 },
] as const;

export type Band = { label: string; count: number; share: number };
export type Distribution = {
  n: number;
  mean: number;
  median: number;
  min: number;
  max: number;
  deviation: number;
  passed: number;
  bands: Band[];
  /** Twenty bins of five percent; the last one holds 100 as well. */
  histogram: { from: number; count: number }[];
};

const BIN = 5;

/** Of percentages. No result is null: an average of nothing is not a number. */
export function distribution(percentages: readonly number[], passing: number): Distribution | null {
  const m = moments(percentages);
  if (!m) return null;
  const bins = Array.from({ length: 100 / BIN }, () => 0);
  for (const value of percentages) bins[Math.min(bins.length - 1, Math.max(0, Math.floor(value / BIN)))]!++;
  return {
    n: m.n,
    mean: m.mean,
    median: median(percentages)!,
    min: m.min,
    max: m.max,
    deviation: Math.sqrt(m.variance),
    passed: percentages.filter((value) => value >= passing).length,
    bands: BANDS.map(({ label, from, to }) => {
      const count = percentages.filter((value) => value >= from && value < to).length;
      return { label, count, share: count / m.n };
    }),
    histogram: bins.map((count, index) => ({ from: index * BIN, count })),
  };
}
