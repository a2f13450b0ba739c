import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { newId } from "~/platform/ids.ts";
import { attendanceReport, gradeReport } from "./reports.server.ts";

const db = testDatabase();
let college: string;
let manager: Ctx;
let stranger: Ctx;
const [classId, maths, history, semester] = [newId(), newId(), newId(), newId()];

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  const other = (await makeCollege(db.owner)).id;
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  stranger = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other]), inTenants(other));
  await db.owner.query(`insert into public."class" (id, college_id, name, academic_year) values ($1, $2, 'C', '2026')`, [
    classId,
    college,
  ]);
  await db.owner.query(`insert into public.semester (id, college_id, name, code) values ($1, $2, 'S1', 'S1')`, [
    semester,
    college,
  ]);
  for (const [id, name] of [
    [maths, "Maths"],
    [history, "History"],
  ])
    await db.owner.query(`insert into public.subject (id, college_id, name, code) values ($1, $2, $3::text, $3::text)`, [
      id,
      college,
      name,
    ]);
});

async function makeStudent(name: string): Promise<string> {
  const id = newId();
  await db.owner.query(
    `insert into public."user" (id, college_id, name, email) values ($1::uuid, $2, $3, $1::text || '@s.example')`,
    [id, college, name],
  );
  return id;
}

const grade = (user: string, subject: string, hundredths: number) =>
  db.owner.query(
    `insert into public.grade (id, college_id, user_id, class_id, subject_id, semester_id, grade_date, score) values ($1, $2, $3, $4, $5, $6, '2026-05-01', $7)`,
    [newId(), college, user, classId, subject, semester, hundredths],
  );

describe("the grade report", () => {
  it("averages subjects first, then those averages; ties share a rank and the next one is left out", async () => {
    const [ana, ben, cy, dee] = [
      await makeStudent("Ana"),
      await makeStudent("Ben"),
      await makeStudent("Cy"),
      await makeStudent("Dee"),
    ];
    // Three grades in one subject weigh as much as one in another: (8 + 9 + 10) / 3 = 9, with 5 it is 7.
    for (const score of [800, 900, 1000]) await grade(ana, maths, score);
    await grade(ana, history, 500);
    await grade(ben, maths, 700);
    await grade(cy, maths, 333);
    await grade(cy, history, 334);
    await grade(dee, maths, 900);
    const report = await gradeReport({ ctx: manager, input: { classId, semesterId: semester } });
    expect(report.map((row) => [row.name, row.average, row.rank, row.grades, row.subjects])).toEqual([
      ["Dee", 9, 1, 1, 1],
      ["Ana", 7, 2, 4, 2],
      ["Ben", 7, 2, 1, 1],
      ["Cy", 3.34, 4, 2, 2],
    ]);
    expect(await gradeReport({ ctx: manager, input: { classId, semesterId: newId() } })).toEqual([]);
    expect(await gradeReport({ ctx: stranger, input: { classId } })).toEqual([]);
  });
});

describe("the attendance report", () => {
  it("is the share of days present, of those that were marked, in the days asked for", async () => {
    const eve = await makeStudent("Eve");
    for (const [day, status] of [
      ["2026-03-01", "PRESENT"],
      ["2026-03-02", "PRESENT"],
      ["2026-03-03", "LATE"],
      ["2026-03-04", "ABSENT"],
      ["2026-03-05", "EXCUSED"],
      ["2026-03-06", "ABSENT"],
    ])
      await db.owner.query(
        `insert into public.attendance (id, college_id, user_id, class_id, date, status) values ($1, $2, $3, $4, $5, $6)`,
        [newId(), college, eve, classId, day, status],
      );
    const all = await attendanceReport({ ctx: manager, input: { classId } });
    expect(all).toMatchObject([{ name: "Eve", total: 6, present: 2, absent: 2, late: 1, excused: 1, percentage: 33.33 }]);
    const some = await attendanceReport({ ctx: manager, input: { classId, from: "2026-03-02", to: "2026-03-03" } });
    expect(some).toMatchObject([{ total: 2, present: 1, percentage: 50 }]);
    expect(await attendanceReport({ ctx: stranger, input: { classId } })).toEqual([]);
  });
});
