import { dayAfter, localTime, momentIn } from "~/platform/zone.ts";

export const QUIET_HOURS = {
  matches: /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/,
  says: "Enter from and to, for example 22:00-07:00",
};

/** When the quiet hours that it is in end; null where it is not in any. They may go over midnight, and clocks may change in them. */
export function quietUntil(hours: string, zone: string, now: Date): Date | null {
  const [from = "", to = ""] = hours.split("-");
  const local = localTime(now, zone);
  const [day, time] = [local.slice(0, 10), local.slice(11, 16)];
  const overMidnight = to <= from;
  const quiet = from !== to && (overMidnight ? time >= from || time < to : time >= from && time < to);
  if (!quiet) return null;
  return new Date(momentIn(`${overMidnight && time >= from ? dayAfter(day) : day}T${to}:00`, zone));
}
