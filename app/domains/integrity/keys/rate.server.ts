import { payPace } from "~/access/throttle.server.ts";
import { singleton } from "~/platform/singleton.ts";

/** Requests that this process may answer without asking again: a second's worth, so that a busy key is counted once a second. */
type Lease = { left: number; until: number };
type Leases = { held: Map<string, Lease>; asked: Map<string, Promise<boolean>> };
const LEASE_MS = 1000;
const leases = () => singleton("integrity.leases", (): Leases => ({ held: new Map(), asked: new Map() }));

type Key = { id: string; rate_per_minute: number };
const paceOf = ({ id, rate_per_minute }: Key) => ({
  key: `api-key:${id}`,
  burst: rate_per_minute,
  everySeconds: 60 / rate_per_minute,
});

/** Pays for a second's worth, once for all who come at the same moment: each of them would use up a second by itself. */
function lease(key: Key, several: number, now: Date): Promise<boolean> {
  const { held, asked } = leases();
  const known = asked.get(key.id);
  if (known) return known;
  const asking = payPace(paceOf(key), now, several)
    .then((payment) => {
      if ("waitSeconds" in payment) return false;
      held.set(key.id, { left: several, until: now.getTime() + LEASE_MS });
      return true;
    })
    .finally(() => asked.delete(key.id));
  asked.set(key.id, asking);
  return asking;
}

/** Seconds to wait, or 0 when the request may pass. Counted in the database: a key has one rate, however many processes answer. */
export async function takeRequest(key: Key, now: Date): Promise<number> {
  const several = Math.floor(key.rate_per_minute / 60);
  do {
    const known = leases().held.get(key.id);
    if (known && known.left > 0 && now.getTime() < known.until) {
      known.left--;
      return 0;
    }
  } while (several > 1 && (await lease(key, several, now)));
  const payment = await payPace(paceOf(key), now);
  return "waitSeconds" in payment ? payment.waitSeconds : 0;
}
