import type { LoaderFunctionArgs } from "@remix-run/node";
import type { Ctx } from "~/db/ctx.ts";
import { AppError, TooMany } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { problem } from "~/platform/problem.server.ts";
import { databaseUnavailable } from "./database-unavailable.server.ts";
import { guard } from "./guard.server.ts";
import type { Permission } from "./policy.ts";

function problemOf(error: unknown, request: Request): Response {
  if (error instanceof Response)
    return error.status >= 300 && error.status < 400 ? problem(request, 401, "Log in, or send a key") : error;
  if (error instanceof AppError)
    return problem(
      request,
      error.status,
      error.message,
      error instanceof TooMany ? { "Retry-After": String(error.retryAfterSeconds) } : {},
    );
  const unavailable = databaseUnavailable(error);
  if (unavailable) return problem(request, 503, unavailable.message, { "Retry-After": "5" });
  log.error(
    { requestId: request.headers.get("x-request-id"), err: (error as Error).stack ?? String(error) },
    "an endpoint failed",
  );
  return problem(request, 500, "Something went wrong on our side");
}

/** Who sends this request by a key of a machine client, or null where it carries none. */
type MachineClient = (request: Request) => Promise<Ctx | null>;

/** A machine endpoint behind a person's session or, where machine clients may use it, a key. */
export function endpoint(
  permission: Permission,
  run: (work: { ctx: Ctx; url: URL; request: Request }) => Promise<Response>,
  machineClient?: MachineClient,
) {
  return async ({ request, context }: LoaderFunctionArgs): Promise<Response> => {
    try {
      const ctx = (await machineClient?.(request)) ?? (await guard(request, context, permission));
      return await run({ ctx, url: new URL(request.url), request });
    } catch (error) {
      return problemOf(error, request);
    }
  };
}
