import { protectedLoader } from "~/access/page.server.ts";
import { printStatement } from "~/domains/integrity/statement/print.server.ts";

export const loader = protectedLoader("integrity.read", async ({ ctx, params }) => {
  const { pdf, name } = await printStatement({ ctx, input: { attemptId: params["id"] ?? "" } });
  return new Response(new Uint8Array(pdf), {
    headers: { "Content-Type": "application/pdf", "Content-Disposition": `attachment; filename="${name}"` },
  });
});
