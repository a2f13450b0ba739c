import { newId } from "~/platform/ids.ts";

const TITLES: Record<number, string> = {
  400: "The request can't be read",
  401: "A valid API key is needed",
  403: "The key may not do this",
  405: "Not this method",
  413: "Too much at once",
  429: "Too many requests",
  500: "Something went wrong on our side",
  503: "The database can't be reached",
};

/** RFC 9457, the one shape of every error of the API. */
export function problem(request: Request, status: number, detail: string, headers: Record<string, string> = {}): Response {
  const requestId = request.headers.get("x-request-id") ?? newId();
  return new Response(
    JSON.stringify({ type: "about:blank", title: TITLES[status] ?? "The request failed", status, detail, requestId }),
    { status, headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store", ...headers } },
  );
}
