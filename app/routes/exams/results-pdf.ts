import { protectedLoader } from "~/access/page.server.ts";
import { printResults } from "~/domains/exams/results/print.server.ts";

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => {
  const examId = params["id"] ?? "";
  return new Response(new Uint8Array(await printResults({ ctx, input: { examId } })), {
    headers: {
      "Content-Type": "application/pdf",
      "Content-Disposition": `attachment; filename="results-${examId.slice(-8)}.pdf"`,
      "Cache-Control": "no-store",
    },
  });
});
