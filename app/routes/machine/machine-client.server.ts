import type { Ctx } from "~/db/ctx.ts";
import type { KeyScope } from "~/domains/integrity/keys/api-keys.server.ts";
import { authenticate } from "~/domains/integrity/keys/authenticate.server.ts";
import { takeRequest } from "~/domains/integrity/keys/rate.server.ts";
import { systemClock } from "~/platform/clock.ts";
import { problem } from "~/platform/problem.server.ts";

const MAY: Record<KeyScope, string> = {
  "integrity:write": "send integrity events",
  "attempts:write": "speak for attempts",
  "learning:write": "send learning events",
  "audit:read": "read the audit log",
};

/** Whoever sends a key must have one that is current, has the scope, and is within its limit; null where none is sent. */
export const machineClient =
  (scope: KeyScope) =>
  async (request: Request): Promise<(Ctx & { collegeId: string }) | null> => {
    const header = request.headers.get("authorization");
    if (header === null) return null;
    const token = /^Bearer ([\x21-\x7e]{1,300})$/.exec(header)?.[1];
    const key = token ? await authenticate(token, systemClock) : null;
    if (!key) throw problem(request, 401, "Send a current key: Authorization: Bearer …", { "WWW-Authenticate": "Bearer" });
    if (!key.scopes.includes(scope)) throw problem(request, 403, `This key may not ${MAY[scope]}`);
    const wait = await takeRequest(key, systemClock.now());
    if (wait > 0)
      throw problem(request, 429, `This key may send ${key.rate_per_minute} requests per minute`, {
        "Retry-After": String(wait),
      });
    return {
      actor: { kind: "api-key", id: key.id, name: key.name, email: null, role: "API_KEY" },
      scope: { kind: "tenants", ids: [key.college_id] },
      clock: systemClock,
      requestId: request.headers.get("x-request-id") ?? "",
      tenantTag: key.code,
      collegeId: key.college_id,
    };
  };
