import { endpoint } from "~/access/api.server.ts";
import { inclusion } from "~/access/log/proofs.server.ts";
import { machineClient } from "../machine/machine-client.server.ts";

export const loader = endpoint(
  "audit.read",
  async ({ ctx, url }) => {
    const size = url.searchParams.get("size");
    return Response.json(
      await inclusion({
        ctx,
        input: { index: Number(url.searchParams.get("index") ?? Number.NaN), size: size === null ? undefined : Number(size) },
      }),
    );
  },
  machineClient("audit:read"),
);
