import { protectedLoader } from "~/access/page.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { printSummary } from "~/domains/academics/grades/print-summary.server.ts";

export const loader = protectedLoader("platform.read", async ({ ctx, params, url }) => {
  const id = params["id"] ?? "";
  const { pdf, name, collegeId, students } = await printSummary({
    ctx,
    input: { classId: id, semesterId: url.searchParams.get("semester") || undefined },
  });
  await recordAlone(ctx, {
    action: "report.grade_summary.export",
    resource: "class",
    resourceId: id,
    collegeId,
    details: { rows: students, format: "pdf" },
  });
  return new Response(new Uint8Array(pdf), {
    headers: {
      "Content-Type": "application/pdf",
      "Content-Disposition": `attachment; filename="${name}"`,
      "Cache-Control": "no-store",
    },
  });
});
