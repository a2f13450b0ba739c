import { beforeAll, expect, it } from "vitest";
import { testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, makeReview } from "../../../../tests/fixtures/exam.ts";
import { makeReviewers } from "../../../../tests/fixtures/reviewers.ts";
import { systemCtx } from "../../../access/ctx.server.ts";
import type { Ctx } from "../../../db/ctx.ts";
import { forgetAnswerVersions } from "./forget.server.ts";
import { answerHistory } from "./history.server.ts";

const db = testDatabase();
let college: { id: string };
let ana: Ctx;
beforeAll(async () => {
  ({ college, ana } = await makeReviewers(db));
});

const choose = (attempt: string, question: { id: string; options: string[] }, option: number, at: string) =>
  db.owner.query(
    `update public.student_answer set selected_option_id = $3, revisions = revisions + 1, answered_at = $4
     where attempt_id = $1 and question_id = $2`,
    [attempt, question.id, question.options[option], at],
  );

it("each save that changes an answer keeps a version to the second; marking keeps none", async () => {
  const exam = await makeExam(db.owner, college.id, { status: "CLOSED" });
  const attempt = await makeAttempt(db.owner, exam, 0, { picks: [1, 2, 2, 3] });
  // After everything that the fixture answered, whatever the time is.
  const saved = (seconds: number, ms: number) =>
    new Date(Math.ceil(Date.now() / 1000) * 1000 + seconds * 1000 + ms).toISOString();
  const [first, second, same] = [saved(60, 789), saved(120, 123), saved(180, 0)];
  await choose(attempt, exam.questions[0]!, 0, first);
  await choose(attempt, exam.questions[1]!, 1, second);
  await choose(attempt, exam.questions[1]!, 1, same);
  await db.owner.query("update public.student_answer set marks_awarded = 200, is_correct = true where attempt_id = $1", [
    attempt,
  ]);
  const { versions, changes } = await answerHistory({ ctx: ana, input: { attemptId: attempt } });
  expect(changes).toEqual({
    versions: 6,
    changed: 2,
    wrongToRight: 2,
    rightToWrong: 0,
    wrongToWrong: 0,
    longestRun: 2,
  });
  const whole = (at: string) => `${at.slice(0, 19)}.000Z`;
  expect(versions.map((version) => version.at).filter((at) => at >= whole(first))).toEqual([first, second].map(whole));
  const { ana: stranger } = await makeReviewers(db);
  await expect(answerHistory({ ctx: stranger, input: { attemptId: attempt } })).rejects.toMatchObject({ status: 404 });
});

it("no direction is told while an exam is live", async () => {
  const exam = await makeExam(db.owner, college.id, { status: "LIVE" });
  const attempt = await makeAttempt(db.owner, exam, 0, { picks: [1, 2, 2, 3] });
  await choose(attempt, exam.questions[0]!, 0, "2026-11-29T09:10:00Z");
  const { versions, changes } = await answerHistory({ ctx: ana, input: { attemptId: attempt } });
  expect(versions.every((version) => version.right === null)).toBe(true);
  expect(changes).toMatchObject({ changed: 1, wrongToRight: 0 });
});

it("a version can't be written, changed or deleted by the console, nor by an application", async () => {
  for (const role of ["invigil_app", "invigil_platform", "invigil_platform_app"])
    for (const right of ["insert", "update", "delete", "truncate"]) {
      const { rows } = await db.owner.query("select has_table_privilege($1, 'public.answer_version', $2) as may", [role, right]);
      expect([role, right, rows[0].may]).toEqual([role, right, false]);
    }
});

it("old versions are forgotten, but not those that an open review or a violation may rest on", async () => {
  const exam = await makeExam(db.owner, college.id, { status: "CLOSED", students: 2 });
  const plain = await makeAttempt(db.owner, exam, 0, { picks: [0, 1, 2, 3] });
  const reviewed = await makeAttempt(db.owner, exam, 1, { picks: [0, 1, 2, 3] });
  await makeReview(db.owner, exam, reviewed);
  await db.owner.query("update public.answer_version set at = now() - interval '500 days' where attempt_id = any($1::uuid[])", [
    [plain, reviewed],
  ]);
  await forgetAnswerVersions(systemCtx("test"));
  const { rows } = await db.owner.query(
    "select attempt_id as id, count(*)::int as n from public.answer_version where attempt_id = any($1::uuid[]) group by 1",
    [[plain, reviewed]],
  );
  expect(rows).toEqual([{ id: reviewed, n: 4 }]);
  await expect(db.owner.query("select public.forget_answer_versions(now(), 10)")).rejects.toMatchObject({ code: "22023" });
});
