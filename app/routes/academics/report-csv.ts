import { protectedLoader } from "~/access/page.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { classFacts } from "~/domains/academics/class-facts.server.ts";
import { attendanceReport, gradeReport } from "~/domains/academics/reports.server.ts";
import { csvLine } from "~/resources/csv.ts";
import { ATTENDANCE, GRADES } from "./report-columns.ts";

/** A report of a class as a file. It holds students' names, so the log says who took it. */
export const loader = protectedLoader("platform.read", async ({ ctx, params, url }) => {
  const id = params["id"] ?? "";
  const kind = url.pathname.endsWith("attendance.csv") ? "attendance" : "grades";
  const day = (name: string) => url.searchParams.get(name) || undefined;
  const { class: found } = await classFacts({ ctx, input: { id } });
  const rows: Record<string, unknown>[] =
    kind === "grades"
      ? await gradeReport({ ctx, input: { classId: id } })
      : await attendanceReport({ ctx, input: { classId: id, from: day("from"), to: day("to") } });
  const columns = kind === "grades" ? GRADES : ATTENDANCE;
  await recordAlone(ctx, {
    action: `report.${kind}.export`,
    resource: "class",
    resourceId: id,
    collegeId: found.college_id,
    details: { rows: rows.length },
  });
  const lines = rows.map((row) => csvLine(columns.map((column) => row[column.key])));
  return new Response(csvLine(columns.map((column) => column.label)) + lines.join(""), {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${kind}.csv"`,
      "Cache-Control": "no-store",
    },
  });
});
