import { z } from "zod";
import { clients } from "~/db/clients.server.ts";
import { one, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";
import { TooMany } from "~/platform/errors.ts";
import { tokenHash } from "./secrets.server.ts";

const WINDOW_MS = 15 * 60_000;
export const ACCOUNT_LIMIT = 10;
const ADDRESS_LIMIT = 100;

/**
 * A guess is paid for before it is checked, in one statement: two hundred at once get ten answers, not two hundred.
 * An account's limit holds per device: a browser that has logged in before has its own, so that a stranger who keeps
 * guessing locks out strangers only.
 */
async function spend(key: string, limit: number, now: Date): Promise<number> {
  const opened = new Date(now.getTime() - WINDOW_MS);
  const row = await one(
    clients().primary,
    sql`insert into console.login_throttle as t (id, key, failures, window_start) values (${newId(now.getTime())}, ${key}, 1, ${now})
        on conflict (key) do update set
          failures = case when t.window_start < ${opened} then 1 else t.failures + 1 end,
          window_start = case when t.window_start < ${opened} then ${now} else t.window_start end
        returning failures, window_start`,
    z.object({ failures: z.number(), window_start: z.date() }),
  );
  if (row!.failures > limit) {
    const wait = Math.max(1, Math.ceil((row!.window_start.getTime() + WINDOW_MS - now.getTime()) / 1000));
    throw new TooMany(`Too many attempts. Try again in ${Math.ceil(wait / 60)} min.`, wait);
  }
  return row!.failures;
}

const accountKey = (email: string, device: string | null) => `account:${tokenHash(email)}:${device ?? "unknown"}`;

export async function payForGuess(guess: { email: string; device: string | null; address: string; now: Date }): Promise<number> {
  await spend(`address:${guess.address}`, ADDRESS_LIMIT, guess.now);
  return spend(accountKey(guess.email, guess.device), ACCOUNT_LIMIT, guess.now);
}

/** The right password gives back what was paid: all of the account's, and this one of the address, which many may share. */
export async function forgiveGuesses(
  guess: { email: string; device: string | null; address: string },
  on: Queryable = clients().primary,
): Promise<number> {
  const row = await one(
    on,
    sql`with address as (update console.login_throttle set failures = greatest(0, failures - 1) where key = ${`address:${guess.address}`})
        delete from console.login_throttle where key = ${accountKey(guess.email, guess.device)} returning failures`,
    z.object({ failures: z.number() }),
  );
  return Math.max(0, (row?.failures ?? 1) - 1);
}
