import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Ctx } from "~/db/ctx.ts";
import { Conflict, Forbidden, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeExam } from "../../../../tests/fixtures/exam.ts";
import { gradeBook } from "./book.server.ts";
import { saveGradeBook } from "./save-book.server.ts";
import { gradeSummary } from "./summary.server.ts";

const db = testDatabase();
let college: string;
let classId: string;
let ann: string;
let ben: string;
let manager: Ctx;
let stranger: Ctx;
let auditor: Ctx;
const [maths, history, spring, autumn] = [newId(), newId(), newId(), newId()];

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  const other = (await makeCollege(db.owner)).id;
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  stranger = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other]), inTenants(other));
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), { kind: "all" });
  const exam = await makeExam(db.owner, college, { students: 2 });
  classId = exam.classId;
  [ann, ben] = exam.students as [string, string];
  for (const [table, id, name] of [
    ["subject", maths, "Maths"],
    ["subject", history, "History"],
    ["semester", spring, "Spring"],
    ["semester", autumn, "Autumn"],
  ] as const)
    await db.owner.query(`insert into public.${table} (id, college_id, name, code) values ($1, $2, $3::text, $3::text)`, [
      id,
      college,
      name,
    ]);
});
beforeEach(() => db.owner.query("delete from public.grade"));

const cell = (userId: string, component: string, score: string, version = "", date = "2030-03-01") => ({
  userId,
  component,
  score,
  version,
  date,
  field: `score:${userId}:0`,
});
const save = (cells: ReturnType<typeof cell>[], { ctx = manager, subjectId = maths, semesterId = spring } = {}) =>
  saveGradeBook({ ctx, input: { classId, subjectId, semesterId, cells } });
const open = () => gradeBook({ ctx: manager, input: { classId, collegeId: college, subjectId: maths, semesterId: spring } });
const grades = async (person: string) =>
  (await open()).students.find((student) => student.id === person)!.grades.map((grade) => [grade.component, grade.score]);
const versionOf = async (person: string, component = "Quiz 1") =>
  (await open()).students.find((student) => student.id === person)!.grades.find((grade) => grade.component === component)!
    .version;

describe("a grade book", () => {
  it("takes the grades of a class in one save, changes and clears them, and records each", async () => {
    expect(
      await save([cell(ann, "Quiz 1", "8.5"), cell(ben, "Quiz 1", "10"), cell(ann, "Essay", "0", "", "2030-03-09")]),
    ).toEqual({
      saved: 3,
    });
    expect((await open()).columns).toEqual([
      { component: "Quiz 1", date: "2030-03-01" },
      { component: "Essay", date: "2030-03-09" },
    ]);
    expect(await grades(ann)).toEqual([
      ["Quiz 1", 850],
      ["Essay", 0],
    ]);
    await save([cell(ann, "Quiz 1", "9", await versionOf(ann)), cell(ben, "Quiz 1", "", await versionOf(ben))]);
    expect(await grades(ann)).toContainEqual(["Quiz 1", 900]);
    expect(await grades(ben)).toEqual([]);
    const edited = await db.owner.query("select last_edit_at is not null as edited from public.grade where component = 'Quiz 1'");
    expect(edited.rows).toEqual([{ edited: true }]);
    const { rows } = await db.owner.query<{ body: string }>(
      `select c.body::text from audit.content c join audit.entry e on e.id = c.entry_id
       where e.action = 'grades.save' order by e.at desc limit 1`,
    );
    expect((JSON.parse(rows[0]!.body) as { details: { grades: object[] } }).details.grades).toEqual([
      { user: ann, component: "Quiz 1", from: 850, to: 900 },
      { user: ben, component: "Quiz 1", from: 1000, to: null },
    ]);
  });

  it("of two teachers who save one cell at once takes one, and tells the other what stands there", async () => {
    const both = await Promise.allSettled([save([cell(ann, "Quiz 1", "7")]), save([cell(ann, "Quiz 1", "8")])]);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const lost = both.find((one) => one.status === "rejected") as PromiseRejectedResult;
    expect(lost.reason).toBeInstanceOf(Conflict);
    expect(String(lost.reason)).toMatch(/Quiz 1: [78]\. Reload/);
    const version = await versionOf(ann);
    await save([cell(ann, "Quiz 1", "5", version)]);
    await expect(save([cell(ann, "Quiz 1", "6", version), cell(ben, "Quiz 1", "6")])).rejects.toThrow(Conflict);
    expect(await grades(ben)).toEqual([]);
    // Different cells at once are both kept, and so is a grade that both enter alike.
    await Promise.all([save([cell(ben, "Quiz 1", "6")]), save([cell(ann, "Essay", "6")])]);
    expect(await grades(ben)).toEqual([["Quiz 1", 600]]);
  });

  it.each([
    ["10.01", /from 0 to 10/],
    ["-1", /from 0 to 10/],
    ["8.555", /two decimals/],
    ["good", /two decimals/],
  ])("refuses %s beside its cell, and saves nothing else", async (score, says) => {
    const refused: unknown = await save([cell(ben, "Quiz 1", "9"), cell(ann, "Quiz 1", score)]).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Invalid);
    expect((refused as Invalid).message).toMatch(says);
    expect(Object.keys((refused as Invalid).fields ?? {})).toEqual([`score:${ann}:0`]);
    expect(await grades(ben)).toEqual([]);
  });

  it("refuses a day that is none, a column without a name, and whoever or whatever is not of the class's tenant", async () => {
    await expect(save([cell(ann, "Quiz 1", "8", "", "2030-02-31")])).rejects.toThrow(Invalid);
    await expect(save([cell(ann, " ", "8")])).rejects.toThrow(Invalid);
    await expect(save([cell(newId(), "Quiz 1", "8")])).rejects.toThrow(/not in this class/);
    await expect(save([cell(ann, "Quiz 1", "8")], { subjectId: newId() })).rejects.toThrow(/Choose a subject/);
    await expect(save([cell(ann, "Quiz 1", "8")], { semesterId: newId() })).rejects.toThrow(/Choose a semester/);
    await expect(save([cell(ann, "Quiz 1", "8")], { ctx: stranger })).rejects.toThrow(NotFound);
    await expect(save([cell(ann, "Quiz 1", "8")], { ctx: auditor })).rejects.toThrow(Forbidden);
  });
});

describe("a grade summary", () => {
  it("has each student's average and number of grades in each subject, of a semester or of all", async () => {
    await save([cell(ann, "Quiz 1", "8"), cell(ann, "Quiz 2", "9"), cell(ben, "Quiz 1", "6")]);
    await save([cell(ann, "Quiz 1", "10")], { semesterId: autumn });
    await save([cell(ann, "Quiz 1", "7")], { subjectId: history });
    const of = (semesterId?: string) => gradeSummary({ ctx: manager, input: { classId, semesterId } });
    const inSpring = await of(spring);
    expect(inSpring.subjects).toEqual([
      { id: history, name: "History", students: 1, grades: 1, average: 7, lowest: 7, highest: 7 },
      { id: maths, name: "Maths", students: 2, grades: 3, average: 7.25, lowest: 6, highest: 8.5 },
    ]);
    expect(inSpring.students.find((student) => student.id === ann)!.averages).toEqual({
      [maths]: { average: 8.5, grades: 2 },
      [history]: { average: 7, grades: 1 },
    });
    expect((await of()).students.find((student) => student.id === ann)!.averages[maths]).toEqual({ average: 9, grades: 3 });
    expect((await gradeSummary({ ctx: stranger, input: { classId } })).students).toEqual([]);
  });
});
