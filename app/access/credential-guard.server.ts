import { recordAlone, type Act } from "~/audit/record.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { TooMany } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { subscriberOf } from "./network.ts";
import { tokenHash } from "./secrets.server.ts";
import { forget, pay, refund, type Backoff, type Budget } from "./throttle.server.ts";

/**
 * The one door to every check of a secret: password, code, recovery code, reset link. A guess is paid for before it is
 * checked, so two hundred at once are not two hundred checks; a wrong one is recorded; a right one gets its cost back.
 */
export type Guess = { budgets: Budget[]; failed: (failures: number) => Act };

/** Wrong tries at one account by strangers, before they are let through once a minute only. */
export const ACCOUNT_BURST = 20;
/** Tries before each further one waits twice as long. */
export const FREE_TRIES = 5;
const LONGEST_WAIT_SECONDS = 300;
/** A code has six digits only, and whoever guesses it has the password already. */
const LONGEST_WAIT_FOR_CODE_SECONDS = 900;

const backoff = (key: string, capSeconds = LONGEST_WAIT_SECONDS): Backoff => ({
  kind: "backoff",
  key,
  free: FREE_TRIES,
  capSeconds,
});

/**
 * A password at the login page. A browser that has logged in to this account before has a budget of its own, which
 * strangers can't spend. Of strangers, each address pays for itself; an account can be guessed at from many addresses, and an
 * address (a campus, say) be used by many people, so both have a pace as well: slow for a guesser, never shut for the others.
 */
export function loginBudgets(login: { email: string; device: string | null; address?: string; familiar: boolean }): Budget[] {
  const account = tokenHash(login.email);
  if (login.device) return [backoff(`login:${account}:${login.device}`)];
  const from = subscriberOf(login.address);
  return [
    backoff(`login:${account}@${from}`),
    ...(login.familiar ? [] : [{ kind: "pace", key: `account:${account}`, burst: ACCOUNT_BURST, everySeconds: 60 } as const]),
    { kind: "pace", key: `address:${from}`, burst: 200, everySeconds: 1, shared: true },
  ];
}

/** A code after the password: by account, whoever asks, except that a known browser has its own. */
export const codeBudgets = (staffId: string, device: string | null): Budget[] => [
  backoff(`code:${staffId}:${device ?? "unknown"}`, LONGEST_WAIT_FOR_CODE_SECONDS),
];

/** A secret that someone who is logged in proves again: one budget for all forms that ask for it. */
export const sessionBudgets = (staffId: string, sessionId: string): Budget[] => [backoff(`secret:${staffId}:${sessionId}`)];

export const resetLinkBudgets = (address: string | undefined): Budget[] => [
  { kind: "pace", key: `reset:${subscriberOf(address)}`, burst: 20, everySeconds: 60 },
];

const inWords = (seconds: number) => (seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`);

async function payAll(ctx: Ctx, budgets: Budget[]): Promise<number> {
  const spent: Budget[] = [];
  let failures = 0;
  for (const budget of budgets) {
    const payment = await pay(budget, ctx.clock.now());
    if ("waitSeconds" in payment) {
      await Promise.all(spent.map(refund));
      log.warn({ requestId: ctx.requestId, address: ctx.address, limit: budget.key.split(":")[0] }, "a guess was throttled");
      throw new TooMany(`Too many attempts. Try again in ${inWords(payment.waitSeconds)}.`, payment.waitSeconds);
    }
    if (!(budget.kind === "pace" && budget.shared)) failures = Math.max(failures, payment.failures);
    spent.push(budget);
  }
  return failures;
}

/** What the check found, told how many wrong tries came before; null when the secret is wrong, which is then on record. */
export async function guardSecret<T>(
  ctx: Ctx,
  guess: Guess,
  check: (failedBefore: number) => Promise<T | null>,
): Promise<T | null> {
  const failures = await payAll(ctx, guess.budgets);
  let value: T | null;
  try {
    value = await check(failures - 1);
  } catch (error) {
    // Nothing was learned of the secret.
    await Promise.all(guess.budgets.map(refund)).catch(() => undefined);
    throw error;
  }
  if (value === null) {
    await recordAlone(ctx, guess.failed(failures));
    return null;
  }
  for (const budget of guess.budgets) await (budget.kind === "backoff" ? forget(budget) : refund(budget));
  return value;
}
