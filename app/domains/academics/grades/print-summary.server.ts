import { decimal, plural } from "~/platform/format.ts";
import { printPdf } from "~/platform/pdf.server.ts";
import { classFacts } from "../class-facts.server.ts";
import { gradeSummary } from "./summary.server.ts";

/** The summary on paper. Whoever asks for it is recorded by the caller: it holds students' names. */
export async function printSummary({ ctx, input }: Parameters<typeof gradeSummary>[0]): Promise<{
  pdf: Buffer;
  name: string;
  collegeId: string;
  students: number;
}> {
  const { class: found } = await classFacts({ ctx, input: { id: input.classId } });
  const { subjects, students } = await gradeSummary({ ctx, input });
  const pdf = await printPdf(
    {
      title: "Grade summary",
      context: [`${found.name} · ${found.academic_year} · ${found.college}`, input.semesterId ? "One semester" : "All semesters"],
      claim:
        subjects.length === 0
          ? "No grades are entered."
          : `${plural(students.length, "student")} with grades in ${plural(subjects.length, "subject")}.`,
      sections: [
        {
          title: "Subjects",
          lines: subjects.map(
            (row) =>
              `${row.name}: average ${decimal(row.average, 2)} of 10, from ${decimal(row.lowest, 2)} to ${decimal(row.highest, 2)}. ` +
              `${plural(row.students, "student")}, ${plural(row.grades, "grade")}.`,
          ),
        },
        {
          title: "Students",
          lines: students.map((student) => {
            const own = subjects.flatMap((subject) => {
              const found = student.averages[subject.id];
              return found ? [`${subject.name} ${decimal(found.average, 2)} (${found.grades})`] : [];
            });
            return `${student.name}${student.roll_no ? ` (${student.roll_no})` : ""}: ${own.join(", ")}.`;
          }),
        },
      ],
      footer: `${found.name} · Grade summary · ${ctx.clock.now().toISOString().slice(0, 10)}`,
    },
    ctx.clock.now(),
  );
  return { pdf, name: `grades-${input.classId.slice(-8)}.pdf`, collegeId: found.college_id, students: students.length };
}
