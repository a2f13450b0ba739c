import { momentIn, validZone } from "./zone.ts";

/** The time range that every chart of a page shares, as it stands in the URL: `range=3h`, or `from` and `to`. */
const RANGES = { "15m": 15, "1h": 60, "3h": 180, "12h": 720, "24h": 1440, "7d": 10_080, "30d": 43_200 } as const;
export type RangeName = keyof typeof RANGES;

export const RANGE_LABELS: Record<RangeName, string> = {
  "15m": "Last 15 minutes",
  "1h": "Last hour",
  "3h": "Last 3 hours",
  "12h": "Last 12 hours",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
};

/** For how long the collector keeps its coarsest samples. */
export const SAMPLES_KEPT_DAYS = 395;

const MINUTE = 60_000;
const DAY = 86_400_000;
const LONGEST_DAYS = 400;
/** Before this there was nothing to sample: whoever asks for it mistyped. */
const EARLIEST = Date.UTC(2000, 0, 1);
/** Two clocks that differ by less than this agree. */
const SLACK_MS = MINUTE;

export type Span = { from: Date; to: Date };
export type TimeRange = Span & {
  name: RangeName | null;
  /** It ends now, and goes on: whoever shows it looks again. A range with two ends stands still. */
  live: boolean;
  /** What was asked for and can't be shown as it was. */
  note: string | null;
};

type Kept = {
  /** What is shown where the address names no range. */
  usual?: RangeName;
  keptDays?: number | null;
  /** What is shown in place of a range that means nothing, where that is not the usual one. */
  instead?: string;
};

const MOMENT = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/** A day, or a moment with a zone or in the one that is given. */
function momentOf(text: string | null, zone: string): number | null {
  const [, day, clock = "00:00", offset] = MOMENT.exec(text ?? "") ?? [];
  // The 31st of February would become a day in March.
  if (!day || !isDay(day) || Number.isNaN(Date.parse(`${day}T${clock}Z`))) return null;
  const at = offset ? Date.parse(`${day}T${clock}${offset}`) : momentIn(`${day}T${clock}`, zone);
  return Number.isNaN(at) || at < EARLIEST ? null : at;
}

const isDay = (day: string) =>
  new Date(`${day}T00:00:00Z`).getTime() > 0 && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);

export const rangeNameOf = (params: URLSearchParams): RangeName | null => {
  const name = params.get("range");
  return name !== null && Object.hasOwn(RANGES, name) ? (name as RangeName) : null;
};

/** Whether an address names two ends, even if they can't be had. */
export const namesEnds = (params: URLSearchParams) => params.has("from") || params.has("to");

/** The two ends as they are written, or why they are none. */
function endsOf(params: URLSearchParams): Span | string {
  const zone = validZone(params.get("zone"));
  const [from, to] = [momentOf(params.get("from"), zone), momentOf(params.get("to"), zone)];
  if (from === null || to === null) return "Enter both ends as dates and times, such as 2026-12-03T09:00:00Z.";
  if (from >= to) return "The range must end after it starts.";
  if (to - from > LONGEST_DAYS * DAY) return `A range spans at most ${LONGEST_DAYS} days.`;
  return { from: new Date(from), to: new Date(to) };
}

function named(name: RangeName, now: Date): TimeRange {
  return { from: new Date(now.getTime() - RANGES[name] * MINUTE), to: now, name, live: true, note: null };
}

function keptNote({ from, to }: Span, now: Date, days: number | null): string | null {
  if (days === null) return null;
  const oldest = now.getTime() - days * DAY;
  if (from.getTime() >= oldest) return null;
  return `Samples are kept for ${days} days. ${to.getTime() < oldest ? "This range" : "The start of this range"} is older.`;
}

/** The range that an address asks for. What means nothing is the usual range, and a note says so: never an error. */
export function readRange(params: URLSearchParams, now: Date, { usual = "3h", keptDays = null, instead }: Kept = {}): TimeRange {
  const name = rangeNameOf(params);
  const otherwise = (why: string | null) => {
    const range = named(name ?? usual, now);
    return why ? { ...range, note: `${why} Showing ${instead ?? `the ${RANGE_LABELS[range.name!].toLowerCase()}`}.` } : range;
  };
  if (!namesEnds(params)) return otherwise(params.get("range") && !name ? "There is no such range." : null);
  const ends = endsOf(params);
  if (typeof ends === "string") return otherwise(ends);
  if (ends.from >= now) return otherwise("This range is in the future.");
  const shown = { from: ends.from, to: ends.to > now ? now : ends.to };
  const future = ends.to.getTime() > now.getTime() + SLACK_MS ? "The end is in the future. Showing until now." : null;
  return { ...shown, name: null, live: false, note: future ?? keptNote(shown, now, keptDays) };
}

/** The range before or after, as long as this one; null where there is nothing after it. */
export function shifted({ from, to }: Span, direction: -1 | 1, now: Date): Span | null {
  const length = to.getTime() - from.getTime();
  const by = direction < 0 ? -length : Math.min(length, now.getTime() - to.getTime());
  return by === 0 || (direction > 0 && by < 1000)
    ? null
    : { from: new Date(from.getTime() + by), to: new Date(to.getTime() + by) };
}

/** The step, in seconds, that draws a range in at most a few hundred points. */
export function stepFor(range: { from: Date; to: Date }, points = 240): number {
  const wanted = (range.to.getTime() - range.from.getTime()) / 1000 / points;
  return (
    [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 86_400].find((step) => step >= wanted) ?? 86_400
  );
}

const KEYS = ["range", "from", "to", "zone"] as const;

/** Whether an address says itself which range it wants, even if it can't be had. */
export const namesRange = (params: URLSearchParams) => KEYS.some((key) => params.has(key));

/** The same parameters about another range, from its first row on. */
export function withoutRange(params: URLSearchParams): URLSearchParams {
  const rest = new URLSearchParams(params);
  for (const key of [...KEYS, "after"]) rest.delete(key);
  return rest;
}

/** Two ends as an address writes them, with the range to go back to. */
export const spanQuery = ({ from, to }: Span, back: RangeName | null = null) =>
  new URLSearchParams({ from: from.toISOString(), to: to.toISOString(), ...(back && { range: back }) });

/** Pages that show a time range: what is chosen on one of them goes along to the others. */
const takesRange = (pathname: string): boolean =>
  pathname === "/" || pathname === "/audit" || pathname === "/database" || pathname.startsWith("/database/");

/** The range that an address carries: `range=7d`, or `from=…&to=…` with a zone each; empty where it carries none. */
export function rangeQuery(params: URLSearchParams): string {
  const name = rangeNameOf(params);
  if (!namesEnds(params)) return name ? new URLSearchParams({ range: name }).toString() : "";
  const ends = endsOf(params);
  return typeof ends === "string" ? "" : spanQuery(ends, name).toString();
}

/** The same address with that range, where its page shows one and it names none itself. */
export function withRange(address: string, range: string): string {
  const [path = "", search = ""] = address.split("?");
  if (!range || !takesRange(path)) return address;
  const params = new URLSearchParams(search);
  if (namesRange(params)) return address;
  for (const [key, value] of new URLSearchParams(range)) params.set(key, value);
  return `${path}?${params.toString()}`;
}
