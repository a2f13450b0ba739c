/** Percent in hundredths, both ends included, as grade_boundary holds them. */
export type Boundary = { label: string; min: number; max: number };

export const DEFAULT_BOUNDARIES: readonly Boundary[] = [
  { label: "A", min: 9000, max: 10_000 },
  { label: "B", min: 7500, max: 8999 },
  { label: "C", min: 6000, max: 7499 },
  { label: "D", min: 5000, max: 5999 },
  { label: "F", min: 0, max: 4999 },
];

/** What is wrong with a set of boundaries, in words; null when it is a scale from 0 to 100. */
export function faultOf(starts: readonly { label: string; min: number }[]): string | null {
  if (starts.length === 0) return "Enter at least one grade";
  const sorted = [...starts].sort((a, b) => a.min - b.min);
  if (sorted.some(({ min }) => !Number.isInteger(min) || min < 0 || min > 10_000)) return "A boundary must be between 0 and 100";
  if (sorted[0]!.min !== 0) return "The lowest grade must start at 0, or some results would have no grade";
  if (new Set(sorted.map(({ min }) => min)).size !== sorted.length) return "Two grades start at the same percentage";
  if (new Set(sorted.map(({ label }) => label)).size !== sorted.length) return "Two grades have the same name";
  return null;
}

export function scaleFrom(starts: readonly { label: string; min: number }[]): Boundary[] {
  const sorted = [...starts].sort((a, b) => b.min - a.min);
  return sorted.map(({ label, min }, index) => ({ label, min, max: index === 0 ? 10_000 : sorted[index - 1]!.min - 1 }));
}
