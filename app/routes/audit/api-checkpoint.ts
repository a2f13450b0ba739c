import { endpoint } from "~/access/api.server.ts";
import { head } from "~/access/log/proofs.server.ts";
import { problem } from "~/platform/problem.server.ts";
import { machineClient } from "../machine/machine-client.server.ts";

export const loader = endpoint(
  "audit.read",
  async ({ ctx, request }) => {
    const { checkpoint } = await head({ ctx, input: {} });
    return checkpoint
      ? new Response(checkpoint.note, { headers: { "Content-Type": "text/plain; charset=utf-8" } })
      : problem(request, 404, "Nothing has been sequenced yet");
  },
  machineClient("audit:read"),
);
