import type { Band } from "./chart.tsx";

/** More labels than these can't be read one below the other. */
const TOGETHER = 3;
const LABEL = 48;

const brief = (label: string) => (label.length > LABEL ? `${label.slice(0, LABEL - 1)}…` : label);

/** Bands as they are drawn: where more lie over each other than can be told apart, one stands for all of them. */
export function drawnBands(bands: readonly Band[], from: number, to: number): { from: number; to: number; label: string }[] {
  const shown = bands
    .map((band) => ({ from: Math.max(band.from, from), to: Math.min(band.to ?? to, to), label: brief(band.label) }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const clusters: (typeof shown)[] = [];
  for (const band of shown) {
    const last = clusters.at(-1);
    if (last && band.from <= Math.max(...last.map((one) => one.to))) last.push(band);
    else clusters.push([band]);
  }
  return clusters.flatMap((cluster) =>
    cluster.length <= TOGETHER
      ? cluster
      : [
          {
            from: cluster[0]!.from,
            to: Math.max(...cluster.map((one) => one.to)),
            label: `${cluster[0]!.label} and ${cluster.length - 1} more`,
          },
        ],
  );
}
