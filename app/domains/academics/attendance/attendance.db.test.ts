import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeExam } from "../../../../tests/fixtures/exam.ts";
import type { Ctx } from "~/db/ctx.ts";
import { Conflict, Forbidden, Invalid, NotFound } from "~/platform/errors.ts";
import { attendanceByGrade } from "./by-grade.server.ts";
import { classRegister } from "./register.server.ts";
import { saveRegister } from "./save-register.server.ts";

const db = testDatabase();
const DAY = "2026-03-02";
let college: string;
let manager: Ctx;
let stranger: Ctx;
let auditor: Ctx;

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  const other = (await makeCollege(db.owner)).id;
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  stranger = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other]), inTenants(other));
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), { kind: "all" });
});

async function makeClass(fields: Record<string, string> = {}): Promise<{ classId: string; students: string[] }> {
  const { classId, students } = await makeExam(db.owner, college, { students: 3 });
  await db.owner.query("update public.enrollment set enrolled_at = '2026-01-05' where class_id = $1", [classId]);
  for (const [column, value] of Object.entries(fields))
    await db.owner.query(`update public.class set ${column} = $2 where id = $1`, [classId, value]);
  return { classId, students };
}

type Cell = Parameters<typeof saveRegister>[0]["input"]["cells"][number];
const mark = (userId: string, session: Cell["session"], status: Cell["status"], more: Partial<Cell> = {}): Cell => ({
  userId,
  session,
  status,
  version: "",
  ...more,
});
const save = (classId: string, cells: Cell[], { ctx = manager, date = DAY } = {}) =>
  saveRegister({ ctx, input: { classId, date, cells } });
const open = (classId: string, date = DAY) => classRegister({ ctx: manager, input: { classId, date } });
const shown = async (classId: string) =>
  (await open(classId)).students.map((student) =>
    student.marks.map((row) => `${row.session} ${row.status} ${row.reason}`.trim()),
  );

describe("a register", () => {
  it("takes a class's day in one save, changes it in another, and records who was what", async () => {
    const { classId, students } = await makeClass();
    const [ann, ben, cy] = students as [string, string, string];
    await db.owner.query(
      "insert into public.semester (id, college_id, name, code, starts_on, ends_on) values (gen_random_uuid(), $1, 'S', 'S-spring', '2026-01-01', '2026-06-30')",
      [college],
    );
    const first = await save(classId, [
      mark(ann, "AM", "PRESENT"),
      mark(ann, "PM", "PRESENT"),
      mark(ben, "AM", "ABSENT", { reason: "Ill" }),
      mark(cy, "AM", ""),
    ]);
    expect(first).toEqual({ saved: 3 });
    expect(await shown(classId)).toEqual([["AM PRESENT", "PM PRESENT"], ["AM ABSENT Ill"], []]);
    const { students: seen } = await open(classId);
    const [was] = seen[1]!.marks;
    await save(classId, [mark(ben, "AM", "EXCUSED", { reason: "A note came", version: was!.version })]);
    await save(classId, [mark(ann, "PM", "", { version: seen[0]!.marks[1]!.version })]);
    expect(await shown(classId)).toEqual([["AM PRESENT"], ["AM EXCUSED A note came"], []]);
    const { rows } = await db.owner.query(
      `select a.recorded_by, s.code
       from public.attendance a
         left join public.semester s on s.id = a.semester_id
       where a.class_id = $1 and a.user_id = $2`,
      [classId, ben],
    );
    expect(rows).toEqual([{ recorded_by: manager.actor.name, code: "S-spring" }]);
    const { rows: entries } = await db.owner.query<{ body: string }>(
      "select c.body from audit.entry e join audit.content c on c.entry_id = e.id where e.resource_id = $1 order by e.id",
      [classId],
    );
    expect(JSON.parse(entries[1]!.body)).toMatchObject({
      details: { date: DAY, marks: [{ user: ben, session: "AM", from: "ABSENT", to: "EXCUSED" }] },
    });
  });

  it("says whose mark was changed in the meantime, and saves nothing of the rest", async () => {
    const { classId, students } = await makeClass();
    const [ann, ben] = students as [string, string];
    await save(classId, [mark(ann, "AM", "ABSENT")]);
    await expect(save(classId, [mark(ann, "AM", "PRESENT"), mark(ben, "AM", "PRESENT")])).rejects.toThrow(
      /Student 1 .*, AM: absent by .* in the meantime/,
    );
    expect(await shown(classId)).toEqual([["AM ABSENT"], [], []]);
    // What both entered alike is no conflict.
    await expect(save(classId, [mark(ann, "AM", "ABSENT"), mark(ben, "AM", "PRESENT")])).resolves.toEqual({ saved: 1 });
  });

  it("is saved by one of two at the same moment", async () => {
    const { classId, students } = await makeClass();
    // Both have read by the time that either may write.
    await db.owner.query("begin");
    await db.owner.query("select from public.class where id = $1 for update", [classId]);
    const saves = (["ABSENT", "LATE"] as const).map((status) =>
      save(classId, [mark(students[0]!, "FULL", status), mark(students[1]!, "FULL", status)]),
    );
    const waiting = "select from pg_locks where not granted and locktype in ('tuple', 'transactionid')";
    await expect.poll(async () => (await db.owner.query(waiting)).rowCount, { timeout: 20_000 }).toBe(2);
    await db.owner.query("commit");
    const results = await Promise.allSettled(saves);
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const result of results) if (result.status === "rejected") expect(result.reason).toBeInstanceOf(Conflict);
    const [first, second] = await shown(classId);
    expect(first).toEqual(second);
  });

  it("is of halves or of a whole day, not of both", async () => {
    const { classId, students } = await makeClass();
    await save(classId, [mark(students[0]!, "FULL", "PRESENT")]);
    expect(await open(classId)).toMatchObject({ parts: "whole", fixed: true, sessions: ["FULL"] });
    await expect(save(classId, [mark(students[1]!, "AM", "PRESENT")])).rejects.toThrow(/in halves already, or as a whole/);
  });

  it("is not of the future, of another class or tenant, of who was not there, or by who may not", async () => {
    const { classId, students } = await makeClass({ starts_on: "2026-02-01" });
    const { students: others } = await makeClass();
    const cells = [mark(students[0]!, "AM", "PRESENT")];
    await expect(save(classId, cells, { date: "2099-01-01" })).rejects.toThrow(/in the future/);
    await expect(save(classId, cells, { date: "2026-01-10" })).rejects.toThrow(/has no lessons on 2026-01-10/);
    await expect(save(classId, [mark(others[0]!, "AM", "PRESENT")])).rejects.toThrow(/was not in Class/);
    await expect(save(classId, [])).rejects.toBeInstanceOf(Invalid);
    await expect(save(classId, cells, { ctx: stranger })).rejects.toBeInstanceOf(NotFound);
    await expect(save(classId, cells, { ctx: auditor })).rejects.toBeInstanceOf(Forbidden);
    await db.owner.query("update public.enrollment set enrolled_at = '2026-05-01' where user_id = $1", [students[0]]);
    await expect(save(classId, cells)).rejects.toThrow(/was not in Class/);
    expect((await open(classId)).students).toHaveLength(2);
  });

  it("ends today where the college is, not where the server is", async () => {
    const { classId } = await makeClass();
    const at = { ...manager, clock: { now: () => new Date("2026-03-02T20:00:00Z") } };
    await db.owner.query("update public.college set time_zone = 'Asia/Phnom_Penh' where id = $1", [college]);
    expect((await classRegister({ ctx: at, input: { classId } })).today).toBe("2026-03-03");
    await db.owner.query("update public.college set time_zone = 'UTC' where id = $1", [college]);
    await expect(classRegister({ ctx: at, input: { classId, date: "2026-03-03" } })).rejects.toBeInstanceOf(Invalid);
  });
});

describe("attendance by grade and section", () => {
  it("counts students and marks between two days, and the share of those present", async () => {
    const { classId, students } = await makeClass({ grade: "7", section: "B" });
    const [ann, ben] = students as [string, string];
    await save(classId, [mark(ann, "AM", "PRESENT"), mark(ann, "PM", "PRESENT"), mark(ben, "AM", "ABSENT")]);
    await save(classId, [mark(ann, "AM", "LATE")], { date: "2026-03-03" });
    const of = async (from: string, to: string) =>
      (await attendanceByGrade({ ctx: manager, input: { from, to } })).filter((row) => row.grade === "7");
    expect(await of(DAY, DAY)).toEqual([
      expect.objectContaining({ section: "B", students: 2, present: 2, absent: 1, late: 0, total: 3, percentage: 66.67 }),
    ]);
    expect(await of(DAY, "2026-03-03")).toEqual([expect.objectContaining({ late: 1, total: 4, percentage: 50 })]);
    expect(await attendanceByGrade({ ctx: stranger, input: { from: DAY, to: DAY } })).toEqual([]);
  });
});
