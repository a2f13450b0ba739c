import { z } from "zod";
import { rows, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { Counted } from "./platform.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;
/** A signal's time is taken before it is stored: by now whatever was under way has been stored or has failed. */
const SETTLED_MS = 5 * MINUTE_MS;
/** What was erased meanwhile is seen then. */
const WHOLE_EVERY_MS = 3_600_000;

const countedMinute = z.object({ minute: z.date(), type: z.string(), n: z.number() });

/**
 * Signals received in the last 24 hours, by type. Each look counts the minutes that may still have changed and keeps the
 * others; the first look, and one an hour, counts all of them.
 */
export class SignalCounts {
  private minutes = new Map<number, Map<string, number>>();
  private readAt = -Infinity;
  private wholeAt = -Infinity;

  async read(on: Queryable, now: Date): Promise<Counted[]> {
    const oldest = minuteOf(now.getTime() - DAY_MS);
    const whole = now.getTime() - this.wholeAt >= WHOLE_EVERY_MS;
    const from = whole ? oldest : Math.max(oldest, minuteOf(this.readAt - SETTLED_MS));
    const found = await rows(
      on,
      sql`select date_bin('1 minute', received_at, '2000-01-01T00:00:00Z') as minute, type, count(*)::int as n
          from public.integrity_event
          where received_at >= ${new Date(from)}
          group by 1, 2`,
      countedMinute,
    );
    for (const minute of this.minutes.keys()) if (minute >= from || minute < oldest) this.minutes.delete(minute);
    for (const { minute, type, n } of found) {
      const counts = this.minutes.get(minute.getTime()) ?? new Map<string, number>();
      this.minutes.set(minute.getTime(), counts.set(type, n));
    }
    this.readAt = now.getTime();
    if (whole) this.wholeAt = now.getTime();
    return this.sums();
  }

  private sums(): Counted[] {
    const total = new Map<string, number>();
    for (const counts of this.minutes.values()) for (const [type, n] of counts) total.set(type, (total.get(type) ?? 0) + n);
    return [...total].map(([key, n]) => ({ key, n }));
  }
}

const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS) * MINUTE_MS;
