import { protectedLoader } from "~/access/page.server.ts";
import { incidentReport } from "~/examday/incident-report.server.ts";

export const loader = protectedLoader("database.read", async ({ ctx, params }) => {
  const { pdf, name } = await incidentReport({ ctx, input: { id: params["id"] ?? "" } });
  return new Response(new Uint8Array(pdf), {
    headers: {
      "Content-Type": "application/pdf",
      "Content-Disposition": `attachment; filename="${name}"`,
      "Cache-Control": "no-store",
    },
  });
});
