import type { Ctx } from "~/db/ctx.ts";
import { readAttemptToken } from "~/domains/exams/sitting/attempt-token.server.ts";
import { currentKey } from "~/domains/integrity/keys/current.server.ts";
import { systemClock } from "~/platform/clock.ts";
import { env } from "~/platform/env.server.ts";
import { problem } from "~/platform/problem.server.ts";
import { singleton } from "~/platform/singleton.ts";
import { machineClient } from "../machine-client.server.ts";

export type AttemptClient = Ctx & {
  collegeId: string;
  /** Null for the reference client. */
  keyId: string | null;
  /** Whether a browser holds it: then what the request says of the device is the student's. */
  token: { expiresAt: Date } | null;
};

const byKey = machineClient("attempts:write");

/** A browser saves, beats and acknowledges a few times a minute; this many is a fault or an attack. */
const PER_MINUTE = 300;
type Minute = { from: number; asked: number };
const minutes = () => singleton("attempts.minutes", () => new Map<string, Minute>());

function waitOf(attemptId: string, now: number): number {
  if (minutes().size > 50_000) minutes().clear();
  const known = minutes().get(attemptId);
  const minute = known && now - known.from < 60_000 ? known : { from: now, asked: 0 };
  minute.asked++;
  minutes().set(attemptId, minute);
  return minute.asked > PER_MINUTE ? Math.ceil((minute.from + 60_000 - now) / 1000) : 0;
}

const unauthenticated = (request: Request, detail: string) =>
  problem(request, 401, detail, { "WWW-Authenticate": "Bearer" }, { code: "token" });

/** Whoever speaks for an attempt: the tenant's own server by its key, or the student's browser by a token of that attempt. */
export async function attemptClient(request: Request, attemptId: string): Promise<AttemptClient> {
  const bearer = /^Bearer (\S{1,600})$/.exec(request.headers.get("authorization") ?? "")?.[1];
  if (!bearer) throw unauthenticated(request, "Send a key or an attempt token: Authorization: Bearer …");
  if (!bearer.startsWith("ivt_")) {
    const client = await byKey(request);
    if (!client) throw unauthenticated(request, "Send a current key: Authorization: Bearer …");
    return { ...client, keyId: client.actor.id, token: null };
  }
  const token = readAttemptToken(bearer, systemClock.now());
  if (!token) throw unauthenticated(request, "This attempt token is not valid any more. Ask the platform for a new one");
  if (token.attemptId !== attemptId) throw problem(request, 403, "This token is of another attempt");
  const key = token.keyId ? await currentKey(token.keyId, token.collegeId, systemClock) : null;
  if (token.keyId ? !key?.scopes.includes("attempts:write") : !env().REFERENCE_CLIENT)
    throw unauthenticated(request, "The key that this token was issued to is revoked or has expired");
  const wait = waitOf(attemptId, systemClock.now().getTime());
  if (wait > 0)
    throw problem(request, 429, `At most ${PER_MINUTE} requests per minute for one attempt`, { "Retry-After": String(wait) });
  return {
    actor: {
      kind: "api-key",
      id: token.keyId ?? token.attemptId,
      name: key?.name ?? "Reference client",
      email: null,
      role: "API_KEY",
    },
    scope: { kind: "tenants", ids: [token.collegeId] },
    clock: systemClock,
    requestId: request.headers.get("x-request-id") ?? "",
    tenantTag: key?.code,
    collegeId: token.collegeId,
    keyId: token.keyId,
    token: { expiresAt: token.expiresAt },
    address: request.headers.get("x-invigil-address") ?? undefined,
    userAgent: request.headers.get("user-agent") ?? undefined,
  };
}
