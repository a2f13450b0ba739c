import { beforeAll, describe, expect, it } from "vitest";
import { SESSION } from "~/access/cookies.server.ts";
import type { Role } from "~/access/policy.ts";
import { createSession } from "~/access/session.server.ts";
import { withScope } from "~/db/scope.server.ts";
import { newId } from "~/platform/ids.ts";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { makeExam } from "../../../tests/fixtures/exam.ts";
import { loader as report } from "./report-csv.ts";
import { loader as summaryCsv } from "./summary-csv.ts";
import { loader as summaryPdf } from "./summary-pdf.ts";

// The files of a class's reports: as files, to those who may see its students, and in the log.
const db = testDatabase();
let college: string;
let classId: string;

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  const exam = await makeExam(db.owner, college, { students: 1 });
  classId = exam.classId;
  const [student, subject, semester] = [exam.students[0]!, newId(), newId()];
  await db.owner.query(`update public."user" set name = '=Ann, "A"', roll_no = 'R1' where id = $1`, [student]);
  await db.owner.query("insert into public.subject (id, college_id, name, code) values ($1, $2, 'Maths', 'M')", [
    subject,
    college,
  ]);
  await db.owner.query("insert into public.semester (id, college_id, name, code) values ($1, $2, 'S', 'S')", [semester, college]);
  for (const score of [800, 900])
    await db.owner.query(
      `insert into public.grade (id, college_id, user_id, class_id, subject_id, semester_id, grade_date, score)
       values ($1, $2, $3, $4, $5, $6, '2030-03-01', $7)`,
      [newId(), college, student, classId, subject, semester, score],
    );
  for (const [day, status] of [
    ["2030-03-01", "PRESENT"],
    ["2030-03-02", "ABSENT"],
  ])
    await db.owner.query(
      "insert into public.attendance (id, college_id, user_id, class_id, date, status) values ($1, $2, $3, $4, $5, $6)",
      [newId(), college, student, classId, day, status],
    );
});

async function cookieOf(role: Role, colleges: string[]): Promise<string> {
  const staff = await makeStaff(db.owner, role, colleges);
  const ctx = ctxFor(staff, colleges.length > 0 ? inTenants(...colleges) : everywhere);
  const { token } = await withScope(ctx, (inner) =>
    createSession(inner, staff.id, { secondFactor: true, stepUp: false, risk: [] }),
  );
  await db.owner.query("update console.staff set totp_confirmed_at = now() where id = $1", [staff.id]);
  return `${SESSION}=${token}`;
}

type Loader = typeof report;
async function fetched(loader: Loader, file: string, cookie: string): Promise<Response> {
  const request = new Request(`http://127.0.0.1/academics/classes/${classId}/${file}`, { headers: { Cookie: cookie } });
  try {
    return (await loader({ request, params: { id: classId }, context: {} })) as Response;
  } catch (thrown) {
    return thrown as Response;
  }
}
const actions = async () =>
  (
    await db.owner.query<{ action: string }>("select action from audit.entry where action like 'report.%' order by action")
  ).rows.map((row) => row.action);

describe("a report of a class as a file", () => {
  it("is CSV that a spreadsheet does not run, with what the page shows, and stands in the log", async () => {
    const cookie = await cookieOf("AUDITOR", []);
    const grades = await fetched(report, "grades.csv", cookie);
    expect(grades.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    expect(grades.headers.get("Content-Disposition")).toBe('attachment; filename="grades.csv"');
    expect((await grades.text()).split("\r\n").slice(0, 2)).toEqual([
      "Rank,Student,Roll number,Average,Subjects,Grades",
      `1,"'=Ann, ""A""",R1,8.5,1,2`,
    ]);
    const one = await fetched(report, "attendance.csv?from=2030-03-02&to=2030-03-02", cookie);
    expect((await one.text()).split("\r\n")[1]).toMatch(/,R1,0,0,1,0,0,1$/);
    const summary = await fetched(summaryCsv, "summary.csv", cookie);
    expect((await summary.text()).split("\r\n").slice(0, 2)).toEqual([
      "Student,Roll number,Subject,Average,Grades",
      `"'=Ann, ""A""",R1,Maths,8.5,2`,
    ]);
    const pdf = await fetched(summaryPdf, "summary.pdf", cookie);
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe("%PDF-");
    expect(await actions()).toEqual([
      "report.attendance.export",
      "report.grade_summary.export",
      "report.grade_summary.export",
      "report.grades.export",
    ]);
  });

  it("is not given to another tenant, to an SRE, or without a login", async () => {
    const other = (await makeCollege(db.owner)).id;
    const before = await actions();
    for (const [loader, file] of [
      [report, "grades.csv"],
      [report, "attendance.csv"],
      [summaryCsv, "summary.csv"],
      [summaryPdf, "summary.pdf"],
    ] as const) {
      expect((await fetched(loader, file, await cookieOf("TENANT_MANAGER", [other]))).status, file).toBe(404);
      expect((await fetched(loader, file, await cookieOf("SRE", []))).status, file).toBe(403);
      expect((await fetched(loader, file, "x=y")).status, file).toBe(302);
    }
    expect(await actions()).toEqual(before);
  });
});
