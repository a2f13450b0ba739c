import { endpoint, problem } from "~/access/api.server.ts";
import { head } from "~/access/log/proofs.server.ts";

export const loader = endpoint("audit.read", async ({ ctx }) => {
  const { checkpoint } = await head({ ctx, input: {} });
  return checkpoint
    ? new Response(checkpoint.note, { headers: { "Content-Type": "text/plain; charset=utf-8" } })
    : problem(404, "Nothing has been sequenced yet", ctx.requestId);
});
