import { data, redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from "@remix-run/node";
import type { Ctx } from "~/db/ctx.ts";
import { writePosition } from "~/db/scope.server.ts";
import { refusalOf, type ActionResult } from "~/platform/action-result.ts";
import { AppError, BadRequest, LoggedOut, messageOf, NotFound, NotHere, retryAfter } from "~/platform/errors.ts";
import { isConnectionLoss } from "~/db/retry.ts";
import { log } from "~/platform/log.server.ts";
import { databaseUnavailable } from "./database-unavailable.server.ts";
import { AFTER, rememberRange, SESSION, setCookie, withRememberedRange } from "./cookies.server.ts";
import { elsewhere, type Elsewhere } from "./elsewhere.server.ts";
import { guard, sessionOf } from "./guard.server.ts";
import type { Permission } from "./policy.ts";
import { ABSOLUTE_HOURS, type StaffSession } from "./session.server.ts";
import { stepUp } from "./step-up.server.ts";

type Work = { ctx: Ctx & { staff: StaffSession }; request: Request; url: URL; params: Record<string, string | undefined> };
/** `seen`: what this page shows was written by others, and this reader's next page must know it too, wherever it is read. */
type Look = Work & { seen(): Promise<void> };

/** Errors of verbs as HTTP, in this one place. */
function toResponse(error: unknown, requestId: string, tenant: Elsewhere | null = null): Response {
  if (error instanceof Response) return error;
  error = databaseUnavailable(error) ?? error;
  if (error instanceof AppError) {
    const notHere = error instanceof NotHere && { notHere: true };
    return new Response(JSON.stringify({ message: error.message, requestId, ...(tenant && { elsewhere: tenant }), ...notHere }), {
      status: error.status,
      headers: { "Content-Type": "application/json", ...retryAfter(error) },
    });
  }
  log.error(
    { requestId, err: error instanceof Error ? { message: error.message, stack: error.stack } : String(error) },
    "a page failed",
  );
  return new Response(JSON.stringify({ message: "Something went wrong on our side. Nothing was changed.", requestId }), {
    status: 500,
    headers: { "Content-Type": "application/json" },
  });
}

const mergeHeaders = (cookies: string[]) => cookies.map((cookie): [string, string] => ["Set-Cookie", cookie]);

/** The reader's next page must see what is written by now. */
async function keepPosition(cookies: string[]): Promise<void> {
  const position = await writePosition().catch(() => null);
  if (position) cookies.push(setCookie(AFTER, position, 60));
}

/** A loader: guarded, with the errors of verbs mapped. */
export function protectedLoader<T>(permission: Permission, run: (work: Look) => Promise<T>) {
  return async ({ request, params, context }: LoaderFunctionArgs): Promise<T> => {
    const cookies: string[] = [];
    let requestId = request.headers.get("x-request-id") ?? "";
    let ctx: Work["ctx"] | null = null;
    try {
      ctx = await guard(request, context, permission);
      requestId = ctx.requestId;
      const shown = await run({ ctx, request, url: withRememberedRange(request), params, seen: () => keepPosition(cookies) });
      const range = rememberRange(request);
      if (range) cookies.push(range);
      return cookies.length > 0 ? (data(shown, { headers: mergeHeaders(cookies) }) as T) : shown;
    } catch (error) {
      const lost = ctx && error instanceof NotFound && params["id"];
      const tenant = lost ? await elsewhere(ctx!, new URL(request.url).pathname, params["id"]!).catch(() => null) : null;
      throw toResponse(error, requestId, tenant);
    }
  };
}

export type Form = {
  get(name: string): string;
  /** Which of the page's own acts was asked for. Anything else is refused: no act is what happens otherwise. */
  intent<const T extends string>(...known: T[]): T;
  all(name: string): string[];
  has(name: string): boolean;
  /** Every field once, as typed: what a schema is given. */
  values(): Record<string, string>;
  data: FormData;
};

function formOf(data: FormData): Form {
  const text = (value: FormDataEntryValue | null) => (typeof value === "string" ? value : "");
  return {
    get: (name) => text(data.get(name)),
    intent: (...known) => {
      const asked = text(data.get("intent"));
      const found = known.find((name) => name === asked);
      if (found === undefined) throw new BadRequest("This page has no such action. Reload it and try again.");
      return found;
    },
    all: (name) => data.getAll(name).map(text),
    has: (name) => data.has(name),
    values: () => Object.fromEntries([...data.keys()].filter((key) => key !== "_proof").map((key) => [key, text(data.get(key))])),
    data,
  };
}

/** A page that sent this by itself is still there, with all that was typed; a browser that navigates has left it. */
const fromScript = (request: Request) => ["cors", "same-origin"].includes(request.headers.get("sec-fetch-mode") ?? "");

/**
 * An action: guarded, refusals returned to the form with what was typed. A field `_proof` (password or code) steps the
 * session up in the same request, so that a destructive form is filled in once.
 */
export function protectedAction<T>(permission: Permission, run: (work: Work & { form: Form }) => Promise<T | Response>) {
  return async ({ request, params, context }: ActionFunctionArgs) => {
    let requestId = request.headers.get("x-request-id") ?? "";
    const cookies: string[] = [];
    let form: Form | undefined;
    try {
      if (fromScript(request) && !(await sessionOf(request, context))) {
        form = formOf(await request.formData());
        throw new LoggedOut();
      }
      let ctx = await guard(request, context, permission);
      requestId = ctx.requestId;
      form = formOf(await request.formData());
      const proof = form.get("_proof");
      if (proof && ctx.session) {
        const { token, at } = await stepUp(ctx, proof);
        cookies.push(setCookie(SESSION, token, ABSOLUTE_HOURS * 3600));
        ctx = { ...ctx, session: { ...ctx.session, stepUpAt: at } };
      }
      const result = await run({ ctx, request, url: new URL(request.url), params, form });
      await keepPosition(cookies);
      if (result instanceof Response) {
        for (const [name, value] of mergeHeaders(cookies)) result.headers.append(name, value);
        return result as never;
      }
      return data<ActionResult<T>>({ ok: true, result }, { headers: mergeHeaders(cookies) });
    } catch (thrown) {
      if (thrown instanceof Response) throw thrown;
      const error = databaseUnavailable(thrown) ?? thrown;
      const known = error instanceof AppError;
      if (!known) log.error({ requestId, err: { message: messageOf(error), stack: (error as Error).stack } }, "an act failed");
      const refusal = refusalOf(
        known
          ? error
          : new AppError(`Something went wrong on our side. Check whether it was saved before you retry. (${requestId})`),
        form?.values(),
      );
      // A commit whose answer was lost may have happened.
      if (known && isConnectionLoss(thrown)) refusal.message += ". Check whether it was saved before you retry.";
      const headers = [...mergeHeaders(cookies), ...Object.entries(retryAfter(error))];
      return data<ActionResult<T>>(refusal, { status: refusal.status, headers });
    }
  };
}

export { redirect };
