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

export type TimeRange = { from: Date; to: Date; name: RangeName | null; live: boolean };

const YEAR_MS = 400 * 86_400_000;

export function readRange(params: URLSearchParams, now: Date, fallback: RangeName = "3h"): TimeRange {
  const from = new Date(params.get("from") ?? "");
  const to = new Date(params.get("to") ?? "");
  const given =
    !Number.isNaN(from.getTime()) && !Number.isNaN(to.getTime()) && from < to && to.getTime() - from.getTime() < YEAR_MS;
  if (given) return { from, to, name: null, live: to >= now };
  const asked = params.get("range") as RangeName | null;
  const name = asked && asked in RANGES ? asked : fallback;
  return { from: new Date(now.getTime() - RANGES[name] * 60_000), to: now, name, live: true };
}

/** The step, in seconds, that draws a range in at most a few hundred points. */
export function stepFor(range: { from: Date; to: Date }, points = 240): number {
  const wanted = (range.to.getTime() - range.from.getTime()) / 1000 / points;
  return (
    [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 86_400].find((step) => step >= wanted) ?? 86_400
  );
}

const KEYS = ["range", "from", "to"] as const;

/** Pages that show a time range: what is chosen on one of them goes along to the others. */
const takesRange = (pathname: string): boolean =>
  pathname === "/" || pathname === "/audit" || pathname === "/database" || pathname.startsWith("/database/");

/** The range that an address carries, as it is written there: `range=7d`, or `from=…&to=…`; empty where it carries none. */
export function rangeQuery(params: URLSearchParams): string {
  const from = params.get("from");
  const to = params.get("to");
  if (from && to) return new URLSearchParams({ from, to }).toString();
  const range = params.get("range");
  return range && range in RANGES ? new URLSearchParams({ range }).toString() : "";
}

/** The same address with that range, where its page shows one and it names none itself. */
export function withRange(address: string, range: string): string {
  const [path = "", search = ""] = address.split("?");
  if (!range || !takesRange(path)) return address;
  const params = new URLSearchParams(search);
  if (KEYS.some((key) => params.has(key))) return address;
  for (const [key, value] of new URLSearchParams(range)) params.set(key, value);
  return `${path}?${params.toString()}`;
}
