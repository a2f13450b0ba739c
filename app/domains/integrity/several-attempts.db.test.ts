import { beforeAll, describe, expect, it } from "vitest";
import { testDatabase } from "../../../tests/database.ts";
import { makeAttempt, makeExam, makeReview } from "../../../tests/fixtures/exam.ts";
import { makeReviewers } from "../../../tests/fixtures/reviewers.ts";
import type { Ctx } from "../../db/ctx.ts";
import { gradeExam, reopenGrading } from "../exams/grading/grade.server.ts";
import { decideAppeal, fileAppeal } from "./appeals/appeals.server.ts";
import { claimReview } from "./review/claim.server.ts";
import { decideReview } from "./review/decide.server.ts";

/** A student sat an exam twice, and one attempt is held: which one gives the result does not depend on what came first. */

const db = testDatabase();
let college: { id: string };
let ana: Ctx;
let ben: Ctx;
let cleo: Ctx;
let manager: Ctx;
beforeAll(async () => {
  ({ college, ana, ben, cleo, manager } = await makeReviewers(db));
});

type Step = "grade" | "hold" | "lift" | "again";

async function sat(held: "best" | "other", consequence: "WITHHELD" | "ZEROED", steps: readonly Step[]) {
  const exam = await makeExam(db.owner, college.id, { status: "CLOSED", frozen: true });
  await db.owner.query("update public.exam set max_attempts = 2 where id = $1", [exam.id]);
  const keys = exam.questions.map((question) => question.key);
  const other = await makeAttempt(db.owner, exam, 0, { picks: [keys[0]!, keys[1]!, null, null] });
  await db.owner.query("update public.student_exam_attempt set attempt_no = 2 where id = $1", [other]);
  const best = await makeAttempt(db.owner, exam, 0, { picks: keys });
  const attempt = held === "best" ? best : other;
  const review = await makeReview(db.owner, exam, attempt);
  const grade = () => gradeExam({ ctx: manager, input: { examId: exam.id } });
  const doing: Record<Step, () => Promise<unknown>> = {
    grade,
    async hold() {
      for (const ctx of [ana, ben]) {
        await claimReview({ ctx, input: { reviewId: review } });
        await decideReview({
          ctx,
          input: { reviewId: review, decision: "VIOLATION", note: "The same errors as the neighbour.", consequence },
        });
      }
    },
    async lift() {
      const { id } = await fileAppeal({
        ctx: manager,
        input: { reviewId: review, statement: "A sentence that is long enough." },
      });
      await decideAppeal({ ctx: cleo, input: { appealId: id, outcome: "UPHELD", note: "convincing enough" } });
    },
    async again() {
      await reopenGrading({ ctx: manager, input: { examId: exam.id, reason: "once more" } });
      await grade();
    },
  };
  for (const step of steps) await doing[step]();
  const { rows } = await db.owner.query<{ attempt: string; score: number; withheld: boolean }>(
    "select attempt_id as attempt, score, withheld from public.exam_result where exam_id = $1",
    [exam.id],
  );
  return rows.map((row) => ({ ...row, attempt: row.attempt === best ? "best" : "other" }));
}

const HELD: Step[][] = [
  ["hold", "grade"],
  ["grade", "hold"],
  ["grade", "hold", "again"],
  ["hold", "grade", "again"],
];
const LIFTED: Step[][] = [
  ["hold", "lift", "grade"],
  ["hold", "grade", "lift"],
  ["grade", "hold", "lift"],
  ["grade", "hold", "again", "lift", "again"],
];
const name = (steps: Step[]) => steps.join(", ");

describe.each(["WITHHELD", "ZEROED"] as const)("a hold that is %s", (consequence) => {
  it.each(HELD.map((steps) => [name(steps), steps] as const))("on the best attempt holds the result: %s", async (_, steps) => {
    expect(await sat("best", consequence, steps)).toEqual([
      { attempt: "best", score: consequence === "ZEROED" ? 0 : 800, withheld: consequence === "WITHHELD" },
    ]);
  });
  it.each(HELD.map((steps) => [name(steps), steps] as const))("on another attempt changes nothing: %s", async (_, steps) => {
    expect(await sat("other", consequence, steps)).toEqual([{ attempt: "best", score: 800, withheld: false }]);
  });
});

it.each(LIFTED.map((steps) => [name(steps), steps] as const))(
  "a hold that was lifted leaves the best attempt's result: %s",
  async (_, steps) => {
    for (const held of ["best", "other"] as const)
      expect((await sat(held, "WITHHELD", steps)).map(({ attempt, score }) => [held, attempt, score])).toEqual([
        [held, "best", 800],
      ]);
  },
);
