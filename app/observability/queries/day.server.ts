import type { TxCtx } from "~/db/ctx.ts";
import { singleton } from "~/platform/singleton.ts";
import { topQueries } from "./top.server.ts";

const KEPT_MS = 10_000;

/** Many pages ask for findings, some of them every few seconds; a day's sums do not change that fast. */
export function statementsOfTheDay(ctx: TxCtx): ReturnType<typeof topQueries> {
  const now = ctx.clock.now();
  const ask = () => topQueries({ ctx, input: { from: new Date(now.getTime() - 86_400_000), to: now, limit: 200 } });
  if (process.env["INVIGIL_PROCESS"] !== "web") return ask();
  const held = singleton<{ at: number; value: Awaited<ReturnType<typeof ask>> | null }>("findings.statements", () => ({
    at: 0,
    value: null,
  }));
  if (held.value && now.getTime() - held.at < KEPT_MS) return Promise.resolve(held.value);
  return ask().then((value) => {
    Object.assign(held, { at: now.getTime(), value });
    return value;
  });
}
