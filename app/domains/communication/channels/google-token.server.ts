import { createSign } from "node:crypto";
import { z } from "zod";
import type { ServiceAccount } from "~/platform/service-account.ts";
import { singleton } from "~/platform/singleton.ts";
import { postTo } from "./post.server.ts";

const SCOPE = "https://www.googleapis.com/auth/firebase.messaging";
/** Asked for again a minute before it ends. */
const EARLY_MS = 60_000;

const granted = z.object({ access_token: z.string(), expires_in: z.number() });
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function assertion(account: ServiceAccount, now: number): string {
  const seconds = Math.floor(now / 1000);
  const claims = { iss: account.client_email, scope: SCOPE, aud: account.token_uri, iat: seconds, exp: seconds + 3600 };
  const text = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(account.private_key, "base64url")}`;
}

const held = () => singleton("communication.google_tokens", () => new Map<string, { token: string; until: number }>());

/** The access token of a service account, shared until it ends. */
export async function googleToken(account: ServiceAccount): Promise<string> {
  const now = Date.now();
  const known = held().get(account.client_email);
  if (known && known.until > now) return known.token;
  const answer = await postTo({
    url: account.token_uri,
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: assertion(account, now),
    }).toString(),
    says: (body) => ({ why: String((body as { error_description?: unknown }).error_description ?? "") }),
  });
  const { access_token, expires_in } = granted.parse(answer);
  held().set(account.client_email, { token: access_token, until: now + expires_in * 1000 - EARLY_MS });
  return access_token;
}
