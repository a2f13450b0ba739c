import { protectedLoader } from "~/access/page.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { classFacts } from "~/domains/academics/class-facts.server.ts";
import { gradeSummary } from "~/domains/academics/grades/summary.server.ts";
import { csvLine } from "~/resources/csv.ts";

/** A line for each student and subject. It holds students' names, so the log says who took it. */
export const loader = protectedLoader("platform.read", async ({ ctx, params, url }) => {
  const id = params["id"] ?? "";
  const { class: found } = await classFacts({ ctx, input: { id } });
  const { subjects, students } = await gradeSummary({
    ctx,
    input: { classId: id, semesterId: url.searchParams.get("semester") || undefined },
  });
  await recordAlone(ctx, {
    action: "report.grade_summary.export",
    resource: "class",
    resourceId: id,
    collegeId: found.college_id,
    details: { rows: students.length, format: "csv" },
  });
  const lines = students.flatMap((student) =>
    subjects.flatMap((subject) => {
      const average = student.averages[subject.id];
      return average ? [csvLine([student.name, student.roll_no, subject.name, average.average, average.grades])] : [];
    }),
  );
  return new Response(csvLine(["Student", "Roll number", "Subject", "Average", "Grades"]) + lines.join(""), {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": 'attachment; filename="grade-summary.csv"',
      "Cache-Control": "no-store",
    },
  });
});
