import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import type { z } from "zod";
import { isConnectionLoss } from "~/db/retry.ts";
import { AppError, retryAfter } from "~/platform/errors.ts";
import { isUuid } from "~/platform/ids.ts";
import { log } from "~/platform/log.server.ts";
import { problem } from "~/platform/problem.server.ts";
import { attemptClient, type AttemptClient } from "./attempt-client.server.ts";

type Work = { client: AttemptClient; attemptId: string; request: Request; context: unknown; param(name: string): string };

const NO_STORE = { "Content-Type": "application/json", "Cache-Control": "no-store" };

function problemOf(error: unknown, request: Request): Response {
  if (error instanceof Response) return error;
  if (error instanceof AppError) {
    const code = (error.details as { code?: unknown } | undefined)?.code;
    return problem(request, error.status, error.message, retryAfter(error), typeof code === "string" ? { code } : {});
  }
  if (isConnectionLoss(error))
    return problem(request, 503, "The database can't be reached. Send the same again", { "Retry-After": "2" });
  log.error({ err: { message: (error as Error).message, stack: (error as Error).stack } }, "an attempt's endpoint failed");
  return problem(request, 500, "Something went wrong on our side. Send the same again");
}

/** One address of an attempt, by one method: who asks is known, and what is refused is said as a problem. */
export function attemptEndpoint(method: "GET" | "POST", run: (work: Work) => Promise<unknown>) {
  return async ({ request, params, context }: ActionFunctionArgs | LoaderFunctionArgs): Promise<Response> => {
    try {
      if (request.method !== method) return problem(request, 405, `Send this with ${method}`, { Allow: method });
      const attemptId = params["id"] ?? "";
      const client = await attemptClient(request, attemptId);
      if (!isUuid(attemptId)) return problem(request, 404, "Attempt not found");
      const param = (name: string) => {
        const value = params[name] ?? "";
        if (!isUuid(value)) throw problem(request, 404, `There is nothing at ${new URL(request.url).pathname}`);
        return value;
      };
      const answer = await run({ client, attemptId, request, context, param });
      if (answer instanceof Response) return answer;
      return new Response(JSON.stringify(answer), { headers: NO_STORE });
    } catch (error) {
      return problemOf(error, request);
    }
  };
}

/** A body of JSON that fits; an empty one counts as {}. */
export async function readJson<T extends z.ZodType>(request: Request, schema: T): Promise<z.output<T>> {
  let body: unknown;
  try {
    const text = await request.text();
    body = text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    throw problem(request, 400, "The body is not JSON");
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const at = issue.path.join(".");
  throw problem(request, 422, at ? `${at}: ${issue.message}` : issue.message);
}
