import { beforeAll, expect, it } from "vitest";
import { testDatabase } from "../../../tests/database.ts";
import { makeReviewers } from "../../../tests/fixtures/reviewers.ts";
import { makeAttempt, makeExam, makeReview, makeSignal, type MadeExam } from "../../../tests/fixtures/exam.ts";
import { systemCtx } from "../../access/ctx.server.ts";
import type { Ctx } from "../../db/ctx.ts";
import { newId } from "../../platform/ids.ts";
import { correctKey } from "../exams/authoring/correct-key.server.ts";
import { cancelExam } from "../exams/calendar/move.server.ts";
import { gradeExam, publishExam, reopenGrading } from "../exams/grading/grade.server.ts";
import { decideAppeal, fileAppeal } from "./appeals/appeals.server.ts";
import { claimReview } from "./review/claim.server.ts";
import { decideReview, undoDecision } from "./review/decide.server.ts";
import { explainSignals, unexplainSignals } from "./score/explain.server.ts";
import { rescoreExam, scorePending } from "./score/rescore.server.ts";

/** What reviews do to results: nothing under review is published, and nothing stays back that no review holds. */

const db = testDatabase();
let college: { id: string };
let ana: Ctx;
let ben: Ctx;
let cleo: Ctx;
let manager: Ctx;

beforeAll(async () => {
  ({ college, ana, ben, cleo, manager } = await makeReviewers(db));
});

const system = systemCtx("test");
const NOTE = "The same five wrong answers within two minutes";
const result = async (attempt: string) =>
  (
    await db.owner.query<{ score: number; withheld: boolean; published_at: Date | null }>(
      "select score, withheld, published_at from public.exam_result where attempt_id = $1",
      [attempt],
    )
  ).rows[0]!;
const told = async (exam: MadeExam) =>
  (
    await db.owner.query<{ title: string }>("select title from public.notification where user_id = $1 order by id", [
      exam.students[0],
    ])
  ).rows.map((row) => row.title);

async function sat(signals: [type: string, times: number][] = []) {
  const exam = await makeExam(db.owner, college.id, { status: "CLOSED", frozen: true });
  const attempt = await makeAttempt(db.owner, exam, 0, { picks: exam.questions.map((question) => question.key) });
  for (const [type, times] of signals)
    for (let i = 0; i < times; i++)
      await makeSignal(db.owner, exam, attempt, type, new Date(Date.now() - 20 * 60_000 + i * 1000));
  return { exam, attempt };
}

const grade = (exam: MadeExam) => gradeExam({ ctx: manager, input: { examId: exam.id } });
const publish = (exam: MadeExam) => publishExam({ ctx: manager, input: { examId: exam.id } });
async function decide(ctx: Ctx, reviewId: string, decision: "CLEARED" | "VIOLATION", consequence?: "WITHHELD" | "ZEROED") {
  await claimReview({ ctx, input: { reviewId } });
  return decideReview({ ctx, input: { reviewId, decision, note: NOTE, consequence } });
}
async function uphold(reviewId: string) {
  const { id } = await fileAppeal({ ctx: manager, input: { reviewId, statement: "A sentence that is long enough." } });
  await decideAppeal({ ctx: cleo, input: { appealId: id, outcome: "UPHELD", note: "convincing enough" } });
}

it("a successful appeal publishes what was withheld while the others were published", async () => {
  const { exam, attempt } = await sat();
  const review = await makeReview(db.owner, exam, attempt);
  await grade(exam);
  await decide(ana, review, "VIOLATION");
  await decide(ben, review, "VIOLATION");
  await publish(exam);
  expect(await result(attempt)).toMatchObject({ withheld: true, published_at: null });
  await uphold(review);
  expect(await result(attempt)).toEqual({ score: 800, withheld: false, published_at: expect.any(Date) });
});

it("what leaves the queue because its signals are explained is released, and an undo at once takes that back", async () => {
  const { exam, attempt } = await sat([
    ["NETWORK_LOST", 5],
    ["HEARTBEAT_GAP", 4],
    ["PASTE", 2],
    ["SPEECH", 3],
  ]);
  await rescoreExam(system, exam.id);
  await grade(exam);
  expect(await publish(exam)).toEqual({ published: 0, withheld: 1 });
  const incidentId = newId();
  const window = { from: new Date(Date.now() - 25 * 60_000), to: new Date(Date.now() - 15 * 60_000) };
  const done = await explainSignals({
    ctx: ana,
    input: { incidentId, incidentNumber: 12, attemptIds: [attempt], ...window },
  });
  expect(done.reviewsLeft).toBe(1);
  expect(await result(attempt)).toEqual({ score: 800, withheld: false, published_at: expect.any(Date) });
  expect(await told(exam)).toHaveLength(1);
  await unexplainSignals({ ctx: ana, input: { incidentId } });
  expect(await result(attempt)).toMatchObject({ withheld: true, published_at: null });
  expect(await told(exam)).toEqual([]);
});

it("a review that opens between grading and publication keeps its result out of it", async () => {
  const { exam, attempt } = await sat([
    ["FACE_MISMATCH", 2],
    ["PASTE", 1],
  ]);
  await grade(exam);
  await rescoreExam(system, exam.id);
  expect(await result(attempt)).toMatchObject({ withheld: true });
  expect(await publish(exam)).toEqual({ published: 0, withheld: 1 });
});

it("a review that opens after publication takes nothing back", async () => {
  const { exam, attempt } = await sat([
    ["FACE_MISMATCH", 2],
    ["PASTE", 1],
  ]);
  await grade(exam);
  await publish(exam);
  await rescoreExam(system, exam.id);
  expect(await result(attempt)).toMatchObject({ withheld: false, published_at: expect.any(Date) });
});

it("a clearance before publication tells the student nothing yet, and its undo holds the result back again", async () => {
  const { exam, attempt } = await sat();
  const review = await makeReview(db.owner, exam, attempt);
  await grade(exam);
  const done = await decide(ana, review, "CLEARED");
  expect(await result(attempt)).toMatchObject({ withheld: false, published_at: null });
  expect(await told(exam)).toEqual([]);
  await undoDecision({ ctx: ana, input: { decisionId: done.decisionId } });
  expect(await result(attempt)).toMatchObject({ withheld: true, published_at: null });
});

it("a cancelled exam fills no queue: what nobody has begun leaves it, what someone holds stays with them", async () => {
  const exam = await makeExam(db.owner, college.id, { status: "LIVE" });
  const attempts = await Promise.all([0, 1, 2].map((student) => makeAttempt(db.owner, exam, student)));
  const writing = await makeAttempt(db.owner, exam, 3, { state: "IN_PROGRESS" });
  for (const attempt of [...attempts, writing])
    for (let i = 0; i < 2; i++) await makeSignal(db.owner, exam, attempt, "FACE_MISMATCH", new Date(Date.now() - 60_000 * i));
  await rescoreExam(system, exam.id);
  const held = (await db.owner.query<{ id: string }>("select id from public.review where attempt_id = $1", [attempts[0]]))
    .rows[0]!.id;
  await claimReview({ ctx: ana, input: { reviewId: held } });
  await cancelExam({
    ctx: { ...manager, session: { id: newId(), stepUpAt: new Date(), secondFactor: true } },
    input: { examId: exam.id, reason: "The paper had leaked" },
  });
  await scorePending(system);
  const { rows } = await db.owner.query(
    "select id, review_state as state, risk_score as risk from public.student_exam_attempt where exam_id = $1",
    [exam.id],
  );
  const states = new Map(rows.map((row) => [row.id, [row.state, row.risk]]));
  expect([...attempts, writing].map((id) => states.get(id))).toEqual([
    ["CLAIMED", 40],
    ["NONE", 40],
    ["NONE", 40],
    ["NONE", 40],
  ]);
});

it("a student of whom two attempts are held back has one result, and the exam is graded, and again", async () => {
  const { exam, attempt: first } = await sat();
  await db.owner.query("update public.exam set max_attempts = 2 where id = $1", [exam.id]);
  await db.owner.query("update public.student_exam_attempt set attempt_no = 2 where id = $1", [first]);
  const second = await makeAttempt(db.owner, exam, 0, { picks: [exam.questions[0]!.key] });
  for (const attempt of [first, second]) {
    const review = await makeReview(db.owner, exam, attempt);
    await decide(ana, review, "VIOLATION");
    await decide(ben, review, "VIOLATION");
  }
  for (const reason of ["once more", ""]) {
    expect(await grade(exam)).toMatchObject({ graded: true });
    const { rows } = await db.owner.query(
      "select attempt_id as attempt, score, withheld from public.exam_result where exam_id = $1",
      [exam.id],
    );
    expect(rows).toEqual([{ attempt: first, score: 800, withheld: true }]);
    if (reason) await reopenGrading({ ctx: manager, input: { examId: exam.id, reason } });
  }
});

it.each(["WITHHELD", "ZEROED"] as const)(
  "a %s result is graded again with the others, and restored as it then is",
  async (kind) => {
    const { exam, attempt } = await sat();
    const review = await makeReview(db.owner, exam, attempt);
    await grade(exam);
    await decide(ana, review, "VIOLATION");
    await decide(ben, review, "VIOLATION", kind);
    await reopenGrading({ ctx: manager, input: { examId: exam.id, reason: "a wrong key" } });
    await correctKey({
      ctx: { ...manager, session: { id: newId(), stepUpAt: new Date(), secondFactor: true } },
      input: {
        examId: exam.id,
        questionId: exam.questions[0]!.id,
        optionId: exam.questions[0]!.options[1]!,
        reason: "The book says otherwise",
      },
    });
    await grade(exam);
    expect(await result(attempt)).toMatchObject({ score: kind === "ZEROED" ? 0 : 600, withheld: kind === "WITHHELD" });
    await publish(exam);
    await uphold(review);
    expect(await result(attempt)).toEqual({ score: 600, withheld: false, published_at: expect.any(Date) });
  },
);
