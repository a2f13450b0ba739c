import { endpoint } from "~/access/api.server.ts";
import { ENTRIES_AT_ONCE, entriesByIndex } from "~/access/log/proofs.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { machineClient } from "../machine/machine-client.server.ts";

/** One line of JSON for each index. */
export const loader = endpoint(
  "audit.verify",
  async ({ ctx, url }) => {
    const from = Number(url.searchParams.get("from") ?? 0);
    const to = Number(url.searchParams.get("to") ?? from + 1000);
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to < from)
      throw new Invalid("from and to are whole numbers, from not after to");
    if (to - from > ENTRIES_AT_ONCE) throw new Invalid(`At most ${ENTRIES_AT_ONCE} entries at a time`);
    const entries = await entriesByIndex({ ctx, input: { from, to } });
    await recordAlone(ctx, { action: "audit.read", resource: "audit", details: { from, to } });
    return new Response(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""), {
      headers: { "Content-Type": "application/x-ndjson" },
    });
  },
  machineClient("audit:read"),
);
