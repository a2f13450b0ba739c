import { endpoint } from "~/access/api.server.ts";
import { entriesByIndex } from "~/access/log/proofs.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { Invalid } from "~/platform/errors.ts";

const MOST = 10_000;

export const loader = endpoint("audit.verify", async ({ ctx, url }) => {
  const from = Number(url.searchParams.get("from") ?? 0);
  const to = Number(url.searchParams.get("to") ?? from + 1000);
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to < from)
    throw new Invalid("from and to are indices, from not after to");
  if (to - from > MOST) throw new Invalid(`At most ${MOST} entries at a time`);
  const entries = await entriesByIndex({ ctx, input: { from, to } });
  await recordAlone(ctx, { action: "audit.read", resource: "audit", details: { from, to } });
  const text = entries
    .map(({ commitment, salt, ...entry }) =>
      JSON.stringify({ ...entry, commitment: commitment.toString("base64"), salt: salt?.toString("base64") ?? null }),
    )
    .join("\n");
  return new Response(text && `${text}\n`, { headers: { "Content-Type": "application/x-ndjson" } });
});
