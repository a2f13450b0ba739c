import type { TxCtx } from "~/db/ctx.ts";
import { Invalid } from "~/platform/errors.ts";
import { askQuestion } from "./ask-question.server.ts";

/** Somebody waits for it, and exams may be running beside it. */
const LIVE_TIMEOUT_MS = 5000;

/** The answer of the running database, or why there is none: what can't be asked now is not saved. */
export async function askNow(ctx: TxCtx, text: string): Promise<number> {
  const asked = await askQuestion(ctx.tx, text, LIVE_TIMEOUT_MS);
  if (asked.value === null) throw new Invalid("This question can't be asked", { sql: [asked.reason] });
  return asked.value;
}
