import { logVerifierKey } from "~/audit/keys.server.ts";

/** The key that the log's heads are signed with, for whoever verifies from outside. */
export function loader(): Response {
  return new Response(`${logVerifierKey()}\n`, {
    headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "public, max-age=300" },
  });
}
