import { protectedLoader } from "~/access/page.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { minutesOf } from "~/examday/room-minutes.server.ts";
import { csvLine } from "~/resources/csv.ts";

/** The minutes as a file. It holds students' names, so the log says who took it. */
export const loader = protectedLoader("exams.live", async ({ ctx, params }) => {
  const { exam, lines } = await minutesOf(ctx, params["id"] ?? "");
  await recordAlone(ctx, {
    action: "exam.export_minutes",
    resource: "exam",
    resourceId: exam.id,
    collegeId: exam.college_id,
    details: { rows: lines.length },
  });
  const rows = lines.map((line) => csvLine([line.at.toISOString(), line.says, line.who, line.students.join("; "), line.note]));
  return new Response(csvLine(["time", "event", "by", "students", "note"]) + rows.join(""), {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="minutes-${exam.id}.csv"`,
      "Cache-Control": "no-store",
    },
  });
});
