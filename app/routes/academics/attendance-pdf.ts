import { protectedLoader } from "~/access/page.server.ts";
import { printAttendance } from "~/domains/academics/attendance/print.server.ts";

export const loader = protectedLoader("platform.read", async ({ ctx, params, url }) => {
  const { pdf, name } = await printAttendance({
    ctx,
    input: {
      classId: params["id"] ?? "",
      from: url.searchParams.get("from") || undefined,
      to: url.searchParams.get("to") || undefined,
    },
  });
  return new Response(new Uint8Array(pdf), {
    headers: {
      "Content-Type": "application/pdf",
      "Content-Disposition": `attachment; filename="${name}"`,
      "Cache-Control": "no-store",
    },
  });
});
