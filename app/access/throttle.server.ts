import { z } from "zod";
import { clients } from "~/db/clients.server.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";

/**
 * Counters that all processes share, in the database. A *backoff* makes each further try wait twice as long as the one
 * before; a *pace* lets so many through at once, and then one every few seconds.
 */
export type Backoff = { kind: "backoff"; key: string; free: number; capSeconds: number };
/** `shared`: by people who have nothing to do with each other, so what it counts says nothing of one account. */
export type Pace = { kind: "pace"; key: string; burst: number; everySeconds: number; shared?: true };
export type Budget = Backoff | Pace;
type Payment = { failures: number } | { waitSeconds: number };

/** A backoff begins anew when nothing was tried for so long. */
const FORGET_MS = 3_600_000;
const paid = z.object({ failures: z.number() });

async function payBackoff({ key, free, capSeconds }: Backoff, now: Date): Promise<Payment> {
  const forgotten = new Date(now.getTime() - FORGET_MS);
  const row = await firstRow(
    clients().primary,
    sql`insert into console.login_throttle as t (id, key, failures, window_start)
        values (${newId(now.getTime())}, ${key}, 1, ${now})
        on conflict (key) do update
        set failures = case when t.window_start < ${forgotten} then 1 else t.failures + 1 end, window_start = ${now},
            blocked_until = case
              when t.window_start >= ${forgotten} and t.failures >= ${free}::int then ${now}::timestamptz + make_interval(
                secs => least(${capSeconds}::int, 2.0 ^ least(t.failures + 1 - ${free}::int, 20))
              )
            end
        where t.blocked_until is null or t.blocked_until <= ${now}
        returning failures`,
    paid,
  );
  if (row) return row;
  const blocked = await firstRow(
    clients().primary,
    sql`select blocked_until from console.login_throttle where key = ${key}`,
    z.object({ blocked_until: z.date().nullable() }),
  );
  const until = blocked?.blocked_until?.getTime() ?? now.getTime();
  return { waitSeconds: Math.max(1, Math.ceil((until - now.getTime()) / 1000)) };
}

/** Takes `n` at once, all or none. What was taken flows back one every few seconds, so nobody waits longer than that. */
export async function payPace({ key, burst, everySeconds }: Omit<Pace, "kind">, now: Date, n = 1): Promise<Payment> {
  const leaked = sql`
    least(
      greatest(0, floor(extract(epoch from ${now}::timestamptz - t.window_start) / ${everySeconds}::float8)), 1e9
    )::int`;
  const row = await firstRow(
    clients().primary,
    sql`insert into console.login_throttle as t (id, key, failures, window_start)
        values (${newId(now.getTime())}, ${key}, ${n}, ${now})
        on conflict (key) do update set
          failures = greatest(0, t.failures - ${leaked}) + ${n}::int,
          window_start = case when ${leaked} >= t.failures then ${now}
            else t.window_start + make_interval(secs => ${leaked} * ${everySeconds}::float8) end
        where greatest(0, t.failures - ${leaked}) + ${n}::int <= ${burst}::int
        returning failures`,
    paid,
  );
  return row ?? { waitSeconds: Math.max(1, Math.ceil(everySeconds * n)) };
}

export const pay = (budget: Budget, now: Date): Promise<Payment> =>
  budget.kind === "backoff" ? payBackoff(budget, now) : payPace(budget, now);

/** Gives back one try that was paid for and not used. */
export async function refund({ key }: Budget): Promise<void> {
  await execute(
    clients().primary,
    sql`update console.login_throttle
        set failures = greatest(0, failures - 1), blocked_until = null
        where key = ${key}`,
  );
}

/** After a success a backoff is over. */
export async function forget({ key }: Backoff): Promise<void> {
  await execute(clients().primary, sql`delete from console.login_throttle where key = ${key}`);
}
