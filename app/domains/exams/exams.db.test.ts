import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { makeAttempt, makeExam } from "../../../tests/fixtures/exam.ts";
import type { Ctx } from "../../db/ctx.ts";
import { withScope } from "../../db/scope.server.ts";
import { fixedClock } from "../../platform/clock.ts";
import { systemCtx } from "../../access/ctx.server.ts";
import { correctKey } from "./authoring/correct-key.server.ts";
import { copyExam, createExam, updateExam } from "./authoring/exam.server.ts";
import { checkReschedule, rescheduleExam } from "./authoring/reschedule.server.ts";
import { listQuestions, moveQuestion, removeQuestion, saveQuestion } from "./authoring/questions.server.ts";
import { examChecklist } from "./calendar/checklist.server.ts";
import { advanceExams } from "./calendar/clock.server.ts";
import { examCalendar } from "./calendar/exam-calendar.server.ts";
import { cancelExam, closeExam, scheduleExam, unscheduleExam } from "./calendar/move.server.ts";
import { gradeExam, publishExam, reopenGrading, saveBoundaries } from "./grading/grade.server.ts";
import { markAnswer, markingQueue } from "./grading/marking.server.ts";
import { grantAccommodation, listAccommodations, removeAccommodation } from "./live/accommodation.server.ts";
import { liveBoard } from "./live/board.server.ts";
import { giveExtraTime } from "./live/extra-time.server.ts";
import { forceSubmit } from "./live/force-submit.server.ts";
import { expectedStarts, getExam, listExams } from "./list.server.ts";

const db = testDatabase();

let college: { id: string; code: string };
let other: { id: string; code: string };
let manager: Ctx;
let stranger: Ctx;
let proctor: Ctx;
let sre: Ctx;
let auditor: Ctx;

beforeAll(async () => {
  college = await makeCollege(db.owner);
  other = await makeCollege(db.owner);
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college.id]), inTenants(college.id));
  stranger = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other.id]), inTenants(other.id));
  proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id));
  sre = ctxFor(await makeStaff(db.owner, "SRE"), everywhere);
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
  // The log has room for the years in which the tests of the clock play.
  for (const table of ["audit.entry", "audit.content"])
    for (const day of ["2031-03-01", "2032-03-01"])
      await db.owner.query("select public.ensure_partitions($1::regclass, '1 month', $2::timestamptz, $2::timestamptz)", [
        table,
        day,
      ]);
});

const audited = async (action: string, id: string) =>
  (await db.owner.query("select 1 from audit.entry where action = $1 and resource_id = $2", [action, id])).rowCount;

const status = async (id: string) =>
  (await db.owner.query<{ status: string }>("select status from public.exam where id = $1", [id])).rows[0]!.status;

const fields = (classId: string) => ({
  title: "Organic Chemistry II",
  durationMinutes: 60,
  totalMarks: 4,
  passingMarks: 2,
  startTime: new Date(Date.now() + 86_400_000),
  endTime: new Date(Date.now() + 86_400_000 + 90 * 60_000),
  classId,
});

describe("authoring", () => {
  it("makes an exam from nothing to scheduled, and refuses until the checklist holds", async () => {
    const { classId } = await makeExam(db.owner, college.id, { start: new Date(Date.now() + 40 * 86_400_000) });
    const { id } = await createExam({ ctx: manager, input: fields(classId) });
    expect(await audited("exam.create", id)).toBe(1);
    await expect(scheduleExam({ ctx: manager, input: { examId: id } })).rejects.toThrow("No questions yet");
    await saveQuestion({
      ctx: manager,
      input: { examId: id, text: "Which?", type: "MULTIPLE_CHOICE", marks: 2, options: ["One", "Two", "", "Three"] },
    });
    const failing = async () =>
      (await examChecklist({ ctx: proctor, input: { examId: id } })).filter((item) => !item.ok).map((item) => item.key);
    expect(await failing()).toEqual(["marks", "keys"]);
    const { questions } = await listQuestions({ ctx: manager, input: { examId: id } });
    await saveQuestion({
      ctx: manager,
      input: {
        examId: id,
        questionId: questions[0]!.id,
        text: "Which?",
        type: "MULTIPLE_CHOICE",
        marks: 2,
        options: ["One", "Two", "Three"],
        key: "1",
      },
    });
    await saveQuestion({ ctx: manager, input: { examId: id, text: "Is it?", type: "TRUE_FALSE", marks: 2, key: "0" } });
    expect(await failing()).toEqual([]);
    await scheduleExam({ ctx: manager, input: { examId: id } });
    expect(await status(id)).toBe("SCHEDULED");
    await expect(updateExam({ ctx: manager, input: { id, ...fields(classId), totalMarks: 9 } })).rejects.toThrow(/unfit/);
    await updateExam({ ctx: manager, input: { id, ...fields(classId), title: "Renamed" } });
    await expect(saveQuestion({ ctx: manager, input: { examId: id, text: "More", type: "ESSAY", marks: 1 } })).rejects.toThrow(
      /back to draft/,
    );
    await unscheduleExam({ ctx: manager, input: { examId: id } });
    expect(await status(id)).toBe("DRAFT");
  });

  it("names each fault of the checklist", async () => {
    const start = new Date(Date.now() + 50 * 86_400_000);
    const first = await makeExam(db.owner, college.id, { status: "SCHEDULED", start });
    const clash = await makeExam(db.owner, college.id, { start, classId: first.classId, students: 0, windowMinutes: 10 });
    const items = await examChecklist({ ctx: manager, input: { examId: clash.id } });
    expect(items.filter((item) => !item.ok).map((item) => item.key)).toEqual(["window", "clash"]);
    const empty = await makeExam(db.owner, college.id, {
      students: 0,
      start: new Date(Date.now() - 86_400_000),
      windowMinutes: 90,
    });
    expect(
      (await examChecklist({ ctx: manager, input: { examId: empty.id } })).filter((item) => !item.ok).map((item) => item.key),
    ).toEqual(["students", "future"]);
  });

  it("refuses what can't be an exam or a question, field by field", async () => {
    const { classId } = await makeExam(db.owner, college.id);
    const at = fields(classId);
    await expect(createExam({ ctx: manager, input: { ...at, endTime: at.startTime } })).rejects.toMatchObject({
      fields: { endTime: [expect.any(String)] },
    });
    await expect(createExam({ ctx: manager, input: { ...at, passingMarks: 5 } })).rejects.toMatchObject({
      fields: { passingMarks: [expect.any(String)] },
    });
    await expect(createExam({ ctx: manager, input: { ...at, durationMinutes: "abc" } })).rejects.toMatchObject({
      fields: { durationMinutes: [expect.any(String)] },
    });
    await expect(createExam({ ctx: manager, input: { ...at, startTime: "yesterday-ish" } })).rejects.toMatchObject({
      status: 422,
    });
    await expect(createExam({ ctx: manager, input: { ...at, enableTimeLimitPerQuestion: true } })).rejects.toMatchObject({
      fields: { secondsPerQuestion: [expect.any(String)] },
    });
    const { id } = await createExam({ ctx: manager, input: at });
    const question = { examId: id, text: "Which?", type: "MULTIPLE_CHOICE" as const, marks: 1 };
    await expect(saveQuestion({ ctx: manager, input: { ...question, options: ["only one"] } })).rejects.toMatchObject({
      fields: { options: [expect.any(String)] },
    });
    await expect(saveQuestion({ ctx: manager, input: { ...question, options: ["a", "A"] } })).rejects.toThrow(/say the same/);
    await expect(saveQuestion({ ctx: manager, input: { ...question, options: ["a", "b"], key: "7" } })).rejects.toMatchObject({
      fields: { key: [expect.any(String)] },
    });
  });

  it("orders, removes and copies questions", async () => {
    const exam = await makeExam(db.owner, college.id, { questions: 3 });
    const order = async () =>
      (await listQuestions({ ctx: manager, input: { examId: exam.id } })).questions.map((question) => question.id);
    const [a, b, c] = await order();
    await moveQuestion({ ctx: manager, input: { examId: exam.id, questionId: c!, by: -1 } });
    expect(await order()).toEqual([a, c, b]);
    await moveQuestion({ ctx: manager, input: { examId: exam.id, questionId: a!, by: -1 } });
    expect(await order()).toEqual([a, c, b]);
    await removeQuestion({ ctx: manager, input: { examId: exam.id, questionId: b! } });
    const copy = await copyExam({ ctx: manager, input: { id: exam.id } });
    const copied = await listQuestions({ ctx: manager, input: { examId: copy.id } });
    expect(copied.exam.status).toBe("DRAFT");
    expect(copied.questions).toHaveLength(2);
    expect(copied.questions[0]!.options.filter((option) => option.correct)).toHaveLength(1);
    expect(copied.questions[0]!.id).not.toBe(a);
  });

  it("never sends a key to a proctor before the exam has closed", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE" });
    for (const ctx of [proctor, auditor]) {
      const seen = JSON.stringify(await listQuestions({ ctx, input: { examId: exam.id } }));
      expect(seen).not.toMatch(/correct|explanation":"/);
    }
    expect((await listQuestions({ ctx: manager, input: { examId: exam.id } })).keys).toBe(true);
    await db.owner.query("update public.exam set status = 'CLOSED' where id = $1", [exam.id]);
    expect((await listQuestions({ ctx: proctor, input: { examId: exam.id } })).keys).toBe(true);
  });

  it("freezes the paper with the first attempt, in the database too", async () => {
    const exam = await makeExam(db.owner, college.id);
    await withScope(manager, ({ tx }) =>
      tx.query({
        text: "insert into public.student_exam_attempt (id, college_id, user_id, exam_id) values (gen_random_uuid(), $1, $2, $3)",
        values: [college.id, exam.students[0], exam.id],
      }),
    );
    const { rows } = await db.owner.query(
      "select frozen_at, (select candidate_no from public.student_exam_attempt a where a.exam_id = e.id) as no from public.exam e where id = $1",
      [exam.id],
    );
    expect(rows[0].frozen_at).not.toBeNull();
    expect(rows[0].no).toBeGreaterThan(1000);
    await expect(
      saveQuestion({ ctx: manager, input: { examId: exam.id, text: "Late", type: "ESSAY", marks: 1 } }),
    ).rejects.toThrow(/frozen/);
    for (const text of [
      `update public.question set marks = 9 where exam_id = '${exam.id}'`,
      `delete from public.question where exam_id = '${exam.id}'`,
      `update public.question_option set is_correct = true where question_id = '${exam.questions[0]!.id}'`,
    ])
      await expect(withScope(manager, ({ tx }) => tx.query({ text }))).rejects.toMatchObject({ code: "IV001" });
  });
});

describe("the calendar", () => {
  const day = (days: number) => new Date(Math.floor(Date.now() / 86_400_000 + days) * 86_400_000 + 9 * 3_600_000);

  it("holds what begins in its days, of the reader's tenants", async () => {
    const { id, classId } = await makeExam(db.owner, college.id, { start: day(200) });
    const later = await makeExam(db.owner, college.id, { start: day(203), classId });
    const foreign = await makeExam(db.owner, other.id, { start: day(200) });
    const input = { from: day(199), to: day(202) };
    expect((await examCalendar({ ctx: proctor, input })).exams.map((exam) => exam.id)).toEqual([id]);
    expect((await examCalendar({ ctx: stranger, input })).exams.map((exam) => exam.id)).toEqual([foreign.id]);
    expect((await examCalendar({ ctx: manager, input: { from: day(199), to: day(204) } })).exams.map((exam) => exam.id)).toEqual([
      id,
      later.id,
    ]);
    await expect(examCalendar({ ctx: manager, input: { from: day(0), to: day(90) } })).rejects.toThrow("six weeks");
  });

  it("moves an exam with its whole window, and never onto another of its class, into the past, or once it has begun", async () => {
    const first = await makeExam(db.owner, college.id, { status: "SCHEDULED", start: day(210), minutes: 60 });
    const second = await makeExam(db.owner, college.id, { status: "SCHEDULED", start: day(211), classId: first.classId });
    const move = (id: string, startTime: Date) => rescheduleExam({ ctx: manager, input: { id, startTime } });
    const clash = await checkReschedule({ ctx: manager, input: { id: first.id, startTime: day(211) } });
    expect(clash.wrong.map((item) => item.key)).toEqual(["clash"]);
    await expect(move(first.id, day(211))).rejects.toThrow("at the same time");
    await expect(move(first.id, day(-1))).rejects.toThrow("in the future");
    expect((await checkReschedule({ ctx: manager, input: { id: first.id, startTime: day(212) } })).wrong).toEqual([]);
    await move(first.id, day(212));
    const { exam } = await getExam({ ctx: manager, input: { id: first.id } });
    expect([exam.start_time, exam.end_time]).toEqual([day(212), new Date(day(212).getTime() + 90 * 60_000)]);
    expect(await audited("exam.reschedule", first.id)).toBe(1);
    await db.owner.query("update public.exam set frozen_at = now() where id = $1", [second.id]);
    await expect(move(second.id, day(220))).rejects.toThrow("frozen");
  });

  it("lets one of two exams of a class move to a time when both are moved there at once", async () => {
    const first = await makeExam(db.owner, college.id, { status: "SCHEDULED", start: day(230) });
    const second = await makeExam(db.owner, college.id, { status: "SCHEDULED", start: day(231), classId: first.classId });
    const ended = await Promise.allSettled(
      [first, second].map(({ id }) => rescheduleExam({ ctx: manager, input: { id, startTime: day(235) } })),
    );
    expect(ended.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("who may", () => {
  it("is decided for every verb by role and tenant", async () => {
    const exam = await makeExam(db.owner, college.id);
    const author = [
      (ctx: Ctx) => createExam({ ctx, input: fields(exam.classId) }),
      (ctx: Ctx) => updateExam({ ctx, input: { id: exam.id, ...fields(exam.classId) } }),
      (ctx: Ctx) => copyExam({ ctx, input: { id: exam.id } }),
      (ctx: Ctx) => saveQuestion({ ctx, input: { examId: exam.id, text: "Hm?", type: "ESSAY", marks: 1 } }),
      (ctx: Ctx) => removeQuestion({ ctx, input: { examId: exam.id, questionId: exam.questions[0]!.id } }),
      (ctx: Ctx) => moveQuestion({ ctx, input: { examId: exam.id, questionId: exam.questions[0]!.id, by: 1 } }),
      (ctx: Ctx) => scheduleExam({ ctx, input: { examId: exam.id } }),
      (ctx: Ctx) => unscheduleExam({ ctx, input: { examId: exam.id } }),
      (ctx: Ctx) => cancelExam({ ctx, input: { examId: exam.id, reason: "because" } }),
      (ctx: Ctx) => closeExam({ ctx, input: { examId: exam.id, reason: "because" } }),
      (ctx: Ctx) => gradeExam({ ctx, input: { examId: exam.id } }),
      (ctx: Ctx) => reopenGrading({ ctx, input: { examId: exam.id, reason: "because" } }),
      (ctx: Ctx) => publishExam({ ctx, input: { examId: exam.id } }),
      (ctx: Ctx) => saveBoundaries({ ctx, input: { examId: exam.id, starts: [{ label: "P", min: 0 }] } }),
    ];
    for (const verb of author) {
      for (const ctx of [proctor, sre, auditor]) await expect(verb(ctx)).rejects.toMatchObject({ status: 403 });
      // Of another tenant: as if it did not exist.
      await expect(verb(stranger)).rejects.toMatchObject({
        status: expect.toSatisfy((code: number) => code === 404 || code === 422),
      });
    }
    const operate = [
      (ctx: Ctx) => giveExtraTime({ ctx, input: { examId: exam.id, attemptIds: "all", minutes: 5, reason: "because" } }),
      (ctx: Ctx) => forceSubmit({ ctx, input: { examId: exam.id, attemptIds: [exam.id], reason: "because" } }),
      (ctx: Ctx) =>
        grantAccommodation({ ctx, input: { examId: exam.id, userId: exam.students[0]!, extraPercent: 25, reason: "because" } }),
    ];
    for (const verb of operate) {
      for (const ctx of [sre, auditor]) await expect(verb(ctx)).rejects.toMatchObject({ status: 403 });
      await expect(verb(stranger)).rejects.toMatchObject({ status: 404 });
    }
    await expect(liveBoard({ ctx: sre, input: { examId: exam.id } })).rejects.toMatchObject({ status: 403 });
    await expect(liveBoard({ ctx: stranger, input: { examId: exam.id } })).rejects.toMatchObject({ status: 404 });
    await expect(getExam({ ctx: stranger, input: { id: exam.id } })).rejects.toMatchObject({ status: 404 });
  });

  it("asks for a fresh proof before a cancellation and a publication", async () => {
    const exam = await makeExam(db.owner, college.id);
    const stale = { ...manager, session: { ...manager.session!, stepUpAt: null } };
    await expect(cancelExam({ ctx: stale, input: { examId: exam.id, reason: "because" } })).rejects.toMatchObject({
      status: 401,
    });
    await expect(publishExam({ ctx: stale, input: { examId: exam.id } })).rejects.toMatchObject({ status: 401 });
  });
});

describe("the clock", () => {
  const system = (iso: string): Ctx => ({ ...systemCtx("test"), clock: fixedClock(iso) });

  it("opens, expires and closes what is due, and nothing else", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "SCHEDULED", start: new Date("2031-03-01T09:00:00Z") });
    await advanceExams(system("2031-03-01T08:59:59Z"));
    expect(await status(exam.id)).toBe("SCHEDULED");
    await advanceExams(system("2031-03-01T09:00:00Z"));
    expect(await status(exam.id)).toBe("LIVE");
    expect(await audited("exam.open", exam.id)).toBe(1);
    const on = { state: "IN_PROGRESS", started: new Date("2031-03-01T09:05:00Z") };
    const early = await makeAttempt(db.owner, exam, 0, { ...on, deadline: new Date("2031-03-01T10:05:00Z") });
    const extended = await makeAttempt(db.owner, exam, 1, { ...on, deadline: new Date("2031-03-01T10:50:00Z") });
    const state = async (id: string) =>
      (await db.owner.query<{ state: string }>("select state from public.student_exam_attempt where id = $1", [id])).rows[0]!
        .state;
    await advanceExams(system("2031-03-01T10:05:29Z"));
    expect(await state(early)).toBe("IN_PROGRESS");
    await advanceExams(system("2031-03-01T10:06:00Z"));
    expect([await state(early), await state(extended)]).toEqual(["EXPIRED", "IN_PROGRESS"]);
    // The window is over at 10:30, but someone may still write.
    await advanceExams(system("2031-03-01T10:31:00Z"));
    expect(await status(exam.id)).toBe("LIVE");
    await advanceExams(system("2031-03-01T10:51:00Z"));
    expect([await state(extended), await status(exam.id)]).toEqual(["EXPIRED", "CLOSED"]);
  });

  it("does each thing once when two collectors run", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "SCHEDULED", start: new Date("2032-03-01T09:00:00Z") });
    const done = await Promise.all([1, 2, 3].map(() => advanceExams(system("2032-03-01T09:00:01Z"))));
    expect(done.reduce((sum, one) => sum + one.opened, 0)).toBe(1);
    expect(await audited("exam.open", exam.id)).toBe(1);
  });

  it("lets one of two clashing exams be scheduled when both are at once", async () => {
    const start = new Date(Date.now() + 70 * 86_400_000);
    const first = await makeExam(db.owner, college.id, { start });
    const second = await makeExam(db.owner, college.id, { start, classId: first.classId, students: 0 });
    const done = await Promise.allSettled(
      [first, second].map((exam) => scheduleExam({ ctx: manager, input: { examId: exam.id } })),
    );
    expect(done.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("the live board", () => {
  it("says what everybody is doing", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE", start: new Date(Date.now() - 1_800_000) });
    const now = Date.now();
    await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS", picks: [0, 1], started: new Date(now - 100_000) });
    await makeAttempt(db.owner, exam, 1, { state: "IN_PROGRESS", started: new Date(now - 600_000) });
    await makeAttempt(db.owner, exam, 2, {
      state: "IN_PROGRESS",
      started: new Date(now - 600_000),
      seen: new Date(now - 120_000),
    });
    await makeAttempt(db.owner, exam, 3, { state: "SUBMITTED" });
    const board = await liveBoard({ ctx: proctor, input: { examId: exam.id } });
    expect(board.counts).toMatchObject({
      expected_total: 5,
      started: 4,
      working: 1,
      idle: 1,
      offline: 1,
      submitted: 1,
      expected: 1,
    });
    expect(board.seats[0]!.state).toBe("offline");
    expect(board.seats.find((seat) => seat.state === "working")).toMatchObject({ answered: 2, secondsLeft: expect.any(Number) });
    const one = await liveBoard({ ctx: proctor, input: { examId: exam.id, q: "Student 2 " } });
    expect(one.seats).toHaveLength(1);
    expect(one.counts.expected_total).toBe(5);
  });

  it("gives time to chosen students in one press; only time for everyone has to be explained", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE" });
    const attempt = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS", deadline: new Date("2031-01-01T10:00:00Z") });
    const give = (attemptIds: "all" | string[]) =>
      giveExtraTime({ ctx: proctor, input: { examId: exam.id, attemptIds, minutes: 5, reason: "" } });
    expect(await give([attempt])).toEqual({ given: 1, minutes: 5 });
    await expect(give("all")).rejects.toMatchObject({ status: 422, fields: { reason: ["Enter a reason"] } });
  });

  it("gives extra time to one, many and all, with a reason, once", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE" });
    const attempts = [];
    for (let i = 0; i < 3; i++)
      attempts.push(await makeAttempt(db.owner, exam, i, { state: "IN_PROGRESS", deadline: new Date("2031-01-01T10:00:00Z") }));
    const done = await makeAttempt(db.owner, exam, 3, { state: "SUBMITTED", deadline: new Date("2031-01-01T10:00:00Z") });
    await expect(
      giveExtraTime({ ctx: proctor, input: { examId: exam.id, attemptIds: "all", minutes: 5, reason: " " } }),
    ).rejects.toMatchObject({ status: 422 });
    await expect(
      giveExtraTime({ ctx: proctor, input: { examId: exam.id, attemptIds: "all", minutes: -5, reason: "why not" } }),
    ).rejects.toMatchObject({ status: 422 });
    expect(
      await giveExtraTime({ ctx: proctor, input: { examId: exam.id, attemptIds: "all", minutes: 5, reason: "a stall" } }),
    ).toEqual({ given: 3, minutes: 5 });
    expect(
      await giveExtraTime({
        ctx: manager,
        input: { examId: exam.id, attemptIds: [attempts[0]!, done], minutes: 10, reason: "ill" },
      }),
    ).toEqual({ given: 1, minutes: 10 });
    const { rows } = await db.owner.query<{ id: string; extra: number; at: Date }>(
      "select id, extra_seconds as extra, deadline_at as at from public.student_exam_attempt where exam_id = $1",
      [exam.id],
    );
    const of = (id: string) => rows.find((row) => row.id === id)!;
    expect(of(attempts[0]!)).toMatchObject({ extra: 900, at: new Date("2031-01-01T10:15:00Z") });
    expect(of(attempts[1]!)).toMatchObject({ extra: 300, at: new Date("2031-01-01T10:05:00Z") });
    expect(of(done)).toMatchObject({ extra: 0, at: new Date("2031-01-01T10:00:00Z") });
  });

  it("does not give twice when two proctors press at once", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE" });
    const attempt = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS" });
    const give = (ctx: Ctx) =>
      giveExtraTime({
        ctx,
        input: { examId: exam.id, attemptIds: [attempt], minutes: 5, reason: "a stall", seen: { [attempt]: 0 } },
      });
    const done = await Promise.allSettled([give(proctor), give(manager)]);
    expect(done.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const { rows } = await db.owner.query("select extra_seconds from public.student_exam_attempt where id = $1", [attempt]);
    expect(rows[0].extra_seconds).toBe(300);
  });

  it("force submits who still writes, once", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE" });
    const writing = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS" });
    const ended = await makeAttempt(db.owner, exam, 1, { state: "SUBMITTED" });
    const submit = (ctx: Ctx) =>
      forceSubmit({ ctx, input: { examId: exam.id, attemptIds: [writing, ended], reason: "left the room" } });
    const done = await Promise.allSettled([submit(proctor), submit(manager)]);
    expect(done.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(done.find((one) => one.status === "fulfilled")).toMatchObject({ value: { ended: 1, skipped: 1 } });
    const { rows } = await db.owner.query(
      "select state from public.student_exam_attempt where id = any($1) order by candidate_no",
      [[writing, ended]],
    );
    expect(rows.map((row) => row.state)).toEqual(["FORCE_SUBMITTED", "SUBMITTED"]);
    expect(await audited("exam.force_submit", exam.id)).toBe(1);
  });

  it("knows accommodations, and moves the deadline of who is writing", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE" });
    const started = new Date("2031-01-01T09:00:00Z");
    const attempt = await makeAttempt(db.owner, exam, 0, {
      state: "IN_PROGRESS",
      started,
      deadline: new Date("2031-01-01T10:00:00Z"),
    });
    const { id } = await grantAccommodation({
      ctx: proctor,
      input: {
        examId: exam.id,
        userId: exam.students[0]!,
        extraPercent: 25,
        ignoredSignals: ["GAZE_AWAY"],
        reason: "Uses a screen reader",
      },
    });
    const { rows } = await db.owner.query("select deadline_at from public.student_exam_attempt where id = $1", [attempt]);
    expect(rows[0].deadline_at).toEqual(new Date("2031-01-01T10:15:00Z"));
    expect(await listAccommodations({ ctx: proctor, input: { examId: exam.id } })).toHaveLength(1);
    const board = await liveBoard({ ctx: proctor, input: { examId: exam.id } });
    expect(board.seats.find((seat) => seat.attempt_id === attempt)).toMatchObject({ extra_percent: 25, ignored: ["GAZE_AWAY"] });
    await removeAccommodation({ ctx: proctor, input: { examId: exam.id, id, reason: "by mistake" } });
    expect(await listAccommodations({ ctx: proctor, input: { examId: exam.id } })).toHaveLength(0);
  });

  it("closes and cancels with what is open submitted", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE" });
    await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS" });
    expect(await closeExam({ ctx: manager, input: { examId: exam.id, reason: "everybody left" } })).toEqual({ ended: 1 });
    expect(await status(exam.id)).toBe("CLOSED");
    await expect(cancelExam({ ctx: manager, input: { examId: exam.id, reason: "too late" } })).rejects.toMatchObject({
      status: 409,
    });
    const next = await makeExam(db.owner, college.id, { status: "SCHEDULED" });
    await cancelExam({ ctx: manager, input: { examId: next.id, reason: "the room is flooded" } });
    expect(await status(next.id)).toBe("CANCELLED");
  });
});

describe("grading", () => {
  it("marks closed types, waits for a person, grades, publishes in one go", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED", students: 3, essay: true });
    const keys = exam.questions.map((question) => question.key);
    const full = await makeAttempt(db.owner, exam, 0, { picks: keys });
    const half = await makeAttempt(db.owner, exam, 1, { picks: [keys[0]!, keys[1]!, (keys[2]! + 1) % 4, null] });
    const essay = (
      await db.owner.query<{ id: string }>("select id from public.question where exam_id = $1 and type = 'ESSAY'", [exam.id])
    ).rows[0]!.id;
    for (const attempt of [full, half])
      await db.owner.query(
        "insert into public.student_answer (id, college_id, attempt_id, question_id, answer_text) values (gen_random_uuid(), $1, $2, $3, ' The same ')",
        [college.id, attempt, essay],
      );
    expect(await gradeExam({ ctx: manager, input: { examId: exam.id } })).toEqual({ graded: false, waiting: 2, results: 0 });
    const { queue } = await markingQueue({ ctx: manager, input: { examId: exam.id } });
    expect(queue).toHaveLength(2);
    expect(JSON.stringify(queue)).not.toMatch(/Student \d/);
    await expect(
      markAnswer({ ctx: manager, input: { examId: exam.id, answerId: queue[0]!.id, marks: 4.01 } }),
    ).rejects.toMatchObject({ status: 422 });
    expect(
      await markAnswer({ ctx: manager, input: { examId: exam.id, answerId: queue[0]!.id, marks: 3.5, alike: true } }),
    ).toEqual({ marked: 2 });
    await expect(
      markAnswer({ ctx: manager, input: { examId: exam.id, answerId: queue[0]!.id, marks: 1 } }),
    ).rejects.toMatchObject({ status: 409 });
    expect(await gradeExam({ ctx: manager, input: { examId: exam.id } })).toEqual({ graded: true, waiting: 0, results: 2 });
    const results = async () =>
      (
        await db.owner.query(
          "select attempt_id, score, percentage, grade, passed, withheld, published_at is not null as published from public.exam_result where exam_id = $1 order by score desc",
          [exam.id],
        )
      ).rows;
    // 8 + 3.5 of 12 and 4 + 3.5 of 12.
    expect(await results()).toEqual([
      { attempt_id: full, score: 1150, percentage: 9583, grade: "A", passed: true, withheld: false, published: false },
      { attempt_id: half, score: 750, percentage: 6250, grade: "C", passed: true, withheld: false, published: false },
    ]);
    await saveBoundaries({
      ctx: manager,
      input: {
        examId: exam.id,
        starts: [
          { label: "Pass", min: 5000 },
          { label: "Fail", min: 0 },
        ],
      },
    });
    await reopenGrading({ ctx: manager, input: { examId: exam.id, reason: "a new scale" } });
    await gradeExam({ ctx: manager, input: { examId: exam.id } });
    expect((await results()).map((row) => row.grade)).toEqual(["Pass", "Pass"]);
    await db.owner.query("update public.exam_result set withheld = true where attempt_id = $1", [half]);
    expect(await publishExam({ ctx: manager, input: { examId: exam.id } })).toEqual({ published: 1, withheld: 1 });
    expect((await results()).map((row) => row.published)).toEqual([true, false]);
    const { rowCount } = await db.owner.query(
      "select 1 from public.notification where college_id = $1 and user_id = $2 and title like 'Result of %'",
      [college.id, exam.students[0]],
    );
    expect(rowCount).toBe(1);
    await expect(publishExam({ ctx: manager, input: { examId: exam.id } })).rejects.toMatchObject({ status: 409 });
  });

  it("marks by a key that was corrected after the freeze, with a reason, until the results rest on it", async () => {
    const exam = await makeExam(db.owner, college.id, { students: 1, questions: 2, status: "LIVE", frozen: true });
    const [question] = exam.questions;
    // The student chose the second option of the first question, which is not its key.
    const attempt = await makeAttempt(db.owner, exam, 0, { picks: [1, 1] });
    const input = { examId: exam.id, questionId: question!.id, optionId: question!.options[1]!, reason: "B was right all along" };
    await expect(correctKey({ ctx: proctor, input })).rejects.toThrow(/does not allow/);
    await expect(correctKey({ ctx: stranger, input })).rejects.toThrow(/Exam not found/);
    await expect(correctKey({ ctx: manager, input: { ...input, reason: "oops" } })).rejects.toThrow(/10 characters/);
    await expect(correctKey({ ctx: manager, input: { ...input, optionId: exam.questions[1]!.options[0]! } })).rejects.toThrow(
      /does not belong to this question/,
    );
    await expect(correctKey({ ctx: manager, input: { ...input, optionId: question!.options[0]! } })).rejects.toThrow(/already/);
    const both = await Promise.allSettled([correctKey({ ctx: manager, input }), correctKey({ ctx: manager, input })]);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    // The door is shut behind it.
    await expect(
      withScope(manager, (inner) =>
        inner.tx.query({ text: "update public.question set text = 'other' where id = $1", values: [question!.id] }),
      ),
    ).rejects.toThrow(/frozen/);
    await db.owner.query("update public.exam set status = 'CLOSED' where id = $1", [exam.id]);
    await gradeExam({ ctx: manager, input: { examId: exam.id } });
    expect((await db.owner.query("select score from public.student_exam_attempt where id = $1", [attempt])).rows).toEqual([
      { score: 400 },
    ]);
    await expect(correctKey({ ctx: manager, input: { ...input, optionId: question!.options[0]! } })).rejects.toThrow(/Reopen/);
    expect(await audited("question.correct_key", exam.id)).toBe(1);
  });

  it("keeps what a grade is worth when its boundary moves", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED" });
    await db.owner.query("delete from public.grade_boundary where college_id = $1", [college.id]);
    await db.owner.query(
      `insert into public.grade_boundary (id, college_id, label, min_percent, max_percent, grade_point)
       values (gen_random_uuid(), $1, 'A', 9000, 10000, 4), (gen_random_uuid(), $1, 'F', 0, 8999, 0)`,
      [college.id],
    );
    const starts = [
      { label: "A", min: 8500 },
      { label: "B", min: 7000 },
      { label: "F", min: 0 },
    ];
    await saveBoundaries({ ctx: manager, input: { examId: exam.id, starts } });
    const { rows } = await db.owner.query(
      "select label, min_percent as min, max_percent as max, grade_point as point from public.grade_boundary where college_id = $1 order by min_percent desc",
      [college.id],
    );
    expect(rows).toEqual([
      { label: "A", min: 8500, max: 10_000, point: 4 },
      { label: "B", min: 7000, max: 8499, point: 0 },
      { label: "F", min: 0, max: 6999, point: 0 },
    ]);
    await db.owner.query("delete from public.grade_boundary where college_id = $1", [college.id]);
  });

  it("refuses a scale with a gap, and grades an exam with no attempt", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED" });
    for (const starts of [
      [],
      [{ label: "A", min: 5000 }],
      [
        { label: "A", min: 0 },
        { label: "B", min: 0 },
      ],
      [{ label: "A", min: NaN }],
    ])
      await expect(saveBoundaries({ ctx: manager, input: { examId: exam.id, starts } })).rejects.toMatchObject({ status: 422 });
    expect(await gradeExam({ ctx: manager, input: { examId: exam.id } })).toMatchObject({ graded: true, results: 0 });
  });
});

describe("lists", () => {
  it("show exams by start, page by page, in scope only", async () => {
    const start = Date.UTC(2033, 0, 1);
    for (let i = 0; i < 52; i++)
      await makeExam(db.owner, other.id, { students: 0, questions: 0, start: new Date(start + i * 3_600_000) });
    const first = await listExams({ ctx: stranger, input: { from: new Date(start) } });
    expect(first.exams).toHaveLength(50);
    const second = await listExams({ ctx: stranger, input: { from: new Date(start), cursor: first.next! } });
    expect(second.exams).toHaveLength(2);
    expect(new Set([...first.exams, ...second.exams].map((exam) => exam.id)).size).toBe(52);
    expect((await listExams({ ctx: manager, input: { from: new Date(start) } })).exams).toHaveLength(0);
    expect((await listExams({ ctx: manager, input: { q: "Organic" } })).exams.length).toBeGreaterThan(0);
    expect((await listExams({ ctx: manager, input: { q: "100%_\\" } })).exams).toHaveLength(0);
    expect(
      await expectedStarts({ ctx: proctor, input: { from: new Date(), to: new Date(Date.now() + 400 * 86_400_000) } }),
    ).toEqual(expect.arrayContaining([expect.objectContaining({ college_id: college.id, students: expect.any(Number) })]));
  });
});
