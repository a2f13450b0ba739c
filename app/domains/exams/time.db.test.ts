import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { makeAttempt, makeExam } from "../../../tests/fixtures/exam.ts";
import { systemCtx } from "../../access/ctx.server.ts";
import type { Ctx } from "../../db/ctx.ts";
import { newId } from "../../platform/ids.ts";
import { updateExam } from "./authoring/exam.server.ts";
import { advanceExams } from "./calendar/clock.server.ts";
import { gradeExam } from "./grading/grade.server.ts";
import { grantAccommodation, removeAccommodation } from "./live/accommodation.server.ts";
import { liveBoard } from "./live/board.server.ts";
import { giveExtraTime } from "./live/extra-time.server.ts";

/** Whose time ends when: what a board says, what is given, and what the clock does mean the same moment. */

const db = testDatabase();
let college: { id: string };
let proctor: Ctx;
let manager: Ctx;

beforeAll(async () => {
  college = await makeCollege(db.owner);
  proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id));
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college.id]), inTenants(college.id));
});

const minutes = (n: number) => new Date(Date.now() + n * 60_000);
const attempt = async (id: string) =>
  (
    await db.owner.query<{ state: string; deadline: Date }>(
      "select state, deadline_at as deadline from public.student_exam_attempt where id = $1",
      [id],
    )
  ).rows[0]!;
const status = async (id: string) =>
  (await db.owner.query<{ status: string }>("select status from public.exam where id = $1", [id])).rows[0]!.status;

describe("the clock", () => {
  it("does not close an exam in which someone was given time a moment before", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE", start: minutes(-95), windowMinutes: 90 });
    const late = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS", deadline: minutes(-1) });
    const busy = new pg.Client({ connectionString: db.url("owner") });
    await busy.connect();
    try {
      await busy.query("begin");
      await busy.query("select 1 from public.exam where id = $1 for update", [exam.id]);
      const round = advanceExams(systemCtx("test"));
      const waits =
        "select 1 from pg_locks l join pg_stat_activity a on a.pid = l.pid and a.datname = current_database() where not l.granted";
      await expect.poll(async () => (await db.owner.query(waits)).rowCount, { timeout: 20_000 }).toBe(1);
      await busy.query("update public.student_exam_attempt set deadline_at = $2 where id = $1", [late, minutes(5)]);
      await busy.query("commit");
      await round;
    } finally {
      await busy.end();
    }
    expect([(await attempt(late)).state, await status(exam.id)]).toEqual(["IN_PROGRESS", "LIVE"]);
  });

  it("ends an attempt that began as its exam was closed, and nobody grades before it has", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED", start: minutes(-60), frozen: true, essay: true });
    const straggler = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS", deadline: minutes(2) });
    await makeAttempt(db.owner, exam, 1, { picks: [0] });
    await expect(gradeExam({ ctx: manager, input: { examId: exam.id } })).rejects.toThrow(/1 student is still writing/);
    await db.owner.query("update public.student_exam_attempt set deadline_at = $2 where id = $1", [straggler, minutes(-2)]);
    await advanceExams(systemCtx("test"));
    expect((await attempt(straggler)).state).toBe("EXPIRED");
    expect(await gradeExam({ ctx: manager, input: { examId: exam.id } })).toMatchObject({ graded: true, results: 2 });
  });
});

describe("extra time", () => {
  it("lengthens the time of an attempt without a deadline of its own: it may be written until the window closes", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE", start: minutes(-90), minutes: 60, windowMinutes: 180 });
    const open = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS", started: minutes(-90), deadline: null });
    const left = async () =>
      (await liveBoard({ ctx: proctor, input: { examId: exam.id } })).seats.find((seat) => seat.attempt_id === open)!
        .secondsLeft!;
    const before = await left();
    await giveExtraTime({ ctx: proctor, input: { examId: exam.id, attemptIds: [open], minutes: 5, reason: "a fire drill" } });
    expect((await left()) - before).toBeGreaterThan(290);
    await advanceExams(systemCtx("test"));
    expect((await attempt(open)).state).toBe("IN_PROGRESS");
  });

  const grant = (examId: string, userId: string, extraPercent: number) =>
    grantAccommodation({
      ctx: proctor,
      input: { examId, userId, extraPercent, ignoredSignals: ["GAZE_AWAY"], reason: "Uses a screen reader" },
    });

  it("comes from an accommodation by its share alone, also for who began late", async () => {
    const start = minutes(-30);
    const exam = await makeExam(db.owner, college.id, { status: "LIVE", start, minutes: 60, windowMinutes: 60 });
    const end = start.getTime() + 60 * 60_000;
    const late = { state: "IN_PROGRESS", started: minutes(-10), deadline: new Date(end) };
    const [one, two, three] = [
      await makeAttempt(db.owner, exam, 0, late),
      await makeAttempt(db.owner, exam, 1, late),
      await makeAttempt(db.owner, exam, 2, { ...late, deadline: null }),
    ];
    await grant(exam.id, exam.students[0]!, 0);
    expect((await attempt(one)).deadline.getTime()).toBe(end);
    await grant(exam.id, exam.students[1]!, 25);
    expect((await attempt(two)).deadline.getTime()).toBe(end + 15 * 60_000);
    // Said twice it is given once; said higher, the difference.
    await grant(exam.id, exam.students[1]!, 25);
    expect((await attempt(two)).deadline.getTime()).toBe(end + 15 * 60_000);
    await grant(exam.id, exam.students[1]!, 50);
    expect((await attempt(two)).deadline.getTime()).toBe(end + 30 * 60_000);
    await grant(exam.id, exam.students[2]!, 25);
    expect((await attempt(three)).deadline.getTime()).toBe(end + 15 * 60_000);
  });

  it("that an accommodation gave stays given when it is removed", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE", start: minutes(-30), minutes: 60, windowMinutes: 60 });
    const writing = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS", started: minutes(-30), deadline: minutes(30) });
    const { id } = await grant(exam.id, exam.students[0]!, 25);
    const given = (await attempt(writing)).deadline;
    await removeAccommodation({ ctx: proctor, input: { examId: exam.id, id, reason: "by mistake" } });
    expect((await attempt(writing)).deadline).toEqual(given);
  });
});

it("two exams of one class that are moved at once do not end up at the same time", async () => {
  const far = new Date(Date.now() + 90 * 86_400_000);
  const apart = (days: number) => new Date(far.getTime() + days * 86_400_000);
  const first = await makeExam(db.owner, college.id, { status: "SCHEDULED", start: apart(1) });
  const second = await makeExam(db.owner, college.id, {
    status: "SCHEDULED",
    start: apart(2),
    classId: first.classId,
    students: 0,
  });
  const busy = new pg.Client({ connectionString: db.url("owner") });
  await busy.connect();
  try {
    // Whoever looks for a clash waits here: neither has said yet where its exam goes.
    await busy.query("begin");
    await busy.query("lock table public.enrollment in access exclusive mode");
    const fields = { title: "Moved", durationMinutes: 60, totalMarks: 8, passingMarks: 4, classId: first.classId };
    const window = { startTime: far, endTime: new Date(far.getTime() + 90 * 60_000) };
    const moves = Promise.allSettled(
      [first, second].map(({ id }) => updateExam({ ctx: manager, input: { id, ...fields, ...window } })),
    );
    const waits =
      "select 1 from pg_locks l join pg_stat_activity a on a.pid = l.pid and a.datname = current_database() where not l.granted";
    await expect.poll(async () => (await db.owner.query(waits)).rowCount, { timeout: 20_000 }).toBe(2);
    await busy.query("commit");
    expect((await moves).map((move) => move.status).sort()).toEqual(["fulfilled", "rejected"]);
  } finally {
    await busy.end();
  }
});

it("a board of more than twelve thousand counts every one of them", async () => {
  const exam = await makeExam(db.owner, college.id, { status: "LIVE", students: 1 });
  await db.owner.query(
    `with made as (insert into public."user" (id, college_id, name, email, roll_no)
       select public.invigil_uuid7(), $1, 'Many ' || i, i || '.' || $3 || '@many.example', i || '.' || $3 from generate_series(1, 12500) i returning id)
     insert into public.enrollment (id, college_id, user_id, class_id) select public.invigil_uuid7(), $1, id, $2 from made`,
    [college.id, exam.classId, newId()],
  );
  const board = await liveBoard({ ctx: proctor, input: { examId: exam.id } });
  expect(board.counts.expected_total).toBe(12_501);
  expect(board.more).toBe(true);
});
