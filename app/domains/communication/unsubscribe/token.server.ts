import { z } from "zod";
import { sign, unsign } from "~/access/secrets.server.ts";
import { env } from "~/platform/env.server.ts";

/** So that a signature over something else of ours never ends a subscription. */
const PURPOSE = "unsubscribe.";

const claims = z.object({ c: z.uuid(), u: z.uuid(), t: z.enum(["EXAM", "ASSIGNMENT", "ANNOUNCEMENT", "OTHER"]) });

export type Unsubscribe = { collegeId: string; userId: string; type: z.infer<typeof claims>["t"] };

/** Who is to be told no more, and of what. It never ends: an old mail must still be able to stop the next. */
function signUnsubscribe({ collegeId, userId, type }: Unsubscribe): string {
  const body = Buffer.from(JSON.stringify({ c: collegeId, u: userId, t: type })).toString("base64url");
  return sign(PURPOSE + body).slice(PURPOSE.length);
}

/** Null where it is none of ours, or was changed. */
export function readUnsubscribe(token: string): Unsubscribe | null {
  const text = unsign(PURPOSE + token);
  if (text === null) return null;
  try {
    const { c, u, t } = claims.parse(JSON.parse(Buffer.from(text.slice(PURPOSE.length), "base64url").toString()));
    return { collegeId: c, userId: u, type: t };
  } catch {
    return null;
  }
}

export const unsubscribeUrl = (of: Unsubscribe): string => `${env().INVIGIL_URL}/unsubscribe/${signUnsubscribe(of)}`;
