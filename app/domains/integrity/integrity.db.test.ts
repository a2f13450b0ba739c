import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { makeReviewers } from "../../../tests/fixtures/reviewers.ts";
import { makeAttempt, makeExam, makeReview, makeSignal, type MadeExam } from "../../../tests/fixtures/exam.ts";
import { systemCtx } from "../../access/ctx.server.ts";
import type { Ctx } from "../../db/ctx.ts";
import { fixedClock } from "../../platform/clock.ts";
import { gradeExam, publishExam } from "../exams/grading/grade.server.ts";
import { appealable, decideAppeal, fileAppeal, listAppeals, withdrawAppeal } from "./appeals/appeals.server.ts";
import { comparePair, mostAlike } from "./collusion/compare.server.ts";
import { analyseExam, dueAnalyses } from "./evidence/analyse-exam.server.ts";
import { examCollusion, examStatistics } from "./evidence/findings.server.ts";
import { claimNext, claimReview, expireClaims, letGoReview } from "./review/claim.server.ts";
import { declareConflict, myConflicts, withdrawConflict } from "./review/conflicts.server.ts";
import { addNote, decideReview, undoDecision } from "./review/decide.server.ts";
import { attemptDossier } from "./review/dossier.server.ts";
import { queueCounts, reviewQueue } from "./review/queue.server.ts";
import { explainSignals, previewExplain, unexplainSignals } from "./score/explain.server.ts";
import { rescoreExam, scorePending } from "./score/rescore.server.ts";
import { setWeights } from "./score/weights.server.ts";

const db = testDatabase();

let college: { id: string };
let ana: Ctx;
let ben: Ctx;
let cleo: Ctx;
let manager: Ctx;
let stranger: Ctx;

beforeAll(async () => {
  ({ college, ana, ben, cleo, manager } = await makeReviewers(db));
  const other = await makeCollege(db.owner);
  stranger = ctxFor(await makeStaff(db.owner, "PROCTOR", [other.id]), inTenants(other.id));
});

const attemptOf = async (id: string) =>
  (
    await db.owner.query(
      "select state, score, review_state, risk_score, violation_count, suspicious_activity from public.student_exam_attempt where id = $1",
      [id],
    )
  ).rows[0] as {
    state: string;
    score: number;
    review_state: string;
    risk_score: number;
    violation_count: number;
    suspicious_activity: boolean;
  };
const reviewState = async (id: string) =>
  (await db.owner.query<{ state: string }>("select state from public.review where id = $1", [id])).rows[0]?.state;
const result = async (attempt: string) =>
  (
    await db.owner.query(
      "select score, percentage, grade, passed, withheld, published_at from public.exam_result where attempt_id = $1",
      [attempt],
    )
  ).rows[0];
const told = async (exam: MadeExam, student: number) =>
  (
    await db.owner.query<{ title: string }>("select title from public.notification where user_id = $1 order by id", [
      exam.students[student],
    ])
  ).rows.map((row) => row.title);

async function queued(given: { status?: string; picks?: boolean } = {}) {
  const exam = await makeExam(db.owner, college.id, { status: given.status ?? "CLOSED" });
  const attempt = await makeAttempt(db.owner, exam, 0, {
    picks: given.picks === false ? [] : exam.questions.map((question) => question.key),
  });
  return { exam, attempt, review: await makeReview(db.owner, exam, attempt, 60) };
}

const NOTE = "The same five wrong answers within two minutes";
const later = (ctx: Ctx, seconds: number): Ctx => ({
  ...ctx,
  clock: fixedClock(new Date(Date.now() + seconds * 1000).toISOString()),
});

async function decide(
  ctx: Ctx,
  review: string,
  decision: "CLEARED" | "INCONCLUSIVE" | "VIOLATION",
  consequence?: "WITHHELD" | "ZEROED",
) {
  await claimReview({ ctx, input: { reviewId: review } });
  return decideReview({ ctx, input: { reviewId: review, decision, note: NOTE, consequence } });
}

describe("claims", () => {
  it("hold a review for one person, until released", async () => {
    const { review, attempt } = await queued();
    await claimReview({ ctx: ana, input: { reviewId: review } });
    expect([await reviewState(review), (await attemptOf(attempt)).review_state]).toEqual(["CLAIMED", "CLAIMED"]);
    await expect(claimReview({ ctx: ben, input: { reviewId: review } })).rejects.toMatchObject({ status: 409 });
    await expect(decideReview({ ctx: ben, input: { reviewId: review, decision: "CLEARED" } })).rejects.toThrow(/Claim/);
    await expect(letGoReview({ ctx: ben, input: { reviewId: review } })).rejects.toMatchObject({ status: 409 });
    await letGoReview({ ctx: ana, input: { reviewId: review } });
    expect(await reviewState(review)).toBe("QUEUED");
    await claimReview({ ctx: ben, input: { reviewId: review } });
    await letGoReview({ ctx: ben, input: { reviewId: review } });
  });

  it("go to one of two who claim at once", async () => {
    const { review } = await queued();
    const done = await Promise.allSettled([ana, ben, cleo].map((ctx) => claimReview({ ctx, input: { reviewId: review } })));
    expect(done.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  });

  it("survive a claim against a release: someone holds it, or nobody", async () => {
    for (let round = 0; round < 5; round++) {
      const { review } = await queued();
      await claimReview({ ctx: ana, input: { reviewId: review } });
      const [released, claimed] = await Promise.allSettled([
        letGoReview({ ctx: ana, input: { reviewId: review } }),
        claimReview({ ctx: ben, input: { reviewId: review } }),
      ]);
      expect(released.status).toBe("fulfilled");
      const { rows } = await db.owner.query("select state, claimed_by from public.review where id = $1", [review]);
      expect(rows[0]).toEqual(
        claimed.status === "fulfilled" ? { state: "CLAIMED", claimed_by: ben.actor.id } : { state: "QUEUED", claimed_by: null },
      );
    }
  });

  it("run out, and can't be decided on then", async () => {
    const { review } = await queued();
    await claimReview({ ctx: ana, input: { reviewId: review } });
    await expect(decideReview({ ctx: later(ana, 21 * 60), input: { reviewId: review, decision: "CLEARED" } })).rejects.toThrow(
      /has expired/,
    );
    await expireClaims({ ...systemCtx("test"), clock: fixedClock(new Date(Date.now() + 21 * 60_000).toISOString()) });
    expect(await reviewState(review)).toBe("QUEUED");
  });

  it("give the next by risk, and two different ones to two people", async () => {
    const own = await makeCollege(db.owner);
    const [one, two] = await Promise.all(
      [1, 2].map(async () => ctxFor(await makeStaff(db.owner, "PROCTOR", [own.id]), inTenants(own.id))),
    );
    const exam = await makeExam(db.owner, own.id, { status: "CLOSED" });
    const reviews: string[] = [];
    for (const [student, risk] of [40, 90, 70].entries())
      reviews.push(await makeReview(db.owner, exam, await makeAttempt(db.owner, exam, student), risk));
    const got = await Promise.all([claimNext({ ctx: one!, input: {} }), claimNext({ ctx: two!, input: {} })]);
    expect(got.map((next) => next.reviewId).sort()).toEqual([reviews[1], reviews[2]].sort());
    expect((await claimNext({ ctx: one!, input: {} })).reviewId).toBe(reviews[0]);
    await expect(claimNext({ ctx: two!, input: {} })).rejects.toThrow(/No review is waiting/);
    expect(await queueCounts({ ctx: one!, input: {} })).toMatchObject({ open: 3, mine: 2 });
  });
});

describe("decisions", () => {
  it("clear with one person", async () => {
    const { review, attempt } = await queued();
    expect(await decide(ana, review, "CLEARED")).toMatchObject({ state: "CLEARED" });
    expect((await attemptOf(attempt)).review_state).toBe("CLEARED");
    expect((await attemptOf(attempt)).state).toBe("SUBMITTED");
    await expect(claimReview({ ctx: ben, input: { reviewId: review } })).rejects.toMatchObject({ status: 409 });
  });

  it("need a sentence for a violation", async () => {
    const { review } = await queued();
    await claimReview({ ctx: ana, input: { reviewId: review } });
    await expect(
      decideReview({ ctx: ana, input: { reviewId: review, decision: "VIOLATION", note: "bad" } }),
    ).rejects.toMatchObject({ fields: { note: [expect.any(String)] } });
  });

  it("need another person, who has not seen the first one's, for a violation; then it stands at once", async () => {
    const { review, attempt, exam } = await queued();
    expect(await decide(ana, review, "VIOLATION")).toMatchObject({ state: "SECOND" });
    expect((await attemptOf(attempt)).state).toBe("SUBMITTED");
    await expect(claimReview({ ctx: ana, input: { reviewId: review } })).rejects.toMatchObject({ status: 403 });
    await claimReview({ ctx: ben, input: { reviewId: review } });
    const seen = JSON.stringify(await attemptDossier({ ctx: ben, input: { attemptId: attempt } }));
    expect(seen).not.toContain(NOTE);
    expect(seen).not.toMatch(/Student \d/);
    expect((await attemptDossier({ ctx: ben, input: { attemptId: attempt } })).decisions).toEqual([]);
    await decideReview({ ctx: ben, input: { reviewId: review, decision: "VIOLATION", note: NOTE } });
    expect(await reviewState(review)).toBe("VIOLATION");
    expect(await attemptOf(attempt)).toMatchObject({ state: "WITHHELD", review_state: "VIOLATION" });
    expect(await told(exam, 0)).toEqual([expect.stringMatching(/withheld/)]);
    const open = await attemptDossier({ ctx: ben, input: { attemptId: attempt } });
    expect(open.person?.name).toMatch(/Student 1/);
    expect(open.decisions).toHaveLength(2);
  });

  it("go to a third person when two disagree", async () => {
    for (const last of ["CLEARED", "INCONCLUSIVE", "VIOLATION"] as const) {
      const { review, attempt } = await queued();
      await decide(ana, review, "VIOLATION");
      expect(await decide(ben, review, "CLEARED")).toMatchObject({ state: "THIRD" });
      for (const ctx of [ana, ben])
        await expect(claimReview({ ctx, input: { reviewId: review } })).rejects.toMatchObject({ status: 403 });
      expect(await decide(cleo, review, last)).toMatchObject({ state: last });
      expect((await attemptOf(attempt)).state).toBe(last === "VIOLATION" ? "WITHHELD" : "SUBMITTED");
    }
  });

  it("are one when one person presses twice at once", async () => {
    const { review } = await queued();
    await claimReview({ ctx: ana, input: { reviewId: review } });
    const both = await Promise.allSettled(
      ["CLEARED", "INCONCLUSIVE"].map((decision) =>
        decideReview({ ctx: ana, input: { reviewId: review, decision: decision as "CLEARED" } }),
      ),
    );
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const { rows } = await db.owner.query("select count(*)::int as n from public.review_decision where review_id = $1", [review]);
    expect(rows[0].n).toBe(1);
  });

  it("can be zero, and an appeal restores all of it, published result and notice", async () => {
    const { exam, attempt, review } = await queued();
    await gradeExam({ ctx: manager, input: { examId: exam.id } });
    expect(await result(attempt)).toMatchObject({ score: 800, withheld: true });
    await decide(ana, review, "VIOLATION");
    await decide(ben, review, "VIOLATION", "ZEROED");
    await publishExam({ ctx: manager, input: { examId: exam.id } });
    expect(await attemptOf(attempt)).toMatchObject({ state: "ZEROED", score: 0 });
    expect(await result(attempt)).toMatchObject({ score: 0, percentage: 0, passed: false, grade: null });
    const { id } = await fileAppeal({
      ctx: manager,
      input: { reviewId: review, statement: "The student had the same tutor as the other." },
    });
    expect(await reviewState(review)).toBe("APPEALED");
    for (const ctx of [ana, ben])
      await expect(
        decideAppeal({ ctx, input: { appealId: id, outcome: "UPHELD", note: "convincing enough" } }),
      ).rejects.toMatchObject({ status: 403 });
    await expect(
      decideAppeal({ ctx: manager, input: { appealId: id, outcome: "UPHELD", note: "convincing enough" } }),
    ).rejects.toMatchObject({ status: 403 });
    await decideAppeal({ ctx: cleo, input: { appealId: id, outcome: "UPHELD", note: "The tutor confirms it" } });
    expect(await reviewState(review)).toBe("CLEARED");
    expect(await attemptOf(attempt)).toMatchObject({ state: "GRADED", score: 800, review_state: "CLEARED" });
    expect(await result(attempt)).toMatchObject({
      score: 800,
      percentage: 10_000,
      grade: "A",
      passed: true,
      withheld: false,
      published_at: expect.any(Date),
    });
    expect(await told(exam, 0)).toEqual(
      expect.arrayContaining([expect.stringMatching(/set to zero/), expect.stringMatching(/restored/)]),
    );
    await expect(
      decideAppeal({ ctx: cleo, input: { appealId: id, outcome: "DISMISSED", note: "once more, and again" } }),
    ).rejects.toMatchObject({ status: 409 });
  });

  it("hold back a result under review, and release it when it is cleared after publication", async () => {
    const { exam, attempt, review } = await queued();
    await gradeExam({ ctx: manager, input: { examId: exam.id } });
    expect(await publishExam({ ctx: manager, input: { examId: exam.id } })).toEqual({ published: 0, withheld: 1 });
    const done = await decide(ana, review, "CLEARED");
    expect(await result(attempt)).toMatchObject({ withheld: false, published_at: expect.any(Date) });
    await undoDecision({ ctx: ana, input: { decisionId: done.decisionId } });
    expect(await result(attempt)).toMatchObject({ withheld: true, published_at: null });
    expect(await told(exam, 0)).toEqual([]);
  });

  it("mark what was held back before grading, so that lifting the hold leaves no gap", async () => {
    const { exam, attempt, review } = await queued();
    await decide(ana, review, "VIOLATION");
    await decide(ben, review, "VIOLATION");
    await gradeExam({ ctx: manager, input: { examId: exam.id } });
    expect(await attemptOf(attempt)).toMatchObject({ state: "WITHHELD", score: 800 });
    expect(await result(attempt)).toMatchObject({ score: 800, withheld: true });
    const { id } = await fileAppeal({ ctx: manager, input: { reviewId: review, statement: "A sentence that is long enough." } });
    await decideAppeal({ ctx: cleo, input: { appealId: id, outcome: "UPHELD", note: "convincing enough" } });
    expect(await attemptOf(attempt)).toMatchObject({ state: "GRADED", score: 800 });
  });
});

describe("undo", () => {
  it("works for ten seconds, in every round, and leaves nothing behind", async () => {
    const { review, attempt, exam } = await queued();
    const first = await decide(ana, review, "VIOLATION");
    expect((await undoDecision({ ctx: ana, input: { decisionId: first.decisionId } })).state).toBe("CLAIMED");
    await decideReview({ ctx: ana, input: { reviewId: review, decision: "VIOLATION", note: NOTE } });
    const second = await decide(ben, review, "VIOLATION", "ZEROED");
    expect((await attemptOf(attempt)).state).toBe("ZEROED");
    expect((await undoDecision({ ctx: ben, input: { decisionId: second.decisionId } })).state).toBe("SECOND");
    expect((await attemptOf(attempt)).state).toBe("SUBMITTED");
    expect(await told(exam, 0)).toEqual([]);
    await decideReview({ ctx: ben, input: { reviewId: review, decision: "CLEARED" } });
    const third = await decide(cleo, review, "VIOLATION");
    expect((await undoDecision({ ctx: cleo, input: { decisionId: third.decisionId } })).state).toBe("THIRD");
    await decideReview({ ctx: cleo, input: { reviewId: review, decision: "INCONCLUSIVE" } });
    expect(await reviewState(review)).toBe("INCONCLUSIVE");
  });

  it("is refused afterwards, to others, and when someone went on", async () => {
    const { review } = await queued();
    const { decisionId } = await decide(ana, review, "VIOLATION");
    await expect(undoDecision({ ctx: later(ana, 11), input: { decisionId } })).rejects.toThrow(/ten seconds/);
    await expect(undoDecision({ ctx: ben, input: { decisionId } })).rejects.toMatchObject({ status: 409 });
    await claimReview({ ctx: ben, input: { reviewId: review } });
    await expect(undoDecision({ ctx: ana, input: { decisionId } })).rejects.toThrow(/has claimed/);
  });
});

describe("who may review", () => {
  it("is nobody who knows or teaches the student, and nobody of another tenant or role", async () => {
    const { review, attempt, exam } = await queued();
    await claimReview({ ctx: ana, input: { reviewId: review } });
    await declareConflict({ ctx: ana, input: { reviewId: review, reason: "My neighbour's son" } });
    expect(await reviewState(review)).toBe("QUEUED");
    await expect(claimReview({ ctx: ana, input: { reviewId: review } })).rejects.toThrow(/you know/);
    const { rows } = await reviewQueue({ ctx: ana, input: { examId: exam.id } });
    expect(rows[0]).toMatchObject({ id: review, bar: "conflict" });
    expect((await attemptDossier({ ctx: ana, input: { attemptId: attempt } })).bar).toBe("conflict");
    // Taken back by whoever said it and nobody else; then it is offered again.
    const [said] = await myConflicts({ ctx: ana, input: {} });
    expect(said).toMatchObject({ reason: "My neighbour's son", class: null });
    await expect(withdrawConflict({ ctx: cleo, input: { id: said!.id } })).rejects.toMatchObject({ status: 404 });
    await withdrawConflict({ ctx: ana, input: { id: said!.id } });
    await claimReview({ ctx: ana, input: { reviewId: review } });
    await declareConflict({ ctx: ana, input: { reviewId: review, reason: "My neighbour's son" } });

    const teacher = randomUUID();
    await db.owner.query('insert into public."user" (id, college_id, name, email, role) values ($1, $2, $3, $4, $5)', [
      teacher,
      college.id,
      "Ben",
      ben.actor.email,
      "TEACHER",
    ]);
    await db.owner.query(
      "insert into public.teacher_class_assignment (id, college_id, user_id, class_id) values ($1, $2, $3, $4)",
      [randomUUID(), college.id, teacher, exam.classId],
    );
    await expect(claimReview({ ctx: ben, input: { reviewId: review } })).rejects.toThrow(/teach/);
    await db.owner.query('delete from public."user" where id = $1', [teacher]);

    await expect(claimReview({ ctx: stranger, input: { reviewId: review } })).rejects.toMatchObject({ status: 404 });
    await expect(attemptDossier({ ctx: stranger, input: { attemptId: attempt } })).rejects.toMatchObject({ status: 404 });
    for (const role of ["SRE", "AUDITOR"] as const) {
      const ctx = ctxFor(await makeStaff(db.owner, role), everywhere);
      for (const act of [
        () => claimReview({ ctx, input: { reviewId: review } }),
        () => claimNext({ ctx, input: {} }),
        () => decideReview({ ctx, input: { reviewId: review, decision: "CLEARED" } }),
        () => addNote({ ctx, input: { reviewId: review, body: "note" } }),
        () => fileAppeal({ ctx, input: { reviewId: review, statement: "A sentence that is long enough." } }),
        () => setWeights({ ctx, input: { examId: exam.id, threshold: 50, points: {} } }),
      ])
        await expect(act()).rejects.toMatchObject({ status: 403 });
      if (role === "SRE")
        await expect(attemptDossier({ ctx, input: { attemptId: attempt } })).rejects.toMatchObject({ status: 403 });
    }
    await expect(claimReview({ ctx: manager, input: { reviewId: review } })).rejects.toMatchObject({ status: 403 });
    await expect(decideReview({ ctx: systemCtx("test"), input: { reviewId: review, decision: "CLEARED" } })).rejects.toThrow(
      /Only a person/,
    );
  });

  it("keeps notes from whoever still has to decide", async () => {
    const { review, attempt } = await queued();
    await addNote({ ctx: ana, input: { reviewId: review, body: "Looks copied to me" } });
    expect((await attemptDossier({ ctx: ana, input: { attemptId: attempt } })).notes).toHaveLength(1);
    expect((await attemptDossier({ ctx: ben, input: { attemptId: attempt } })).notes).toHaveLength(0);
  });
});

describe("appeals", () => {
  const stands = async () => {
    const made = await queued();
    await decide(ana, made.review, "VIOLATION");
    await decide(ben, made.review, "VIOLATION");
    return made;
  };

  it("are filed once, in time, against what stands", async () => {
    const open = await queued();
    const statement = "A sentence that is long enough.";
    await expect(fileAppeal({ ctx: manager, input: { reviewId: open.review, statement } })).rejects.toMatchObject({
      status: 409,
    });
    const { review } = await stands();
    expect((await appealable({ ctx: manager, input: {} })).map((row) => row.review_id)).toContain(review);
    await expect(fileAppeal({ ctx: later(manager, 15 * 86_400), input: { reviewId: review, statement } })).rejects.toThrow(
      /have passed/,
    );
    const both = await Promise.allSettled([1, 2].map(() => fileAppeal({ ctx: manager, input: { reviewId: review, statement } })));
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const [listed] = (await listAppeals({ ctx: ana, input: {} })).filter((row) => row.review_id === review);
    expect(listed).toMatchObject({ barred: true, status: "OPEN" });
    expect((await listAppeals({ ctx: cleo, input: {} })).find((row) => row.review_id === review)).toMatchObject({
      barred: false,
    });
  });

  it("leave the violation standing when dismissed or withdrawn", async () => {
    const one = await stands();
    const first = await fileAppeal({
      ctx: manager,
      input: { reviewId: one.review, statement: "A sentence that is long enough." },
    });
    await decideAppeal({ ctx: cleo, input: { appealId: first.id, outcome: "DISMISSED", note: "Nothing new was brought" } });
    expect([await reviewState(one.review), (await attemptOf(one.attempt)).state]).toEqual(["VIOLATION", "WITHHELD"]);
    const two = await stands();
    const second = await fileAppeal({
      ctx: manager,
      input: { reviewId: two.review, statement: "A sentence that is long enough." },
    });
    await withdrawAppeal({ ctx: manager, input: { appealId: second.id, reason: "The student withdrew" } });
    expect([await reviewState(two.review), (await attemptOf(two.attempt)).state]).toEqual(["VIOLATION", "WITHHELD"]);
  });
});

describe("scores", () => {
  const at = (minutes: number) => new Date(Date.now() - 30 * 60_000 + minutes * 60_000);

  it("follow the signals, and the queue follows the scores", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED" });
    const attempt = await makeAttempt(db.owner, exam, 0);
    for (let i = 0; i < 4; i++) await makeSignal(db.owner, exam, attempt, "PASTE", at(i));
    for (let i = 0; i < 2; i++) await makeSignal(db.owner, exam, attempt, "SEVERAL_FACES", at(i));
    await rescoreExam(systemCtx("test"), exam.id);
    expect(await attemptOf(attempt)).toMatchObject({
      risk_score: 36,
      review_state: "NONE",
      violation_count: 6,
      suspicious_activity: true,
    });
    await makeSignal(db.owner, exam, attempt, "PHONE", at(5));
    await db.owner.query("update public.student_exam_attempt set needs_scoring = true where id = $1", [attempt]);
    await scorePending(systemCtx("test"));
    expect(await attemptOf(attempt)).toMatchObject({ risk_score: 51, review_state: "QUEUED" });
    await setWeights({ ctx: manager, input: { examId: exam.id, threshold: 45, points: { PHONE: 5, PASTE: "5" as never } } });
    expect(
      (await db.owner.query("select 1 from console.job where kind = 'integrity.rescore' and input ->> 'examId' = $1", [exam.id]))
        .rowCount,
    ).toBe(1);
    await rescoreExam(systemCtx("test"), exam.id);
    expect(await attemptOf(attempt)).toMatchObject({ risk_score: 41, review_state: "NONE" });
    expect((await db.owner.query("select 1 from public.review where attempt_id = $1", [attempt])).rowCount).toBe(0);
  });

  it("open a review when the exam application itself ends an attempt that was scored while it was written", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE" });
    const attempt = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS" });
    for (let i = 0; i < 2; i++) await makeSignal(db.owner, exam, attempt, "FACE_MISMATCH", at(i));
    await rescoreExam(systemCtx("test"), exam.id);
    expect(await attemptOf(attempt)).toMatchObject({ risk_score: 40, review_state: "NONE" });
    await db.owner.query("update public.student_exam_attempt set state = 'SUBMITTED', ended_at = now() where id = $1", [attempt]);
    await scorePending(systemCtx("test"));
    expect(await attemptOf(attempt)).toMatchObject({ review_state: "QUEUED" });
  });

  it("refuse weights that are not numbers", async () => {
    const exam = await makeExam(db.owner, college.id);
    for (const bad of ["much", NaN, -1, 101, 1.5])
      await expect(
        setWeights({ ctx: manager, input: { examId: exam.id, threshold: 40, points: { PASTE: bad as number } } }),
      ).rejects.toMatchObject({ status: 422 });
    await expect(setWeights({ ctx: manager, input: { examId: exam.id, threshold: 0, points: {} } })).rejects.toMatchObject({
      status: 422,
    });
  });

  it("leave alone what someone has begun or decided", async () => {
    const { exam, attempt, review } = await queued();
    await claimReview({ ctx: ana, input: { reviewId: review } });
    await rescoreExam(systemCtx("test"), exam.id);
    expect(await reviewState(review)).toBe("CLAIMED");
    await decideReview({ ctx: ana, input: { reviewId: review, decision: "CLEARED" } });
    for (let i = 0; i < 6; i++) await makeSignal(db.owner, exam, attempt, "PHONE", at(i));
    for (let i = 0; i < 6; i++) await makeSignal(db.owner, exam, attempt, "FACE_MISMATCH", at(i));
    await rescoreExam(systemCtx("test"), exam.id);
    expect(await attemptOf(attempt)).toMatchObject({ risk_score: 70, review_state: "CLEARED" });
  });

  it("do not count what an accommodation takes out", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED" });
    const attempt = await makeAttempt(db.owner, exam, 0);
    for (let i = 0; i < 6; i++) await makeSignal(db.owner, exam, attempt, "GAZE_AWAY", at(i));
    await db.owner.query(
      "insert into public.accommodation (id, college_id, user_id, ignored_signals, reason) values (gen_random_uuid(), $1, $2, '{GAZE_AWAY}', 'reader')",
      [college.id, exam.students[0]],
    );
    await rescoreExam(systemCtx("test"), exam.id);
    expect((await attemptOf(attempt)).risk_score).toBe(0);
  });

  it("give up what an incident explains: previewed, done, undone", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED" });
    const hit = await makeAttempt(db.owner, exam, 0);
    const guilty = await makeAttempt(db.owner, exam, 1);
    const window = { from: at(10), to: at(14) };
    for (const attempt of [hit, guilty]) {
      for (let i = 0; i < 5; i++)
        await makeSignal(db.owner, exam, attempt, "NETWORK_LOST", at(10 + i / 2), { durationMs: 20_000 });
      for (let i = 0; i < 2; i++) await makeSignal(db.owner, exam, attempt, "CONCURRENT_SESSION", at(12));
      await makeSignal(db.owner, exam, attempt, "PASTE", at(11));
    }
    // Begins before the incident, and lasts into it.
    await makeSignal(db.owner, exam, hit, "HEARTBEAT_GAP", at(9), { durationMs: 90_000 });
    // Outside of it.
    await makeSignal(db.owner, exam, hit, "NETWORK_LOST", at(2));
    for (let i = 0; i < 2; i++) await makeSignal(db.owner, exam, guilty, "FACE_MISMATCH", at(12));
    await rescoreExam(systemCtx("test"), exam.id);
    expect((await attemptOf(hit)).review_state).toBe("QUEUED");
    expect((await attemptOf(guilty)).review_state).toBe("QUEUED");
    const input = {
      incidentId: randomUUID(),
      incidentNumber: 12,
      ...window,
      collegeIds: [college.id],
      attemptIds: [hit, guilty],
    };
    const preview = await previewExplain({ ctx: ana, input });
    expect(preview).toMatchObject({ signals: 15, attempts: 2, reviewsLeft: 1 });
    expect((await attemptOf(hit)).review_state).toBe("QUEUED");
    const done = await explainSignals({ ctx: ana, input });
    expect(done).toEqual(preview);
    expect(await attemptOf(hit)).toMatchObject({ risk_score: 8, review_state: "NONE", violation_count: 1 });
    expect(await attemptOf(guilty)).toMatchObject({ risk_score: 45, review_state: "QUEUED" });
    const { rows } = await db.owner.query("select reasons from public.review where attempt_id = $1", [guilty]);
    expect(rows[0].reasons).toEqual(expect.arrayContaining([{ signal: "NETWORK_LOST", count: 5, points: 0, incident: 12 }]));
    expect(await unexplainSignals({ ctx: ana, input: { incidentId: input.incidentId } })).toMatchObject({
      signals: 15,
      attempts: 2,
      reviewsBack: 1,
    });
    expect((await attemptOf(hit)).review_state).toBe("QUEUED");
    await expect(explainSignals({ ctx: ana, input: { ...input, to: window.from } })).rejects.toMatchObject({ status: 422 });
  });

  it("explains by our clock when the client's is wrong by hours", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED" });
    const attempt = await makeAttempt(db.owner, exam, 0);
    const wrong = (minutes: number) => new Date(at(minutes).getTime() - 3 * 3_600_000);
    await makeSignal(db.owner, exam, attempt, "NETWORK_LOST", wrong(12), { received: new Date(at(12).getTime() + 100) });
    // Sent late: it happened outside of the incident, whenever it came.
    await makeSignal(db.owner, exam, attempt, "NETWORK_LOST", wrong(2), { received: at(12) });
    const done = await previewExplain({
      ctx: ana,
      input: { incidentId: randomUUID(), incidentNumber: 3, from: at(10), to: at(14), attemptIds: [attempt] },
    });
    expect(done.signals).toBe(1);
  });
});

describe("the analysis of an exam", () => {
  it("puts two who share their errors on top, queues them, and shows both sheets without names", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED", students: 30, questions: 20 });
    const attempts: string[] = [];
    let state = 3;
    const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
    for (let s = 0; s < 30; s++) {
      const picks = exam.questions.map((question, i) =>
        s >= 28
          ? i % 3
            ? (question.key + 1 + (i % 2)) % 4
            : question.key
          : random() < 0.55
            ? question.key
            : Math.floor(random() * 4),
      );
      attempts.push(await makeAttempt(db.owner, exam, s, { picks }));
    }
    expect((await dueAnalyses(systemCtx("test"), 50)).map((one) => one.id)).toContain(exam.id);
    const done = await analyseExam(systemCtx("test"), exam.id);
    expect(done).toMatchObject({ attempts: 30, rings: 1 });
    expect((await dueAnalyses(systemCtx("test"), 50)).map((one) => one.id)).not.toContain(exam.id);
    const found = await examCollusion({ ctx: ana, input: { examId: exam.id } });
    const pair = [attempts[28]!, attempts[29]!].sort();
    expect([found.pairs[0]!.a.id, found.pairs[0]!.b.id]).toEqual(pair);
    expect(found.pairs[0]).toMatchObject({ ring: 1, differences: 0, ratio: 99_900, eeic: 13 });
    expect(found.summary).toMatchObject({ students: 30, pairs: 435 });
    await scorePending(systemCtx("test"));
    expect(await attemptOf(attempts[28]!)).toMatchObject({ review_state: "QUEUED" });
    const comparison = await mostAlike({ ctx: ana, input: { attemptId: attempts[28]! } });
    expect(comparison).toMatchObject({
      eeic: 13,
      differences: 0,
      other: { attemptId: attempts[29] },
      tested: { pairs: 435, ring: 1, atLeastAsMany: 1 },
    });
    const other = await comparePair({ ctx: ana, input: { examId: exam.id, a: attempts[0]!, b: attempts[1]! } });
    expect(other!.cells).toHaveLength(20);
    expect(other!.cells.every((cell) => cell.aAt instanceof Date && cell.bAt instanceof Date)).toBe(true);
    expect(JSON.stringify([found, comparison, other])).not.toMatch(/Student \d/);
    const { statistics } = await examStatistics({ ctx: manager, input: { examId: exam.id } });
    expect(statistics).toMatchObject({ attempts: 30, items: expect.any(Array) });
    expect(statistics!.items).toHaveLength(20);
    expect(JSON.stringify(statistics)).not.toMatch(/NaN|Infinity/);
    await analyseExam(systemCtx("test"), exam.id);
    await expect(examCollusion({ ctx: stranger, input: { examId: exam.id } })).rejects.toMatchObject({ status: 404 });
  });

  it("states its result for an exam with nobody, and with one", async () => {
    for (const students of [0, 1]) {
      const exam = await makeExam(db.owner, college.id, { status: "CLOSED", students, questions: students * 6 });
      if (students) await makeAttempt(db.owner, exam, 0, { picks: [0, 1, 2, 3, 0, 1] });
      await analyseExam(systemCtx("test"), exam.id);
      const { summary } = await examCollusion({ ctx: ana, input: { examId: exam.id } });
      expect(summary!.silent).toMatch(/can't be compared/);
      const { statistics } = await examStatistics({ ctx: ana, input: { examId: exam.id } });
      expect(statistics!.alpha).toBeNull();
      expect(JSON.stringify(statistics)).not.toMatch(/NaN/);
    }
  });

  it("shows nothing that tells keys while the exam is live", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "LIVE" });
    const attempts = [
      await makeAttempt(db.owner, exam, 0, { picks: [0, 0, 0, 0] }),
      await makeAttempt(db.owner, exam, 1, { picks: [0, 0, 0, 0] }),
    ];
    expect(await mostAlike({ ctx: ana, input: { attemptId: attempts[0]! } })).toBeNull();
    expect(await comparePair({ ctx: ana, input: { examId: exam.id, a: attempts[0]!, b: attempts[1]! } })).toBeNull();
    expect((await examStatistics({ ctx: ana, input: { examId: exam.id } })).statistics).toBeNull();
  });
});
