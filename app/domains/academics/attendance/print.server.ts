import { z } from "zod";
import { read, record } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { decimal, plural } from "~/platform/format.ts";
import { printPdf, type Print } from "~/platform/pdf.server.ts";
import { classFacts } from "../class-facts.server.ts";
import { attendanceReport } from "../reports.server.ts";
import { LABEL_OF, STATUSES } from "./marks.ts";

/** So many lines that a term of a class fits; the report says when there are more. */
const MOST = 500;

const dates = z.object({ classId: z.uuid(), from: z.iso.date().optional(), to: z.iso.date().optional() });

/** Each mark that is not "present", with its reason: the details of document 2's report. */
const absences = read({
  name: "reports.absences",
  permission: "platform.read",
  input: dates,
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`select a.date::text as date, a.session, a.status, a.reason, u.name
          from public.attendance a
            join public."user" u on u.id = a.user_id and u.college_id = a.college_id
          where a.class_id = ${input.classId}::uuid
            and a.status <> 'PRESENT'
            and (${input.from ?? null}::date is null or a.date >= ${input.from ?? null}::date)
            and (${input.to ?? null}::date is null or a.date <= ${input.to ?? null}::date)
          order by a.date desc, u.name, a.session
          limit ${MOST + 1}`,
      z.object({
        date: z.string(),
        session: z.string(),
        status: z.enum(STATUSES),
        reason: z.string().nullable(),
        name: z.string(),
      }),
    ),
});

/** The report leaves the console with students' names: the log says who took it. */
const recordPrint = read({
  name: "reports.print_attendance",
  permission: "platform.read",
  on: "primary",
  input: z.object({ classId: z.uuid(), collegeId: z.uuid(), students: z.number() }),
  run: ({ ctx, input }) =>
    record(ctx, {
      action: "report.attendance.export",
      resource: "class",
      resourceId: input.classId,
      collegeId: input.collegeId,
      details: { rows: input.students, format: "pdf" },
    }),
});

export async function printAttendance({
  ctx,
  input,
}: Parameters<typeof attendanceReport>[0]): Promise<{ pdf: Buffer; name: string }> {
  const { class: found } = await classFacts({ ctx, input: { id: input.classId } });
  const students = await attendanceReport({ ctx, input });
  const missed = await absences({ ctx, input });
  await recordPrint({ ctx, input: { classId: input.classId, collegeId: found.college_id, students: students.length } });
  const marks = students.reduce((sum, row) => sum + row.total, 0);
  const present = students.reduce((sum, row) => sum + row.present, 0);
  const between = input.from || input.to ? `${input.from ?? "the beginning"} to ${input.to ?? "today"}` : "All days";
  const print: Print = {
    title: "Attendance report",
    context: [`${found.name} · ${found.academic_year} · ${found.college}`, between],
    claim:
      marks === 0
        ? "No attendance is entered for these days."
        : `${plural(students.length, "student")}, ${decimal((present * 100) / marks, 2)} % of ${plural(marks, "mark")} present.`,
    sections: [
      {
        title: "Students, most absent first",
        lines: students.map(
          (row) =>
            `${row.name}${row.roll_no ? ` (${row.roll_no})` : ""}: ${decimal(row.percentage, 2)} % present. ` +
            `Present ${row.present}, absent ${row.absent}, late ${row.late}, excused ${row.excused}, of ${row.total}.`,
        ),
      },
      {
        title: "Absent, late and excused",
        lines: [
          ...missed
            .slice(0, MOST)
            .map(
              (row) =>
                `${row.date} ${row.session === "FULL" ? "" : `${row.session} `}${row.name}: ${LABEL_OF[row.status].toLowerCase()}${row.reason ? `, ${row.reason}` : ""}`,
            ),
          ...(missed.length > MOST ? [`There are more than ${MOST}. Choose fewer days to see all of them.`] : []),
        ],
      },
    ],
    footer: `${found.name} · Attendance report · ${ctx.clock.now().toISOString().slice(0, 10)}`,
  };
  return { pdf: await printPdf(print, ctx.clock.now()), name: `attendance-${input.classId.slice(-8)}.pdf` };
}
