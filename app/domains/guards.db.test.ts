import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { makeAttempt, makeExam, makeReview } from "../../tests/fixtures/exam.ts";
import { may, ROLE_NAMES, type Permission } from "../access/policy.ts";
import type { Ctx } from "../db/ctx.ts";
import { newId } from "../platform/ids.ts";
import { saveGradeBook } from "./academics/grades/save-book.server.ts";
import { saveRegister } from "./academics/attendance/save-register.server.ts";
import { cancelEvent, endSeries } from "./communication/events/cancel-event.server.ts";
import { changeSeries } from "./communication/events/change-series.server.ts";
import { publishAnnouncement } from "./communication/publish-announcement.server.ts";
import { retryNotification } from "./communication/retry-notification.server.ts";
import { dropEnrollment, setEnrollmentState } from "./enrollments/change-state.server.ts";
import { approvePayment, recordPayment, settlePayment } from "./enrollments/payments.server.ts";
import { decideRegistration } from "./enrollments/registrations.server.ts";
import { correctKey } from "./exams/authoring/correct-key.server.ts";
import { copyExam } from "./exams/authoring/exam.server.ts";
import { rescheduleExam } from "./exams/authoring/reschedule.server.ts";
import { moveQuestion, removeQuestion } from "./exams/authoring/questions.server.ts";
import { addFromBank } from "./exams/bank/add-from-bank.server.ts";
import { addImage } from "./exams/content/add-image.server.ts";
import { importQuestions } from "./exams/exchange/import-questions.server.ts";
import { advanceExams } from "./exams/calendar/clock.server.ts";
import { cancelExam, closeExam, scheduleExam, unscheduleExam } from "./exams/calendar/move.server.ts";
import { gradeExam, publishExam, reopenGrading, saveBoundaries } from "./exams/grading/grade.server.ts";
import { markAnswer, unmarkAnswer } from "./exams/grading/marking.server.ts";
import { grantAccommodation, removeAccommodation } from "./exams/live/accommodation.server.ts";
import { giveExtraTime } from "./exams/live/extra-time.server.ts";
import { forceSubmit } from "./exams/live/force-submit.server.ts";
import { giveTimeForIncident } from "./exams/live/incident-time.server.ts";
import { decideAppeal, fileAppeal, withdrawAppeal } from "./integrity/appeals/appeals.server.ts";
import { closeHand } from "./exams/room/close-hand.server.ts";
import { handOver } from "./exams/room/hand-over.server.ts";
import { pauseAttempts, resumeAttempts } from "./exams/room/pause.server.ts";
import { sendMessage } from "./exams/room/send-message.server.ts";
import { sitAsStudent } from "./exams/sitting/sit-as-student.server.ts";
import { complianceFile } from "./integrity/compliance/file.server.ts";
import { importSeating, placeSeat, removeSeat } from "./integrity/seating/change-seating.server.ts";
import { requestAnalysis } from "./integrity/evidence/request.server.ts";
import { revokeApiKey, rotateApiKey } from "./integrity/keys/api-keys.server.ts";
import { claimReview, letGoReview } from "./integrity/review/claim.server.ts";
import { declareConflict, withdrawConflict } from "./integrity/review/conflicts.server.ts";
import { addNote, decideReview, undoDecision } from "./integrity/review/decide.server.ts";
import { setWeights } from "./integrity/score/weights.server.ts";
import { endPersonSessions, lockPerson, unlockPerson } from "./people/access.server.ts";
import { erasePerson } from "./privacy/erase-person.server.ts";
import { liftHold, placeHold } from "./privacy/legal-hold.server.ts";
import { startPersonExport } from "./privacy/start-export.server.ts";
import { startArchive } from "./tenants/archive.server.ts";
import { setSubscription } from "./tenants/set-subscription.server.ts";

/**
 * Every verb that changes something named by its id, a line each: what it asks for, and how it is called. Each is walked with
 * an id that does not exist, one of another tenant, one that is none, and by everybody whose role may not.
 */
const db = testDatabase();

type Things = Record<
  | "college"
  | "class"
  | "exam"
  | "question"
  | "option"
  | "attempt"
  | "answer"
  | "student"
  | "enrollment"
  | "payment"
  | "registration"
  | "announcement"
  | "event"
  | "notification"
  | "review"
  | "decision"
  | "appeal"
  | "conflict"
  | "hold"
  | "key"
  | "accommodation",
  string
>;
type Verb = ((work: { ctx: Ctx; input: never }) => Promise<unknown>) & { verb: { name: string; permission: string } };
type Line = [verb: unknown, permission: Permission, input: (it: Things) => Record<string, unknown>, unknown?: number];

const reason = "Because the test says so";
const words = "Some sentences that a committee can read.";
const LINES: Line[] = [
  [publishAnnouncement, "platform.manage", (it) => ({ id: it.announcement })],
  [cancelEvent, "platform.manage", (it) => ({ id: it.event, reason })],
  [endSeries, "platform.manage", (it) => ({ id: it.event, from: "2031-05-01", reason })],
  [changeSeries, "platform.manage", (it) => ({ id: it.event, from: "2031-05-01", title: "New", rule: "0 9 * * 1", minutes: 45 })],
  [retryNotification, "platform.manage", (it) => ({ id: it.notification, reason })],
  [dropEnrollment, "platform.manage", (it) => ({ id: it.enrollment, date: "2026-05-01", reason })],
  [setEnrollmentState, "platform.manage", (it) => ({ id: it.enrollment, state: "CANCELLED", reason })],
  [
    recordPayment,
    "platform.manage",
    (it) => ({ enrollmentId: it.enrollment, amountMinor: 1, method: "CASH", transactionId: "" }),
    422,
  ],
  [approvePayment, "platform.manage", (it) => ({ id: it.payment })],
  [settlePayment, "platform.manage", (it) => ({ id: it.payment, state: "FAILED", reason })],
  [decideRegistration, "platform.manage", (it) => ({ id: it.registration, decision: "REJECTED", reason })],
  [correctKey, "exams.author", (it) => ({ examId: it.exam, questionId: it.question, optionId: it.option, reason })],
  [copyExam, "exams.author", (it) => ({ id: it.exam })],
  [rescheduleExam, "exams.author", (it) => ({ id: it.exam, startTime: "2031-05-01T09:00" })],
  [removeQuestion, "exams.author", (it) => ({ examId: it.exam, questionId: it.question })],
  [moveQuestion, "exams.author", (it) => ({ examId: it.exam, questionId: it.question, by: 1 })],
  [addFromBank, "exams.author", (it) => ({ examId: it.exam, questionIds: [it.question] })],
  [
    addImage,
    "exams.author",
    (it) => ({ examId: it.exam, name: "x.png", alt: "a dot", bytes: Buffer.from("\x89PNG\r\n\x1a\n", "latin1") }),
  ],
  [importQuestions, "exams.author", (it) => ({ examId: it.exam, content: "Is it?{T}" })],
  [scheduleExam, "exams.author", (it) => ({ examId: it.exam })],
  [unscheduleExam, "exams.author", (it) => ({ examId: it.exam })],
  [cancelExam, "exams.author", (it) => ({ examId: it.exam, reason })],
  [closeExam, "exams.author", (it) => ({ examId: it.exam, reason })],
  [saveBoundaries, "exams.author", (it) => ({ examId: it.exam, starts: [{ label: "A", min: 0 }] })],
  [gradeExam, "exams.author", (it) => ({ examId: it.exam })],
  [reopenGrading, "exams.author", (it) => ({ examId: it.exam, reason })],
  [publishExam, "exams.author", (it) => ({ examId: it.exam })],
  [markAnswer, "exams.author", (it) => ({ examId: it.exam, answerId: it.answer, marks: 1 })],
  [unmarkAnswer, "exams.author", (it) => ({ examId: it.exam, answerId: it.answer })],
  [grantAccommodation, "exams.operate", (it) => ({ examId: it.exam, userId: it.student, extraPercent: 10, reason })],
  [removeAccommodation, "exams.operate", (it) => ({ examId: it.exam, id: it.accommodation, reason })],
  [giveExtraTime, "exams.operate", (it) => ({ examId: it.exam, attemptIds: [it.attempt], minutes: 5 })],
  [forceSubmit, "exams.operate", (it) => ({ examId: it.exam, attemptIds: [it.attempt], reason })],
  [giveTimeForIncident, "exams.operate", (it) => ({ examId: it.exam, incident: { id: newId(), number: 1 }, minutes: 5, reason })],
  [sendMessage, "exams.operate", (it) => ({ examId: it.exam, text: words, to: { audience: "EVERYONE" } })],
  [closeHand, "exams.operate", (it) => ({ examId: it.exam, handId: newId() })],
  [handOver, "exams.operate", (it) => ({ examId: it.exam, note: words })],
  [pauseAttempts, "exams.operate", (it) => ({ examId: it.exam, attemptIds: [it.attempt], how: "PAUSED", reason })],
  [resumeAttempts, "exams.operate", (it) => ({ examId: it.exam, attemptIds: [it.attempt], reason })],
  [sitAsStudent, "exams.operate", (it) => ({ examId: it.exam, userId: it.student })],
  [importSeating, "exams.operate", (it) => ({ examId: it.exam, csv: "roll_no,room,row,column\nR1,A,1,1" })],
  [placeSeat, "exams.operate", (it) => ({ examId: it.exam, rollNo: "R1", room: "A", row: "1", column: "1" })],
  [removeSeat, "exams.operate", (it) => ({ examId: it.exam, seatId: newId() })],
  [complianceFile, "integrity.read", (it) => ({ examId: it.exam })],
  [requestAnalysis, "exams.operate", (it) => ({ examId: it.exam })],
  [setWeights, "exams.author", (it) => ({ examId: it.exam, threshold: 40, points: {} })],
  [claimReview, "integrity.review", (it) => ({ reviewId: it.review })],
  [letGoReview, "integrity.review", (it) => ({ reviewId: it.review })],
  [declareConflict, "integrity.review", (it) => ({ reviewId: it.review, reason })],
  [withdrawConflict, "integrity.review", (it) => ({ id: it.conflict })],
  [decideReview, "integrity.review", (it) => ({ reviewId: it.review, decision: "CLEARED" })],
  [undoDecision, "integrity.review", (it) => ({ decisionId: it.decision }), 409],
  [addNote, "integrity.review", (it) => ({ reviewId: it.review, body: words })],
  [fileAppeal, "appeals.file", (it) => ({ reviewId: it.review, statement: words })],
  [decideAppeal, "appeals.decide", (it) => ({ appealId: it.appeal, outcome: "DISMISSED", note: words })],
  [withdrawAppeal, "appeals.file", (it) => ({ appealId: it.appeal, reason })],
  [revokeApiKey, "apikeys.manage", (it) => ({ id: it.key, reason })],
  [rotateApiKey, "apikeys.manage", (it) => ({ id: it.key })],
  [lockPerson, "platform.manage", (it) => ({ id: it.student, hours: 1, reason })],
  [unlockPerson, "platform.manage", (it) => ({ id: it.student, reason })],
  [endPersonSessions, "platform.manage", (it) => ({ id: it.student, reason })],
  [
    saveRegister,
    "platform.manage",
    (it) => ({
      classId: it.class,
      date: "2026-03-02",
      cells: [{ userId: it.student, session: "AM", status: "LATE", version: "" }],
    }),
  ],
  [
    saveGradeBook,
    "platform.manage",
    (it) => ({
      classId: it.class,
      subjectId: newId(),
      semesterId: newId(),
      cells: [{ userId: it.student, component: "Quiz", date: "2026-03-02", score: "8", version: "", field: "f" }],
    }),
  ],
  [startPersonExport, "platform.manage", (it) => ({ id: it.student, reason })],
  [erasePerson, "platform.manage", (it) => ({ id: it.student, reason, typed: "x" })],
  [placeHold, "platform.manage", (it) => ({ id: it.student, reason })],
  [liftHold, "platform.manage", (it) => ({ id: it.student, holdId: it.hold, reason })],
  [startArchive, "tenants.manage", (it) => ({ id: it.college })],
  [setSubscription, "tenants.manage", (it) => ({ id: it.college, state: "SUSPENDED", reason })],
];
const LIST = LINES.map(([verb, permission, input, unknown = 404]) => ({
  call: (ctx: Ctx, it: Things) => (verb as Verb)({ ctx, input: input(it) as never }),
  name: (verb as Verb).verb.name,
  declared: (verb as Verb).verb.permission,
  permission,
  unknown,
}));

/** By what is not named by an id of a row, or by a person's own doing. */
const NO_ID = [
  // Of the installation, and of no tenant: access-review/campaign.db.test.ts walks them.
  "access_campaign.keep",
  "access_campaign.revoke",
  "access_campaign.sign_off",
  "access_campaign.start",
  "appeal.file", // of a review, walked above; named here for its other half
  "api_key.create",
  "enrollments.enroll",
  "exam.create",
  "exam.save_question",
  "exam.update",
  "integrity.explain",
  "integrity.unexplain",
  "privacy.set_retention",
  "review.next",
  "tenants.create",
];

let mine: Things;
let colleague: Ctx;
let stranger: Ctx;

async function insert(table: string, row: Record<string, unknown>): Promise<string> {
  const id = newId();
  const columns = ["id", ...Object.keys(row)];
  await db.owner.query(
    `insert into public."${table}" (${columns.join(", ")}) values (${columns.map((_, index) => `$${index + 1}`).join(", ")})`,
    [id, ...Object.values(row)],
  );
  return id;
}

beforeAll(async () => {
  const college = (await makeCollege(db.owner)).id;
  const other = (await makeCollege(db.owner)).id;
  colleague = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), inTenants(college));
  stranger = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), inTenants(other));
  const exam = await makeExam(db.owner, college, { students: 1, status: "LIVE", start: new Date(Date.now() - 600_000) });
  const attempt = await makeAttempt(db.owner, exam, 0, { picks: [0], state: "IN_PROGRESS" });
  const review = await makeReview(db.owner, exam, attempt);
  const [student, question] = [exam.students[0]!, exam.questions[0]!];
  const of = { college_id: college };
  const { rows } = await db.owner.query<{ id: string; table: string }>(
    `select id, 'enrollment' as table from public.enrollment where college_id = $1
     union all select id, 'student_answer' from public.student_answer where college_id = $1`,
    [college],
  );
  const made = (table: string) => rows.find((row) => row.table === table)!.id;
  const staff = colleague.actor.id!;
  mine = {
    college,
    class: exam.classId,
    exam: exam.id,
    question: question.id,
    option: question.options[0]!,
    attempt,
    answer: made("student_answer"),
    student,
    enrollment: made("enrollment"),
    payment: await insert("payment", { ...of, user_id: student, amount_minor: 100, enrollment_id: made("enrollment") }),
    registration: await insert("student_registration", { ...of, name: "Ann", email: "ann@test.example" }),
    announcement: await insert("announcement", { ...of, title: "News", body: "Text" }),
    event: await insert("event", { ...of, title: "Date", scheduled_at: new Date() }),
    notification: await insert("notification", { ...of, user_id: student, title: "A", message: "B" }),
    review,
    decision: await insert("review_decision", {
      ...of,
      review_id: review,
      round: 1,
      decider_id: staff,
      decision: "CLEARED",
      note: "",
      undone_at: new Date(),
    }),
    appeal: await insert("appeal", {
      ...of,
      review_id: review,
      filed_by: newId(),
      statement: words,
      deadline_at: new Date(Date.now() + 86_400_000),
    }),
    conflict: await insert("declared_conflict", { ...of, staff_id: newId(), user_id: student, reason }),
    hold: await insert("legal_hold", { ...of, user_id: student, reason, placed_by_name: "Ann", placed_at: new Date() }),
    key: await insert("api_key", { ...of, name: "k", prefix: "p", key_hash: newId() }),
    accommodation: await insert("accommodation", { ...of, user_id: student, exam_id: exam.id, reason }),
  };
});

const each = (value: () => string): Things => new Proxy({} as Things, { get: () => value() });

/** What was there before someone tried is there after it. */
const everything = async () =>
  (
    await db.owner.query(
      `select (select count(*) from audit.entry) as entries,
              (select jsonb_agg(to_jsonb(e) order by e.id) from public.exam e) as exams,
              (select jsonb_agg(to_jsonb(a) order by a.id) from public.student_exam_attempt a) as attempts,
              (select jsonb_agg(to_jsonb(r) order by r.id) from public.review r) as reviews,
              (select jsonb_agg(to_jsonb(u) order by u.id) from public."user" u) as people`,
    )
  ).rows[0];

describe.each(LIST)("$name", ({ call, declared, permission, unknown }) => {
  it("asks for its permission, and refuses every role that has not got it", async () => {
    expect(declared).toBe(permission);
    for (const role of ROLE_NAMES.filter((name) => !may(name, permission)))
      await expect(call({ ...colleague, actor: { ...colleague.actor, role } as never }, mine), role).rejects.toMatchObject({
        status: 403,
      });
  });

  it("knows nothing by an id that does not exist, is another tenant's, or is none; and changes nothing", async () => {
    const before = await everything();
    await expect(call(colleague, each(newId)), "unknown").rejects.toMatchObject({ status: unknown });
    await expect(call(stranger, mine), "of another tenant").rejects.toMatchObject({ status: unknown });
    await expect(
      call(
        colleague,
        each(() => "' or 1=1"),
      ),
      "none",
    ).rejects.toMatchObject({ status: 422 });
    expect(await everything()).toEqual(before);
  });
});

it("every verb that changes something is walked here, or has no id", async () => {
  const files = import.meta.glob<Record<string, unknown>>(["./**/*.server.ts", "!./learning/**"]);
  const named = (value: unknown) => (value as { verb?: { name: string; kind: string } } | null)?.verb;
  const found = (await Promise.all(Object.values(files).map((load) => load())))
    .flatMap((module) => Object.values(module))
    .flatMap((value) => named(value) ?? [])
    .filter((verb) => verb.kind === "mutation")
    .map((verb) => verb.name);
  const walked = new Set([...LIST.map(({ name }) => name), ...NO_ID]);
  expect(found.filter((name) => !walked.has(name))).toEqual([]);
});

describe("a wrong state", () => {
  const exam = (status: string, more: object = {}) =>
    makeExam(db.owner, mine.college, { students: 1, status, start: new Date(Date.now() - 600_000), ...more });

  it("a key is not corrected before anyone began, nor once it has decided", async () => {
    for (const [status, frozen, says] of [
      ["LIVE", false, /Edit the question/],
      ["GRADED", true, /Reopen grading/],
      ["PUBLISHED", true, /before its results are out/],
    ] as const) {
      const { id, questions } = await exam(status, { frozen });
      const input = { examId: id, questionId: questions[0]!.id, optionId: questions[0]!.options[1]!, reason };
      await expect(correctKey({ ctx: colleague, input }), status).rejects.toThrow(says);
    }
  });

  it("time is given while an exam is live, to someone who is writing", async () => {
    const live = await exam("LIVE");
    await makeAttempt(db.owner, live, 0, { state: "SUBMITTED" });
    const give = (examId: string) => giveExtraTime({ ctx: colleague, input: { examId, attemptIds: "all", minutes: 5, reason } });
    await expect(give(live.id)).rejects.toThrow(/still writing/);
    for (const status of ["DRAFT", "CLOSED", "PUBLISHED", "CANCELLED"])
      await expect(give((await exam(status)).id), status).rejects.toThrow(/while an exam is live/);
  });

  it("an exam is closed, graded, published, reopened and cancelled from the state before, and no other", async () => {
    const moves = [
      [closeExam, ["DRAFT", "SCHEDULED", "CLOSED", "GRADED", "PUBLISHED", "CANCELLED"]],
      [gradeExam, ["DRAFT", "SCHEDULED", "LIVE", "PUBLISHED", "CANCELLED"]],
      [publishExam, ["DRAFT", "SCHEDULED", "LIVE", "CLOSED", "PUBLISHED", "CANCELLED"]],
      [reopenGrading, ["DRAFT", "SCHEDULED", "LIVE", "CLOSED", "PUBLISHED", "CANCELLED"]],
      [cancelExam, ["CLOSED", "GRADED", "PUBLISHED", "CANCELLED"]],
      [unscheduleExam, ["LIVE", "CLOSED", "GRADED", "PUBLISHED", "CANCELLED"]],
    ] as const;
    for (const [verb, states] of moves)
      for (const status of states) {
        const { id } = await exam(status);
        await expect(
          (verb as unknown as Verb)({ ctx: colleague, input: { examId: id, reason } as never }),
          `${verb.verb.name} ${status}`,
        ).rejects.toMatchObject({ status: 409 });
      }
  });

  it("the clock opens no exam that someone moved to later while it looked", async () => {
    const { id } = await exam("SCHEDULED");
    await db.owner.query("begin");
    await db.owner.query(
      "update public.exam set start_time = now() + interval '1 hour', end_time = now() + interval '3 hours' where id = $1",
      [id],
    );
    const clock = advanceExams({
      ...colleague,
      actor: { kind: "system", id: null, name: "exams clock", email: null, role: "SYSTEM" },
    });
    const waits = "select 1 from pg_locks where not granted";
    try {
      await expect.poll(async () => (await db.owner.query(waits)).rowCount, { timeout: 20_000 }).toBeGreaterThan(0);
    } finally {
      await db.owner.query("commit");
    }
    await clock;
    expect((await db.owner.query("select status from public.exam where id = $1", [id])).rows).toEqual([{ status: "SCHEDULED" }]);
  });
});
