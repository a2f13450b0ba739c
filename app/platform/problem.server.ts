import { newId } from "./ids.ts";

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

/** RFC 9457: the one shape of every error of the API. */
export function problem(
  request: Request,
  status: number,
  detail: string,
  headers: Record<string, string> = {},
  /** Members beyond the standard's: what a program decides by, where words are for people. */
  more: Record<string, string> = {},
): Response {
  const requestId = request.headers.get("x-request-id") ?? newId();
  const title = TITLES[status] ?? "Internal error";
  return new Response(JSON.stringify({ type: "about:blank", title, status, detail, requestId, ...more }), {
    status,
    headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store", ...headers },
  });
}
