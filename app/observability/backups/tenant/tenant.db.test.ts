import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Ctx } from "~/db/ctx.ts";
import { installQueue } from "~/jobs/boss.server.ts";
import type { JobRun } from "~/jobs/work.server.ts";
import { newId } from "~/platform/ids.ts";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, type MadeExam } from "../../../../tests/fixtures/exam.ts";
import { startOwnCluster, type OwnCluster } from "../../../../tests/fixtures/own-cluster.ts";
import { takeBackup } from "../take.server.ts";
import { askComparison } from "./ask-comparison.server.ts";
import { askPutBack, askUndo } from "./ask-put-back.server.ts";
import { compareJob } from "./compare-job.server.ts";
import { forgetComparisons } from "./forget-comparisons.server.ts";
import { putBackJob } from "./put-back-job.server.ts";

// A real backup, a real server on the restored copy. Breaks when a row comes back that must not, or one that must does not.
let home: OwnCluster;
let owner: pg.Client;
let boss: Ctx;
let college: string;
let other: string;
let exam: MadeExam;
let whole: MadeExam;
let answered: string;
let payment: string;
let moment: Date;
const reason = "An import removed a class by mistake";

const q = async <T extends pg.QueryResultRow = Record<string, unknown>>(text: string, values: unknown[] = []) =>
  (await owner.query<T>(text, values)).rows;
const one = async (text: string, values: unknown[] = []) => (await q(text, values))[0]!;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(look: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await look()); await pause(20))
    if (Date.now() > end) throw new Error("it did not come to this");
}

/** The job that a verb has asked for, run here. */
const run = async (
  handler: typeof compareJob,
  input: Record<string, unknown>,
  progress: JobRun["progress"] = async () => undefined,
) => handler({ id: newId(), input, ctx: boss, progress });

async function compare(at = moment): Promise<string> {
  const { id } = await askComparison({ ctx: boss, input: { collegeId: college, moment: at.toISOString(), reason } });
  await run(compareJob, { comparisonId: id });
  return id;
}

async function putBack(comparisonId: string, picks: string[], of: { person?: string; exam?: string } = {}): Promise<string> {
  const { id } = await askPutBack({ ctx: boss, input: { comparisonId, picks, reason, ...of } });
  await run(putBackJob, { runId: id });
  return id;
}

async function undo(runId: string): Promise<string> {
  const { id } = await askUndo({ ctx: boss, input: { runId, reason: "It was the wrong class" } });
  await run(putBackJob, { runId: id });
  return id;
}

const differences = (id: string) =>
  q<{ table_name: string; row_id: string; kind: string; state: string; conflict: string | null; columns: string[] }>(
    "select table_name, row_id, kind, state, conflict, columns from console.restore_difference where comparison_id = $1",
    [id],
  );
const stateOf = async (id: string, table: string, row: string) =>
  (await differences(id)).find((line) => line.table_name === table && line.row_id === row);

/** Every row of every table of a tenant, as text: byte for byte. */
async function everything(collegeId: string): Promise<string> {
  const tables = await q<{ name: string }>(
    `select c.relname as name
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'college_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1`,
  );
  const parts: string[] = [];
  for (const { name } of tables)
    for (const row of await q(`select t.xmin::text || t::text as row from public."${name}" t where college_id = $1 order by id`, [
      collegeId,
    ]))
      parts.push(`${name} ${String(row["row"])}`);
  return parts.join("\n");
}

beforeAll(async () => {
  home = await startOwnCluster();
  owner = home.owner;
  const maintenance = new pg.Client({ connectionString: home.cluster.urls.owner });
  await maintenance.connect();
  await installQueue(maintenance);
  await maintenance.end();
  boss = ctxFor(await makeStaff(owner, "SUPER_ADMIN"), everywhere);
  college = (await makeCollege(owner)).id;
  other = (await makeCollege(owner)).id;
  exam = await makeExam(owner, college, { students: 4 });
  whole = await makeExam(owner, college, { students: 2, status: "CLOSED" });
  await makeExam(owner, other, { students: 3 });
  answered = await makeAttempt(owner, whole, 0, { picks: [0, 1, 2, 3] });
  await makeAttempt(owner, whole, 1, { picks: [0, 0, null, 1] });
  payment = newId();
  await owner.query(
    `insert into public.payment (id, college_id, user_id, amount_minor, currency, method, status)
     values ($1, $2, $3, 5000, 'USD', 'CASH', 'PENDING')`,
    [payment, college, exam.students[0]],
  );
  await takeBackup(boss, async () => undefined);
  await pause(20);
  // After the backup and before the moment: only the WAL has it.
  await owner.query(`update public."user" set name = 'As it should be' where id = $1`, [exam.students[1]]);
  await pause(20);
  moment = new Date();
  await pause(20);
  await owner.query(`delete from public."user" where id = $1`, [exam.students[2]]);
  await owner.query(`update public."user" set name = 'Broken', password = 'a new one' where id = $1`, [exam.students[1]]);
  await owner.query(`update public."user" set name = 'Broken too' where id = $1`, [exam.students[3]]);
  await owner.query("update public.payment set status = 'COMPLETED', amount_minor = 1 where id = $1", [payment]);
  await owner.query("update public.enrollment set status = 'CANCELLED' where user_id = $1", [exam.students[0]]);
  await owner.query("update public.enrollment set status = 'COMPLETED' where user_id = $1", [exam.students[1]]);
  await owner.query("delete from public.student_exam_attempt where exam_id = $1", [whole.id]);
  await owner.query("delete from public.exam where id = $1", [whole.id]);
}, 180_000);

afterAll(() => home.stop());

describe("one tenant back to a minute", () => {
  let comparison: string;
  let before: string;
  let putRun: string;

  it("lists what is missing, changed and added, payments too, and starts nothing twice", async () => {
    before = await everything(other);
    comparison = await compare();
    const found = await differences(comparison);
    const of = (table: string) => found.filter((line) => line.table_name === table);
    expect(of("user").map(({ row_id, kind, columns }) => ({ row_id, kind, columns }))).toEqual(
      expect.arrayContaining([
        { row_id: exam.students[2], kind: "MISSING", columns: [] },
        { row_id: exam.students[1], kind: "CHANGED", columns: ["name"] },
        { row_id: exam.students[3], kind: "CHANGED", columns: ["name"] },
      ]),
    );
    expect(of("user")).toHaveLength(3);
    expect(of("payment")).toMatchObject([{ row_id: payment, kind: "CHANGED", state: "NEVER" }]);
    expect(of("student_exam_attempt").map(({ kind }) => kind)).toEqual(["MISSING", "MISSING"]);
    // Of the deleted student, the dropped one, and the one whose state has no way back.
    expect(
      of("enrollment")
        .map(({ kind, conflict }) => [kind, conflict])
        .sort(),
    ).toEqual([
      ["CHANGED", null],
      ["CHANGED", "Today's status can't return to what it was."],
      ["MISSING", null],
    ]);
    expect(await one("select state, error from console.restore_comparison where id = $1", [comparison])).toEqual({
      state: "READY",
      error: null,
    });
  }, 120_000);

  it("puts back what was deleted and changed, each person in one transaction with the reason", async () => {
    putRun = await putBack(comparison, ["user:MISSING", "user:CHANGED", "enrollment:MISSING", "enrollment:CHANGED"]);
    expect(await one(`select name, password from public."user" where id = $1`, [exam.students[1]])).toEqual({
      name: "As it should be",
      password: "a new one",
    });
    expect(await q("select status from public.enrollment where user_id = $1", [exam.students[2]])).toHaveLength(1);
    expect(await one("select status from public.enrollment where user_id = $1", [exam.students[0]])).toEqual({
      status: "ACTIVE",
    });
    expect(await one("select status from public.enrollment where user_id = $1", [exam.students[1]])).toEqual({
      status: "COMPLETED",
    });
    expect(await one("select status, amount_minor::int as n from public.payment where id = $1", [payment])).toEqual({
      status: "COMPLETED",
      n: 1,
    });
    const units = await q<{ name: string; rows: number }>(
      "select name, rows from console.restore_unit where run_id = $1 order by name",
      [putRun],
    );
    expect(units.find((unit) => unit.name === `person ${exam.students[2]}`)!.rows).toBe(2);
    expect(units).toHaveLength(4);
    const entries = await q<{ body: string }>(
      `select c.body from audit.entry e join audit.content c on c.at = e.at and c.entry_id = e.id
       where e.action = 'restore.put_unit' and e.resource_id = $1 and e.college_id = $2`,
      [putRun, college],
    );
    expect(entries).toHaveLength(4);
    for (const { body } of entries) expect(JSON.parse(body)).toMatchObject({ reason });
  }, 60_000);

  it("touches no row of another tenant, and proves it", async () => {
    expect(await everything(other)).toBe(before);
    const { proof } = await one("select proof from console.restore_run where id = $1", [putRun]);
    expect(proof).toEqual({ tenants: 1, same: 1, changed: [], ours: 0, transactions: 4 });
  });

  it("says so when another tenant wrote meanwhile, and that none of it was the run's", async () => {
    const { id } = await askUndo({ ctx: boss, input: { runId: putRun, reason: "It was the wrong class" } });
    let wrote = false;
    await run(putBackJob, { runId: id }, async () => {
      if (wrote) return;
      wrote = true;
      await owner.query(`update public."user" set phone = '1' where college_id = $1`, [other]);
    });
    const { proof } = await one("select proof from console.restore_run where id = $1", [id]);
    expect(proof).toEqual({ tenants: 1, same: 0, changed: [other], ours: 0, transactions: 4 });
  });

  it("an undo has brought everything to what it was before the put-back", async () => {
    expect(await one(`select name from public."user" where id = $1`, [exam.students[1]])).toEqual({ name: "Broken" });
    expect(await q(`select 1 from public."user" where id = $1`, [exam.students[2]])).toEqual([]);
    expect(await one("select status from public.enrollment where user_id = $1", [exam.students[0]])).toEqual({
      status: "CANCELLED",
    });
  });

  it("spares rows that were edited since the comparison, and lists them", async () => {
    await owner.query(`update public."user" set name = 'Corrected by hand' where id = $1`, [exam.students[1]]);
    await putBack(comparison, ["user:CHANGED"]);
    expect(await one(`select name from public."user" where id = $1`, [exam.students[1]])).toEqual({ name: "Corrected by hand" });
    expect(await stateOf(comparison, "user", exam.students[1]!)).toMatchObject({
      state: "SPARED",
      conflict: "Changed since the comparison, so it was left as it is.",
    });
    expect(await stateOf(comparison, "user", exam.students[3]!)).toMatchObject({ state: "PUT" });
  });

  it("an exam comes back whole, paper, attempts and answers, in one transaction, and goes again", async () => {
    const tables = ["exam", "question", "question_option", "student_exam_attempt", "student_answer"];
    const id = await putBack(
      comparison,
      tables.map((table) => `${table}:MISSING`),
      { exam: whole.id },
    );
    expect(await q("select name, state from console.restore_unit where run_id = $1", [id])).toEqual([
      { name: `exam ${whole.id}`, state: "DONE" },
    ]);
    expect(
      await q("select 1 from public.question_option o join public.question q on q.id = o.question_id where q.exam_id = $1", [
        whole.id,
      ]),
    ).toHaveLength(16);
    expect(await one("select score, answered_count from public.student_exam_attempt where id = $1", [answered])).toMatchObject({
      answered_count: 4,
    });
    expect(await q("select 1 from public.student_answer where attempt_id = $1", [answered])).toHaveLength(4);
    await undo(id);
    expect(await q("select 1 from public.exam where id = $1", [whole.id])).toEqual([]);
    expect(await q("select 1 from public.student_answer where attempt_id = $1", [answered])).toEqual([]);
  }, 60_000);

  it("refuses a row without what it refers to, and says what to choose", async () => {
    await putBack(comparison, ["question:MISSING"], { exam: whole.id });
    const lines = (await differences(comparison)).filter((line) => line.table_name === "question");
    expect(new Set(lines.map(({ state, conflict }) => `${state}: ${conflict}`))).toEqual(
      new Set(["REFUSED: It refers to a row of exam that is not there. Choose that too."]),
    );
  });
});

it("a run that is killed between two people goes on where it was, and writes nobody twice", async () => {
  const comparison = await compare();
  const { id } = await askPutBack({
    ctx: boss,
    input: { comparisonId: comparison, picks: ["user:MISSING", "user:CHANGED", "enrollment:MISSING"], reason },
  });
  // The worker falls silent after the first unit: nothing of what a living one does at the end happens.
  const dead = new Promise<never>(() => undefined);
  let units = 0;
  void run(putBackJob, { runId: id }, () => (units++ < 1 ? Promise.resolve() : dead));
  await until(async () => (await q("select 1 from console.restore_unit where run_id = $1", [id])).length === 1);
  await pause(100);
  expect(await q("select 1 from console.restore_unit where run_id = $1", [id])).toHaveLength(1);
  expect(await one("select state from console.restore_run where id = $1", [id])).toEqual({ state: "RUNNING" });
  await run(putBackJob, { runId: id });
  const written = await q<{ name: string }>("select name from console.restore_unit where run_id = $1", [id]);
  expect(new Set(written.map(({ name }) => name)).size).toBe(written.length);
  expect(written.length).toBeGreaterThan(1);
  expect(await q("select 1 from console.restore_difference where run_id = $1 and state = 'CHOSEN'", [id])).toEqual([]);
}, 120_000);

it("rows added since are removed only where they are chosen, and an undo brings them again", async () => {
  const added = newId();
  const subject = newId();
  await owner.query(`insert into public."user" (id, college_id, name, email, roll_no) values ($1, $2, 'Added', $3, 'RX1')`, [
    added,
    college,
    `${added}@students.example`,
  ]);
  await owner.query("insert into public.subject (id, college_id, name, code) values ($1, $2, 'Added', 'ADD')", [
    subject,
    college,
  ]);
  const comparison = await compare();
  const id = await putBack(comparison, ["user:ADDED", "subject:ADDED"]);
  const { deleted_at: deletedAt } = await one(`select deleted_at from public."user" where id = $1`, [added]);
  expect(deletedAt).toBeInstanceOf(Date);
  expect(await q("select 1 from public.subject where id = $1", [subject])).toEqual([]);
  await undo(id);
  expect(await one(`select deleted_at from public."user" where id = $1`, [added])).toEqual({ deleted_at: null });
  expect(await one("select name from public.subject where id = $1", [subject])).toEqual({ name: "Added" });
}, 120_000);

it("a row that another one has taken the place of is in conflict, and can't be chosen", async () => {
  const [student, klass] = [exam.students[3]!, exam.classId];
  const before = new Date();
  await pause(20);
  await owner.query("delete from public.enrollment where user_id = $1 and class_id = $2", [student, klass]);
  await owner.query("insert into public.enrollment (id, college_id, user_id, class_id) values ($1, $2, $3, $4)", [
    newId(),
    college,
    student,
    klass,
  ]);
  const comparison = await compare(before);
  const lines = (await differences(comparison)).filter((line) => line.table_name === "enrollment");
  expect(lines.map(({ kind, conflict }) => [kind, conflict]).sort()).toEqual([
    ["ADDED", null],
    ["MISSING", "Another row has its place today: the same user and class."],
  ]);
  await expect(putBack(comparison, ["enrollment:MISSING"])).rejects.toThrow("None of these rows can be put back any more");
}, 120_000);

it("rows that refer to each other in a circle come back in one transaction, and leave in one", async () => {
  const [teacher, course, klass] = [newId(), newId(), newId()];
  await owner.query(`insert into public."user" (id, college_id, name, email, role) values ($1, $2, 'Tea Cher', $3, 'TEACHER')`, [
    teacher,
    college,
    `${teacher}@teachers.example`,
  ]);
  await owner.query("insert into public.course (id, college_id, title, slug, instructor_id) values ($1, $2, 'Round', $3, $4)", [
    course,
    college,
    `round-${course.slice(-6)}`,
    teacher,
  ]);
  await owner.query(
    "insert into public.class (id, college_id, name, academic_year, course_id) values ($1, $2, 'Round', '2026', $3)",
    [klass, college, course],
  );
  await owner.query("insert into public.teacher_class_assignment (id, college_id, user_id, class_id) values ($1, $2, $3, $4)", [
    newId(),
    college,
    teacher,
    klass,
  ]);
  await pause(20);
  const before = new Date();
  await pause(20);
  await owner.query("delete from public.class where id = $1", [klass]);
  await owner.query("delete from public.course where id = $1", [course]);
  await owner.query(`delete from public."user" where id = $1`, [teacher]);
  const comparison = await compare(before);
  const id = await putBack(
    comparison,
    ["user", "course", "class", "teacher_class_assignment"].map((table) => `${table}:MISSING`),
  );
  expect(await q("select state, rows from console.restore_unit where run_id = $1", [id])).toEqual([{ state: "DONE", rows: 4 }]);
  await undo(id);
  expect(await q("select 1 from public.class where id = $1", [klass])).toEqual([]);
  expect(await q(`select 1 from public."user" where id = $1`, [teacher])).toEqual([]);
}, 120_000);

it("waits for someone who is editing a row, and spares it once they have saved", async () => {
  const before = new Date();
  await pause(20);
  await owner.query(`update public."user" set phone = '000' where id = any($1)`, [exam.students]);
  const comparison = await compare(before);
  const editor = new pg.Client({ connectionString: home.cluster.urls.superuser });
  await editor.connect();
  await editor.query("begin");
  await editor.query(`update public."user" set phone = '555' where id = $1`, [exam.students[0]]);
  const putting = putBack(comparison, ["user:CHANGED"]);
  await until(
    async () =>
      (await q("select 1 from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'restore_difference'")).length > 0,
  );
  await editor.query("commit");
  await editor.end();
  await putting;
  expect(await one(`select phone from public."user" where id = $1`, [exam.students[0]])).toEqual({ phone: "555" });
  expect(await stateOf(comparison, "user", exam.students[0]!)).toMatchObject({ state: "SPARED" });
  expect(await one(`select phone from public."user" where id = $1`, [exam.students[3]])).toEqual({ phone: null });
}, 120_000);

it("an undo keeps what someone has built on a row since it was put back", async () => {
  const [subject, before] = [newId(), new Date(Date.now() + 100)];
  await owner.query("insert into public.subject (id, college_id, name, code) values ($1, $2, 'Built on', 'BLT')", [
    subject,
    college,
  ]);
  await pause(200);
  await owner.query("delete from public.subject where id = $1", [subject]);
  const id = await putBack(await compare(before), ["subject:MISSING"]);
  await owner.query(
    "insert into public.assignment (id, college_id, class_id, subject_id, title, due_at) values ($1, $2, $3, $4, 'Homework', now())",
    [newId(), college, exam.classId, subject],
  );
  await undo(id);
  expect(await q("select name from public.subject where id = $1", [subject])).toEqual([{ name: "Built on" }]);
  expect(await q("select state from console.restore_difference where row_id = $1 order by state", [subject])).toEqual([
    { state: "KEPT" },
  ]);
}, 120_000);

it("a migration between the moment and today is said, and handled by the columns that both have", async () => {
  const [subject, before] = [newId(), new Date(Date.now() + 100)];
  await owner.query("insert into public.subject (id, college_id, name, code) values ($1, $2, 'Older', 'OLD')", [
    subject,
    college,
  ]);
  await pause(200);
  await owner.query("delete from public.subject where id = $1", [subject]);
  await owner.query("alter table public.subject add column room text not null default 'A1'");
  await owner.query("alter table public.vocabulary drop column frequency");
  await owner.query("create table public.since (id uuid, college_id uuid)");
  await owner.query("grant select on public.since to invigil_app, invigil_owner");
  const comparison = await compare(before);
  const { notes } = await one("select notes from console.restore_comparison where id = $1", [comparison]);
  expect(notes).toEqual([
    { table: "since", note: "This table did not exist then. It is not compared." },
    { table: "subject", note: "New since then: room. A row put back gets the default there." },
    { table: "vocabulary", note: "Removed since then: frequency. These values are not put back." },
  ]);
  await putBack(comparison, ["subject:MISSING"]);
  expect(await one("select name, room from public.subject where id = $1", [subject])).toEqual({ name: "Older", room: "A1" });
}, 120_000);

describe("a person who was erased since the moment", () => {
  it("is not put back, and nothing of them is copied", async () => {
    const erased = exam.students[3]!;
    await owner.query(`update public."user" set name = 'Person 9001', person_no = 9001, erased_at = now() where id = $1`, [
      erased,
    ]);
    const comparison = await compare();
    const [row] = await q(
      "select state, then_row, now_row, conflict from console.restore_difference where comparison_id = $1 and row_id = $2",
      [comparison, erased],
    );
    expect(row).toEqual({
      state: "NEVER",
      then_row: null,
      now_row: null,
      conflict: "This person was erased. What was erased is not put back.",
    });
  }, 60_000);
});

describe("what is refused", () => {
  const input = () => ({ collegeId: college, moment: moment.toISOString(), reason });

  it("a moment that no backup reaches, and one in the future", async () => {
    await expect(askComparison({ ctx: boss, input: { ...input(), moment: "2020-01-01T00:00:00Z" } })).rejects.toThrow(
      /^The oldest backup reaches back to .* Choose a later moment\.$/,
    );
    const later = new Date(Date.now() + 60_000).toISOString();
    await expect(askComparison({ ctx: boss, input: { ...input(), moment: later } })).rejects.toThrow(
      "The moment is in the future",
    );
  });

  it("every role but the super-admin, a stale proof, and a tenant that does not exist", async () => {
    for (const role of ["TENANT_MANAGER", "PROCTOR", "SRE", "AUDITOR"] as const) {
      const ctx = ctxFor(await makeStaff(owner, role, [college]), inTenants(college));
      await expect(askComparison({ ctx, input: input() }), role).rejects.toMatchObject({ status: 403 });
      await expect(
        askPutBack({ ctx, input: { comparisonId: newId(), picks: ["user:MISSING"], reason } }),
        role,
      ).rejects.toMatchObject({ status: 403 });
      await expect(askUndo({ ctx, input: { runId: newId(), reason } }), role).rejects.toMatchObject({ status: 403 });
    }
    const stale: Ctx = { ...boss, session: { ...boss.session!, stepUpAt: null } };
    await expect(askComparison({ ctx: stale, input: input() })).rejects.toMatchObject({ status: 401 });
    await expect(askComparison({ ctx: boss, input: { ...input(), collegeId: newId() } })).rejects.toMatchObject({ status: 404 });
  });

  it("a payment, whoever asks for it by name", async () => {
    const { id } = await one("select id from console.restore_comparison where state = 'READY' limit 1");
    await expect(
      askPutBack({ ctx: boss, input: { comparisonId: String(id), picks: ["payment:CHANGED"], reason } }),
    ).rejects.toThrow("None of these rows can be put back any more");
  });
});

it("differences are forgotten after seven days, and nothing of them can be written then", async () => {
  const { id } = await one("select id from console.restore_comparison where state = 'READY' limit 1");
  await owner.query("update console.restore_comparison set created_at = now() - interval '8 days' where id = $1", [id]);
  await forgetComparisons();
  expect(await differences(String(id))).toEqual([]);
  await expect(askPutBack({ ctx: boss, input: { comparisonId: String(id), picks: ["user:MISSING"], reason } })).rejects.toThrow(
    "This comparison has expired. Compare again.",
  );
});
