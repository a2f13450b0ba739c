import { protectedLoader } from "~/access/page.server.ts";
import { complianceFile } from "~/domains/integrity/compliance/file.server.ts";
import { compliancePrint } from "~/domains/integrity/compliance/print.ts";
import { printPdf } from "~/platform/pdf.server.ts";

/** One file per exam, for people (PDF) and for machines (JSON). */
export const loader = protectedLoader("integrity.read", async ({ ctx, params }) => {
  const file = await complianceFile({ ctx, input: { examId: params["id"] ?? "" } });
  const json = params["format"] === "json";
  const body = json ? JSON.stringify(file, null, 2) : new Uint8Array(await printPdf(compliancePrint(file), file.made));
  return new Response(body, {
    headers: {
      "Content-Type": json ? "application/json" : "application/pdf",
      "Content-Disposition": `attachment; filename="compliance-${file.exam.id}.${json ? "json" : "pdf"}"`,
    },
  });
});
