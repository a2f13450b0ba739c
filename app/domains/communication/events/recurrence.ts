import { CronExpressionParser } from "cron-parser";

/** What repeats more often than this a day is a typing error: "* 9 * * *" is sixty times an hour. */
const MOST_A_DAY = 24;

const DAY_MS = 86_400_000;

/** Why a cron expression can't be the rule of an event; null where it can. */
export function wrongRule(rule: string): string | null {
  const fields = rule.trim().split(/\s+/);
  // The parser knows a sixth field, names such as @daily, and a hash that picks a minute by itself: three ways to be misread.
  if (fields.length !== 5 || !/^[\d*,/\-A-Za-z#?\s]+$/.test(rule) || /(^|\s)[@H]/.test(rule))
    return "Enter five cron fields: minute, hour, day, month and weekday, for example 0 9 * * 1";
  try {
    const start = new Date("2024-01-01T00:00:00Z");
    const times = CronExpressionParser.parse(rule, { tz: "UTC", currentDate: start });
    const first = times.next().getTime();
    for (let n = 0; n < MOST_A_DAY; n++)
      if (n === MOST_A_DAY - 1 && times.next().getTime() - first < DAY_MS - 3_600_000)
        return `This repeats more than ${MOST_A_DAY} times a day. Enter a minute and an hour, for example 0 9 * * 1`;
      else if (n < MOST_A_DAY - 1) times.next();
    return null;
  } catch {
    return "This rule never comes true, or isn't a cron expression. For example: 0 9 * * 1 is every Monday at 09:00";
  }
}

/**
 * The moments of a rule from one moment to another, both included. The clock is the zone's: 09:00 stays 09:00 when it
 * changes, a time that is skipped that night is taken an hour later, and one that comes twice is taken once.
 */
export function momentsOf(rule: string, zone: string, from: Date, to: Date): Date[] {
  const times = CronExpressionParser.parse(rule, { tz: zone, currentDate: new Date(from.getTime() - 1) });
  const moments: Date[] = [];
  for (let at = times.next().toDate(); at <= to; at = times.next().toDate()) moments.push(at);
  return moments;
}

/** The first moment of a rule at or after another. */
export const firstMomentOf = (rule: string, zone: string, from: Date): Date =>
  CronExpressionParser.parse(rule, { tz: zone, currentDate: new Date(from.getTime() - 1) })
    .next()
    .toDate();
