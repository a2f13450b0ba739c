import type { HeadersFunction } from "@remix-run/node";

/** A document answers with what its action says about when to come back. */
export const headers: HeadersFunction = ({ actionHeaders }): Record<string, string> => {
  const wait = actionHeaders.get("Retry-After");
  return wait === null ? {} : { "Retry-After": wait };
};
