import { dateFormat } from "./intl.ts";

/** Calendar days as they are somewhere: a day begins at midnight there, and may have 23 or 25 hours. */
export const dayIn = (at: Date, zone = "UTC"): string =>
  dateFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);

/** How far ahead of UTC a zone is at a moment. */
function ahead(at: number, zone: string): number {
  const there = dateFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(at);
  const part = (type: string) => Number(there.find((one) => one.type === type)!.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) - at;
}

/** When it is `2026-10-25T09:30` in a zone. Clocks may change between the guess and the moment, so it is asked twice. */
export function momentIn(local: string, zone = "UTC"): number {
  const there = Date.parse(`${local}Z`);
  return Number.isNaN(there) ? there : there - ahead(there - ahead(there, zone), zone);
}

/** When `2026-10-25` begins in a zone. */
export const startOfDay = (day: string, zone = "UTC"): number => momentIn(`${day}T00:00:00`, zone);

/** A moment as a `datetime-local` field holds it. */
export const localTime = (at: Date, zone = "UTC"): string =>
  new Date(at.getTime() + ahead(Math.floor(at.getTime() / 1000) * 1000, zone)).toISOString().slice(0, 19);

export const dayAfter = (day: string): string => new Date(Date.parse(`${day}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** A zone that this server knows, else UTC. */
export function validZone(zone: string | null | undefined): string {
  try {
    dateFormat("en", { timeZone: zone ?? "UTC" });
    return zone ?? "UTC";
  } catch {
    return "UTC";
  }
}
