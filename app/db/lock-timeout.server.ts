import type { TxCtx } from "./ctx.ts";
import { codeOf } from "./retry.ts";

const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Reads what someone else may hold exclusively, if it can be had within `ms`; null says that it is held. The transaction
 * goes on either way: a page about an incident must not wait for the incident.
 */
export async function unlessLocked<T>(ctx: TxCtx, ms: number, readIt: () => Promise<T>): Promise<T | null> {
  await ctx.tx.query({ text: `savepoint patience; set local lock_timeout = ${Math.round(ms)}` });
  try {
    const result = await readIt();
    await ctx.tx.query({ text: "release savepoint patience; set local lock_timeout to default" });
    return result;
  } catch (error) {
    if (codeOf(error) !== LOCK_NOT_AVAILABLE) throw error;
    await ctx.tx.query({ text: "rollback to savepoint patience" });
    return null;
  }
}
