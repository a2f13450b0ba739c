import type { Ctx } from "~/db/ctx.ts";
import { count } from "~/platform/format.ts";
import { head } from "./proofs.server.ts";

/** One line for the overview: how far the log is proven. */
export async function proofLine(ctx: Ctx): Promise<{ ok: boolean | null; says: string }> {
  const { checkpoint, verification, signed } = await head({ ctx, input: {} });
  if (verification && !verification.ok) return { ok: false, says: "The audit log was changed" };
  if (verification) return { ok: true, says: `Log proven to entry ${count(verification.size)}` };
  return {
    ok: signed ? null : false,
    says: checkpoint ? `Log signed to entry ${count(checkpoint.size)}` : "Log not sequenced yet",
  };
}
