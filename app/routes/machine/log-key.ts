import { signingKey } from "~/audit/keys.server.ts";
import { verifierKey } from "~/audit/note.ts";

/** The key that the log's heads are signed with, for whoever verifies from outside. */
export function loader(): Response {
  const key = signingKey();
  return new Response(`${verifierKey(key.name, key.publicKey)}\n`, {
    headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "public, max-age=300" },
  });
}
