import { beforeAll, describe, expect, it } from "vitest";
import { testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, makeReview, makeSignal } from "../../../../tests/fixtures/exam.ts";
import { seeded } from "../../../../tests/fixtures/cohort.ts";
import { makeReviewers } from "../../../../tests/fixtures/reviewers.ts";
import { systemCtx } from "../../../access/ctx.server.ts";
import type { Ctx } from "../../../db/ctx.ts";
import { gradeExam, publishExam } from "../../exams/grading/grade.server.ts";
import { claimReview } from "../review/claim.server.ts";
import { decideReview, undoDecision } from "../review/decide.server.ts";
import { attemptDossier } from "../review/dossier.server.ts";
import { rescoreExam } from "../score/rescore.server.ts";
import { analyseDue, analyseExam, dueAnalyses } from "./analyse-exam.server.ts";

/** One kind of evidence withholds nothing, and what the earlier method found is looked at again. */

const db = testDatabase();
const system = systemCtx("test");
let college: { id: string };
let ana: Ctx;
let ben: Ctx;
let manager: Ctx;

beforeAll(async () => {
  ({ college, ana, ben, manager } = await makeReviewers(db));
});

const EARLIER = [{ signal: "IDENTICAL_ERRORS", count: 9, points: 40, with: 2001 }];
const result = async (attempt: string) =>
  (
    await db.owner.query<{ withheld: boolean; published: boolean }>(
      "select withheld, published_at is not null as published from public.exam_result where attempt_id = $1",
      [attempt],
    )
  ).rows[0];
const reviewOf = async (attempt: string) =>
  (
    await db.owner.query<{ id: string; state: string; withholds: boolean; reasons: { signal: string; method?: number }[] }>(
      "select id, state, withholds, reasons from public.review where attempt_id = $1",
      [attempt],
    )
  ).rows[0];
const logged = async (reviewId: string) =>
  (
    await db.owner.query<{ action: string; reason: string | null }>(
      `select e.action, c.body::jsonb ->> 'reason' as reason from audit.entry e join audit.content c on c.entry_id = e.id
       where e.resource_id = $1 order by e.at, e.id`,
      [reviewId],
    )
  ).rows.map((row) => [row.action, row.reason]);

/** Two of thirty share their errors; the others answered alone. */
async function copied() {
  const exam = await makeExam(db.owner, college.id, { status: "CLOSED", frozen: true, students: 30, questions: 20 });
  let state = 3;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  const attempts: string[] = [];
  for (let s = 0; s < 30; s++)
    attempts.push(
      await makeAttempt(db.owner, exam, s, {
        picks: exam.questions.map((question, i) =>
          s >= 28
            ? i % 3
              ? (question.key + 1 + (i % 2)) % 4
              : question.key
            : random() < 0.55
              ? question.key
              : Math.floor(random() * 4),
        ),
      }),
    );
  return { exam, attempts };
}

/** As it was left by an installation of the earlier version. */
async function analysedBefore(exam: { id: string }, evidence: Record<string, unknown> = {}) {
  await db.owner.query(
    `insert into public.exam_analysis (id, college_id, exam_id, kind, computed_at, method, result)
     values (gen_random_uuid(), $1, $2, 'EVIDENCE', now(), 1, $3)`,
    [college.id, exam.id, JSON.stringify({ collusion: { rings: [] }, attempts: evidence })],
  );
}

describe("a collusion figure", () => {
  it("puts an attempt in the queue and withholds nothing; with a second kind of evidence the result waits", async () => {
    const { exam, attempts } = await copied();
    const [alone, both] = [attempts[28]!, attempts[29]!];
    for (let i = 0; i < 2; i++) await makeSignal(db.owner, exam, both, "PASTE", new Date(Date.now() - 20 * 60_000 + i * 1000));
    await analyseExam(system, exam.id);
    await rescoreExam(system, exam.id);
    expect(await reviewOf(alone)).toMatchObject({ state: "QUEUED", withholds: false });
    expect(await reviewOf(both)).toMatchObject({ state: "QUEUED", withholds: true });
    await gradeExam({ ctx: manager, input: { examId: exam.id } });
    expect(await publishExam({ ctx: manager, input: { examId: exam.id } })).toEqual({ published: 29, withheld: 1 });
    expect(await result(alone)).toEqual({ withheld: false, published: true });
    expect(await result(both)).toEqual({ withheld: true, published: false });
  });

  it("withholds before publication once a person has reported a violation, and an undo frees it again", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED", frozen: true });
    const attempt = await makeAttempt(db.owner, exam, 0);
    const reviewId = await makeReview(db.owner, exam, attempt, 40, EARLIER);
    await gradeExam({ ctx: manager, input: { examId: exam.id } });
    expect(await result(attempt)).toMatchObject({ withheld: false });
    await claimReview({ ctx: ana, input: { reviewId } });
    const { decisionId } = await decideReview({ ctx: ana, input: { reviewId, decision: "VIOLATION", note: "The same errors" } });
    expect(await result(attempt)).toMatchObject({ withheld: true });
    await undoDecision({ ctx: ana, input: { decisionId } });
    expect(await result(attempt)).toMatchObject({ withheld: false });
  });
});

describe("after an upgrade", () => {
  it("an exam with open reviews is analysed again however old, and what rests on nothing leaves the queue and frees the result", async () => {
    const exam = await makeExam(db.owner, college.id, {
      status: "CLOSED",
      frozen: true,
      students: 12,
      questions: 8,
      start: new Date(Date.now() - 900 * 86_400_000),
    });
    const { uniform, below } = seeded(5);
    const attempts: string[] = [];
    for (let s = 0; s < 12; s++) {
      const picks = exam.questions.map((question) => (uniform() < 0.6 ? question.key : below(4)));
      attempts.push(await makeAttempt(db.owner, exam, s, { picks }));
    }
    const accused = attempts[0]!;
    const reviewId = await makeReview(db.owner, exam, accused, 40, EARLIER);
    // Every open review withheld its result then.
    await db.owner.query("update public.review set withholds = true where id = $1", [reviewId]);
    await analysedBefore(exam, { [accused]: [{ kind: "IDENTICAL_ERRORS", count: 9, points: 40, with: 2001 }] });
    await gradeExam({ ctx: manager, input: { examId: exam.id } });
    await publishExam({ ctx: manager, input: { examId: exam.id } });
    expect(await result(accused)).toEqual({ withheld: true, published: false });

    expect((await dueAnalyses(system, 50))[0]!.id).toBe(exam.id);
    await analyseDue(system, 50);
    expect((await dueAnalyses(system, 50)).map((one) => one.id)).not.toContain(exam.id);
    expect(await reviewOf(accused)).toBeUndefined();
    expect(await result(accused)).toEqual({ withheld: false, published: true });
    expect(await logged(reviewId)).toContainEqual([
      "review.recheck",
      "Similarity figure recomputed with method 3; evidence withdrawn",
    ]);
  });

  it("evidence that stands keeps its review, by the new figure", async () => {
    const { exam, attempts } = await copied();
    const reviewId = await makeReview(db.owner, exam, attempts[28]!, 40, EARLIER);
    await analysedBefore(exam);
    await analyseExam(system, exam.id);
    const review = await reviewOf(attempts[28]!);
    expect(review).toMatchObject({ id: reviewId, state: "QUEUED", withholds: false });
    expect(review!.reasons).toEqual([
      expect.objectContaining({ signal: "IDENTICAL_ERRORS", method: 3, expected: expect.any(Number) }),
    ]);
    expect(await logged(reviewId)).toContainEqual([
      "review.recheck",
      "Similarity figure recomputed with method 3; evidence stands",
    ]);
    await analyseExam(system, exam.id);
    expect((await logged(reviewId)).filter(([action]) => action === "review.recheck")).toHaveLength(1);
  });

  it("a violation stays as it was decided, and is said to rest on the earlier method", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED", frozen: true });
    const attempt = await makeAttempt(db.owner, exam, 0, { picks: exam.questions.map(() => 1) });
    const reviewId = await makeReview(db.owner, exam, attempt, 40, EARLIER);
    for (const ctx of [ana, ben]) {
      await claimReview({ ctx, input: { reviewId } });
      await decideReview({ ctx, input: { reviewId, decision: "VIOLATION", note: "The same nine errors" } });
    }
    await analysedBefore(exam);
    await analyseExam(system, exam.id);
    expect(await reviewOf(attempt)).toMatchObject({ state: "VIOLATION", reasons: EARLIER });
    expect((await attemptDossier({ ctx: ana, input: { attemptId: attempt } })).earlierMethod).toBe(true);
    expect(await logged(reviewId)).toContainEqual([
      "review.decided_on_earlier_method",
      "Similarity figure recomputed with method 3; evidence withdrawn. Decided on the earlier method",
    ]);
  });
});
