import { protectedLoader } from "~/access/page.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { getCampaign } from "~/domains/access-review/campaign.server.ts";
import { campaignCells, campaignPrint } from "~/domains/access-review/report.ts";
import { acrossTenants } from "~/domains/access-review/scope.ts";
import { printPdf } from "~/platform/pdf.server.ts";
import { csvLine } from "~/resources/csv.ts";

/** What was decided in a campaign, to be kept outside of the console: on paper, or for a spreadsheet. */
export const loader = protectedLoader("staff.read", async ({ ctx: own, params, url }) => {
  const ctx = acrossTenants(own);
  const found = await getCampaign({ ctx, input: { id: params["id"] ?? "" } });
  const format = url.pathname.endsWith(".pdf") ? "pdf" : "csv";
  await recordAlone(ctx, {
    action: "campaign.export",
    resource: "access_campaign",
    resourceId: found.campaign.id,
    details: { format, rows: found.rows.length },
  });
  const body =
    format === "pdf"
      ? new Uint8Array(await printPdf(campaignPrint(found, ctx.clock.now()), ctx.clock.now()))
      : campaignCells(found).map(csvLine).join("");
  return new Response(body, {
    headers: {
      "Content-Type": format === "pdf" ? "application/pdf" : "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="access-campaign.${format}"`,
      "Cache-Control": "no-store",
    },
  });
});
