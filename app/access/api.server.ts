import type { LoaderFunctionArgs } from "@remix-run/node";
import type { Ctx } from "~/db/ctx.ts";
import { AppError, TooMany } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { away } from "./away.server.ts";
import { guard } from "./guard.server.ts";
import type { Permission } from "./policy.ts";

const TITLES: Record<number, string> = {
  400: "Bad request",
  401: "Not authenticated",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  422: "Not acceptable",
  429: "Too many requests",
  503: "Not available",
};

/** RFC 9457, as the contract says. */
export function problem(status: number, detail: string, requestId: string, headers: Record<string, string> = {}): Response {
  const title = TITLES[status] ?? "Internal error";
  return new Response(JSON.stringify({ type: "about:blank", title, status, detail, requestId }), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
}

function problemOf(error: unknown, requestId: string): Response {
  if (error instanceof Response)
    return error.status >= 300 && error.status < 400 ? problem(401, "Log in, or send a key", requestId) : error;
  if (error instanceof AppError)
    return problem(
      error.status,
      error.message,
      requestId,
      error instanceof TooMany ? { "Retry-After": String(error.retryAfterSeconds) } : {},
    );
  const unavailable = away(error);
  if (unavailable) return problem(503, unavailable.message, requestId, { "Retry-After": "5" });
  log.error({ requestId, err: (error as Error).stack ?? String(error) }, "an endpoint failed");
  return problem(500, "Something went wrong on our side", requestId);
}

/** A machine endpoint behind a person's session. */
export function endpoint(permission: Permission, run: (work: { ctx: Ctx; url: URL; request: Request }) => Promise<Response>) {
  return async ({ request, context }: LoaderFunctionArgs): Promise<Response> => {
    const requestId = request.headers.get("x-request-id") ?? "";
    try {
      return await run({ ctx: await guard(request, context, permission), url: new URL(request.url), request });
    } catch (error) {
      return problemOf(error, requestId);
    }
  };
}
