import type { Ctx, Tx, TxCtx } from "./ctx.ts";
import { withScope } from "./scope.server.ts";

class RolledBack<T> extends Error {
  constructor(readonly result: T) {
    super("rolled back as asked");
  }
}

/** Runs `run` in a transaction of its own, which is committed only if `run` says so at its end. */
export async function commitIf<T>(ctx: Ctx, run: (ctx: TxCtx) => Promise<{ commit: boolean; result: T }>): Promise<T> {
  let undone: RolledBack<T> | null = null;
  try {
    return await withScope({ ...ctx, tx: undefined }, async (inner) => {
      const { commit, result } = await run(inner);
      if (!commit) throw (undone = new RolledBack(result));
      return result;
    });
  } catch (error) {
    if (undone !== null && error === undone) return (error as RolledBack<T>).result;
    throw error;
  }
}

/**
 * Exactly what `run` would do: it is done, looked at, and rolled back. Nothing stays, so a verb inside of it asks nobody to
 * prove who they are; what it may do is asked as ever.
 */
export const dryRun = <T>(ctx: Ctx, run: (ctx: TxCtx) => Promise<T>): Promise<T> =>
  commitIf(ctx, async (inner) => {
    inner.tx.dry = true;
    return { commit: false, result: await run(inner) };
  });

/** Runs `run`; where it fails, what it did is taken back and the transaction goes on. */
export async function inSavepoint<T>(tx: Tx, run: () => Promise<T>): Promise<T> {
  await tx.query({ text: "savepoint attempt" });
  try {
    const result = await run();
    await tx.query({ text: "release savepoint attempt" });
    return result;
  } catch (error) {
    // Released too: one that is only rolled back to stays, and thousands of them slow the transaction down.
    await tx.query({ text: "rollback to savepoint attempt; release savepoint attempt" });
    throw error;
  }
}
