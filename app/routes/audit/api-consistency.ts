import { endpoint } from "~/access/api.server.ts";
import { consistency } from "~/access/log/proofs.server.ts";
import { machineClient } from "../machine/machine-client.server.ts";

export const loader = endpoint(
  "audit.read",
  async ({ ctx, url }) =>
    Response.json(
      await consistency({
        ctx,
        input: { from: Number(url.searchParams.get("from") ?? Number.NaN), to: Number(url.searchParams.get("to") ?? Number.NaN) },
      }),
    ),
  machineClient("audit:read"),
);
