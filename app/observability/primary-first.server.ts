import type { Ctx } from "~/db/ctx.ts";
import { isUnavailable } from "~/db/retry.ts";
import { observes } from "~/platform/depth.ts";
import { snapshot } from "./current.server.ts";

/**
 * Whether the collector sees the primary away; a page need not wait for a timeout to learn it again. A watched server's
 * primary holds nothing that a page reads: the console's own data is elsewhere.
 */
export const primaryAway = async (): Promise<boolean> =>
  !observes() && ((await snapshot())?.targets.some((target) => target.kind === "primary" && target.reachable === false) ?? false);

/** The primary's word while there is one, else a standby's: what it last received. */
export function primaryFirst<I, R>(
  primary: (work: { ctx: Ctx; input: I }) => Promise<R>,
  anywhere: (work: { ctx: Ctx; input: I }) => Promise<R>,
): (work: { ctx: Ctx; input: I }) => Promise<R> {
  return async (work) => {
    if (await primaryAway()) return anywhere(work);
    try {
      return await primary(work);
    } catch (error) {
      if (isUnavailable(error)) return anywhere(work);
      throw error;
    }
  };
}
