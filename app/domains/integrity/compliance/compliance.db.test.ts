import { expect, it } from "vitest";
import { testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, makeReview, makeSignal } from "../../../../tests/fixtures/exam.ts";
import { makeReviewers } from "../../../../tests/fixtures/reviewers.ts";
import { systemCtx } from "../../../access/ctx.server.ts";
import { printPdf } from "../../../platform/pdf.server.ts";
import { analyseExam } from "../evidence/analyse-exam.server.ts";
import { claimReview } from "../review/claim.server.ts";
import { decideReview } from "../review/decide.server.ts";
import { complianceFile } from "./file.server.ts";
import { compliancePrint } from "./print.ts";

const db = testDatabase();

it("says what ran with which weights, who oversaw, what was overridden and why, and where the log proves it; and names no student", async () => {
  const { college, ana, manager } = await makeReviewers(db);
  const exam = await makeExam(db.owner, college.id, { status: "CLOSED", students: 12, questions: 8 });
  const attempts: string[] = [];
  for (let s = 0; s < 12; s++)
    attempts.push(
      await makeAttempt(db.owner, exam, s, { picks: exam.questions.map((question, i) => (question.key + ((s + i) % 3)) % 4) }),
    );
  await makeSignal(db.owner, exam, attempts[0]!, "PASTE", new Date());
  await analyseExam(systemCtx("test"), exam.id);
  await db.owner.query("update public.exam set integrity_weights = $2 where id = $1", [exam.id, { PASTE: { points: 9 } }]);
  const review = await makeReview(db.owner, exam, attempts[0]!);
  await claimReview({ ctx: ana, input: { reviewId: review } });
  await decideReview({ ctx: ana, input: { reviewId: review, decision: "CLEARED", note: "Notes were allowed in this exam." } });
  const file = await complianceFile({ ctx: manager, input: { examId: exam.id } });
  expect(file.models).toMatchObject({
    comparison: { method: 3, check: { runs: 20 } },
    weightsChanged: true,
    weights: { PASTE: { points: 9 } },
    threshold: 40,
  });
  expect(file.reviews).toMatchObject({ attempts: 12, flagged: 1, cleared: 1, open: 0 });
  expect(file.signals).toEqual([{ signal: "PASTE", seen: 1, attempts: 1, explained: 0 }]);
  expect(file.oversight).toEqual([expect.objectContaining({ role: "PROCTOR", decisions: 1 })]);
  expect(file.overrides).toEqual([
    expect.objectContaining({ candidate: 2000, decision: "CLEARED", note: "Notes were allowed in this exam." }),
  ]);
  expect(file.scorecard.all[0]).toMatchObject({ signal: null, wrong: { n: 1, of: 1 } });
  expect(file.log.key).toMatch(/^invigil\.local\/audit\+/);
  expect(JSON.stringify(file)).not.toMatch(/Student \d/);
  const print = compliancePrint(file);
  expect(print.claim).toMatch(/^12 attempts, 1 flagged for people to review/);
  expect((await printPdf(print, file.made)).subarray(0, 5).toString()).toBe("%PDF-");
  const { rows } = await db.owner.query(
    "select actor_id from audit.entry where action = 'integrity.compliance_file' and resource_id = $1",
    [exam.id],
  );
  expect(rows).toEqual([{ actor_id: manager.actor.id }]);
});
