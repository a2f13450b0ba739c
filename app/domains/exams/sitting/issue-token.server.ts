import { z } from "zod";
import type { Ctx } from "~/db/ctx.ts";
import { Conflict } from "~/platform/errors.ts";
import { isOpenAttempt } from "../machine.ts";
import { signAttemptToken, TOKEN_SECONDS } from "./attempt-token.server.ts";
import { asClient, findSitting } from "./sitting.server.ts";

export const tokenInput = z.object({
  seconds: z.number().int().min(TOKEN_SECONDS.least).max(TOKEN_SECONDS.most).default(TOKEN_SECONDS.usual),
});

type Issue = { ctx: Ctx; input: { attemptId: string; keyId: string | null } & z.output<typeof tokenInput> };

/** A token of one open attempt, for the browser of the student who sits it. It ends with the key that it was issued to. */
export const issueToken = ({ ctx, input }: Issue) =>
  asClient("sitting.issue_token", ctx, async (inner) => {
    const sitting = await findSitting(inner, input.attemptId);
    if (!isOpenAttempt(sitting.state)) throw new Conflict("This attempt has ended: no token is issued for it", { code: "ended" });
    const expiresAt = new Date(inner.clock.now().getTime() + input.seconds * 1000);
    const token = signAttemptToken({ attemptId: sitting.id, collegeId: sitting.college_id, keyId: input.keyId, expiresAt });
    return { token, expiresAt: expiresAt.toISOString() };
  });
