import { dayAfter, dayIn, startOfDay } from "~/platform/zone.ts";

export type CalendarView = "month" | "week";
export type CalendarSpan = {
  view: CalendarView;
  /** The day that the calendar was asked for. */
  at: string;
  days: string[];
  from: Date;
  to: Date;
  previous: string;
  next: string;
};

const DAY_MS = 86_400_000;
const noon = (day: string) => Date.parse(`${day}T12:00:00Z`);
const later = (day: string, days: number) => new Date(noon(day) + days * DAY_MS).toISOString().slice(0, 10);
/** Weeks begin on Monday. */
const monday = (day: string) => later(day, -((new Date(noon(day)).getUTCDay() + 6) % 7));

/** A day as an address names it; null for anything that is none. */
function dayOf(text: string | null): string | null {
  if (!text || !/^(19|20|21)\d\d-\d\d-\d\d$/.test(text)) return null;
  return !Number.isNaN(noon(text)) && new Date(noon(text)).toISOString().startsWith(text) ? text : null;
}

function shownDays(first: string, last: string): string[] {
  const days = [first];
  while (days.at(-1)! < last) days.push(dayAfter(days.at(-1)!));
  return days;
}

/** The whole weeks of a month, or one week, in the reader's days. */
export function calendarSpan(params: URLSearchParams, now: Date, zone: string): CalendarSpan {
  const view: CalendarView = params.get("view") === "week" ? "week" : "month";
  const at = dayOf(params.get("at")) ?? dayIn(now, zone);
  const firstOfMonth = `${at.slice(0, 8)}01`;
  const nextMonth = `${later(firstOfMonth, 31).slice(0, 8)}01`;
  const first = monday(view === "week" ? at : firstOfMonth);
  const last = view === "week" ? later(first, 6) : later(monday(later(nextMonth, -1)), 6);
  return {
    view,
    at,
    days: shownDays(first, last),
    from: new Date(startOfDay(first, zone)),
    to: new Date(startOfDay(dayAfter(last), zone)),
    previous: view === "week" ? later(at, -7) : `${later(firstOfMonth, -1).slice(0, 8)}01`,
    next: view === "week" ? later(at, 7) : nextMonth,
  };
}
