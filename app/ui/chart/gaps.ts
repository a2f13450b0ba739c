import type { Point } from "./chart.tsx";

/** A line over a time when nobody looked would be an invention: it is broken where several points in a row are missing. */
export function withGaps(data: readonly Point[]): Point[] {
  if (data.length < 3) return [...data];
  const steps = data.slice(1).map((point, index) => point.t - data[index]!.t);
  const usual = [...steps].sort((a, b) => a - b)[steps.length >> 1]!;
  return data.flatMap((point, index): Point[] => {
    const next = data[index + 1];
    return next && next.t - point.t > usual * 3 ? [point, { t: point.t + usual }] : [point];
  });
}
