/** Where within its box a chart draws: left of it stand the values, right of it is a little room. */
export const AXIS_WIDTH = 54;
export const MARGIN_RIGHT = 8;

/** A drag of fewer pixels is a click. */
const LEAST_PX = 6;
/** Samples are a second apart: a shorter span would draw next to nothing. */
const LEAST_MS = 10_000;

type Drag = { start: number; end: number; width: number };

/** The drag as it is drawn, within the plot. */
export function selectionOf({ start, end, width }: Drag): { left: number; width: number } {
  const within = (x: number) => Math.min(Math.max(x, AXIS_WIDTH), width - MARGIN_RIGHT);
  const left = within(Math.min(start, end));
  return { left, width: within(Math.max(start, end)) - left };
}

/** The span that was dragged over, in whole seconds; null where it was a click. */
export function draggedSpan(drag: Drag, from: number, to: number): { from: Date; to: Date } | null {
  const selection = selectionOf(drag);
  if (selection.width < LEAST_PX) return null;
  const at = (x: number) => from + ((x - AXIS_WIDTH) / (drag.width - AXIS_WIDTH - MARGIN_RIGHT)) * (to - from);
  let [first, last] = [at(selection.left), at(selection.left + selection.width)];
  if (last - first < LEAST_MS) {
    const middle = (first + last) / 2;
    [first, last] = [middle - LEAST_MS / 2, middle + LEAST_MS / 2];
  }
  return { from: new Date(Math.floor(first / 1000) * 1000), to: new Date(Math.ceil(last / 1000) * 1000) };
}

/** The tick of another chart that lies nearest: its points may be minutes apart where this one's are seconds. */
export function nearestTick(ticks: readonly { value: unknown }[], label: unknown): number {
  const at = Number(label);
  return ticks.reduce<number>(
    (best, tick, index) =>
      best < 0 || Math.abs(Number(tick.value) - at) < Math.abs(Number(ticks[best]!.value) - at) ? index : best,
    -1,
  );
}
