import { accessReview, keyReview } from "~/access/log/review.server.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { acrossTenants } from "~/domains/access-review/scope.ts";
import { csvLine } from "~/resources/csv.ts";
import { accessCells } from "./access-cells.ts";

/** Who has access, as a file. */
export const loader = protectedLoader("staff.read", async ({ ctx: own }) => {
  const ctx = acrossTenants(own);
  const [people, keys] = await Promise.all([accessReview({ ctx, input: {} }), keyReview({ ctx, input: {} })]);
  await recordAlone(ctx, { action: "access.export", resource: "staff", details: { rows: people.length + keys.length } });
  return new Response(accessCells(people, keys).map(csvLine).join(""), {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": 'attachment; filename="access-review.csv"',
      "Cache-Control": "no-store",
    },
  });
});
