import { payPace } from "~/access/throttle.server.ts";
import { singleton } from "~/platform/singleton.ts";

/** Requests that this process may answer without asking again: a second's worth, so that a busy key is counted once a second. */
type Lease = { left: number; until: number };
const LEASE_MS = 1000;
const leases = () => singleton("integrity.leases", () => new Map<string, Lease>());

/** Seconds to wait, or 0 when the request may pass. Counted in the database: a key has one rate, however many processes answer. */
export async function takeRequest(key: { id: string; rate_per_minute: number }, now: Date): Promise<number> {
  const lease = leases().get(key.id);
  if (lease && lease.left > 0 && now.getTime() < lease.until) {
    lease.left--;
    return 0;
  }
  const perMinute = key.rate_per_minute;
  const pace = { key: `api-key:${key.id}`, burst: perMinute, everySeconds: 60 / perMinute };
  const several = Math.floor(perMinute / 60);
  if (several > 1 && !("waitSeconds" in (await payPace(pace, now, several)))) {
    leases().set(key.id, { left: several - 1, until: now.getTime() + LEASE_MS });
    return 0;
  }
  const payment = await payPace(pace, now);
  return "waitSeconds" in payment ? payment.waitSeconds : 0;
}
