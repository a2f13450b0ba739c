const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30, 60].map((n) => n * DAY),
];

/** How far a zone's clock is ahead of UTC, at any moment. */
function clockOf(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  return (at) => {
    const parts = format.formatToParts(at);
    const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
    return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute")) - Math.floor(at / MINUTE) * MINUTE;
  };
}

/** Moments that a clock on the wall would call round, a few of them, all within the range. */
export function roundTicks(from: number, to: number, zone: string, most = 9): number[] {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? STEPS.at(-1)!;
  const ticks: number[] = [];
  const ahead = clockOf(zone);
  // In the zone's own time: a day begins at its midnight, also on the day when its clock is changed.
  const first = Math.ceil((from + ahead(from)) / step) * step;
  for (let wall = first; ; wall += step) {
    const guess = wall - ahead(from);
    const at = wall - ahead(guess);
    if (at > to) return ticks;
    if (at >= from) ticks.push(at);
  }
}

/** From zero to what is to be shown, in four steps or so that a person would count in. */
export function roundValues(highest: number, whole = false): number[] {
  if (!(highest > 0) || !Number.isFinite(highest)) return [0, 1];
  const rough = highest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    whole ? 1 : 0,
    [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough)!,
  );
  const steps = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: steps + 1 }, (_, n) => Number((n * step).toPrecision(12)));
}
