import { z } from "zod";
import { sign, unsign } from "~/access/secrets.server.ts";

/** So that a signature over something else of ours never opens an attempt. */
const PURPOSE = "attempt-token.";
const PREFIX = "ivt_";

export const TOKEN_SECONDS = { least: 60, most: 4 * 3600, usual: 3600 };

const claims = z.object({
  /** The attempt and its tenant. */
  a: z.uuid(),
  c: z.uuid(),
  /** The key that asked for it; null for the reference client, which a person of the staff opened. */
  k: z.uuid().nullable(),
  /** Until, in seconds since 1970. */
  x: z.number().int(),
});

export type AttemptToken = { attemptId: string; collegeId: string; keyId: string | null; expiresAt: Date };

/** One attempt, for a while: what a student's browser may hold, where a key of the tenant must never be. */
export function signAttemptToken(token: AttemptToken): string {
  const body = { a: token.attemptId, c: token.collegeId, k: token.keyId, x: Math.floor(token.expiresAt.getTime() / 1000) };
  const signed = sign(PURPOSE + Buffer.from(JSON.stringify(body)).toString("base64url"));
  return PREFIX + signed.slice(PURPOSE.length);
}

/** What a token says, or null where it is not one of ours, was changed, or has run out. */
export function readAttemptToken(token: string, now: Date): AttemptToken | null {
  if (!token.startsWith(PREFIX)) return null;
  const text = unsign(PURPOSE + token.slice(PREFIX.length));
  if (text === null) return null;
  try {
    const parsed = claims.parse(JSON.parse(Buffer.from(text.slice(PURPOSE.length), "base64url").toString()));
    const expiresAt = new Date(parsed.x * 1000);
    return expiresAt > now ? { attemptId: parsed.a, collegeId: parsed.c, keyId: parsed.k, expiresAt } : null;
  } catch {
    return null;
  }
}
