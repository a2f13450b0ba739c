import { beforeAll, describe, expect, it } from "vitest";
import { testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, makeReview } from "../../../../tests/fixtures/exam.ts";
import { makeReviewers } from "../../../../tests/fixtures/reviewers.ts";
import { systemCtx } from "../../../access/ctx.server.ts";
import type { Ctx } from "../../../db/ctx.ts";
import { decideAppeal, fileAppeal } from "../appeals/appeals.server.ts";
import { analyseExam } from "../evidence/analyse-exam.server.ts";
import { claimReview } from "../review/claim.server.ts";
import { decideReview, undoDecision } from "../review/decide.server.ts";
import { rescoreExam } from "../score/rescore.server.ts";
import { printStatement } from "./print.server.ts";
import { sayAppeal, sayProof, statementOf } from "./read.server.ts";

const db = testDatabase();
let college: { id: string };
let ana: Ctx;
let ben: Ctx;
let cleo: Ctx;
let manager: Ctx;
beforeAll(async () => {
  ({ college, ana, ben, cleo, manager } = await makeReviewers(db));
});

/** Two of thirty copied from each other; one of them left the last questions blank and ran out of time. */
async function ring() {
  const exam = await makeExam(db.owner, college.id, { status: "CLOSED", frozen: true, students: 30, questions: 24 });
  let state = 3;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  const attempts: string[] = [];
  for (let s = 0; s < 30; s++)
    attempts.push(
      await makeAttempt(db.owner, exam, s, {
        picks: exam.questions.map((question, i) =>
          s >= 28
            ? s === 29 && i > 20
              ? null
              : i % 3
                ? (question.key + 1 + (i % 2)) % 4
                : question.key
            : random() < 0.55
              ? question.key
              : Math.floor(random() * 4),
        ),
      }),
    );
  await db.owner.query("update public.student_exam_attempt set deadline_at = ended_at where id = $1", [attempts[29]]);
  await analyseExam(systemCtx("test"), exam.id);
  await rescoreExam(systemCtx("test"), exam.id);
  const { rows } = await db.owner.query("select id from public.review where attempt_id = $1", [attempts[29]]);
  return { exam, attempt: attempts[29]!, review: rows[0].id as string };
}

async function decide(
  ctx: Ctx,
  reviewId: string,
  decision: "VIOLATION" | "CLEARED",
  note = "The same eleven errors, in the same order.",
) {
  await claimReview({ ctx, input: { reviewId } });
  return decideReview({ ctx, input: { reviewId, decision, note } });
}

const text = (statement: Awaited<ReturnType<typeof statementOf>>) =>
  statement!.body.sections.flatMap((section) => [section.title, ...section.lines]).join("\n");

describe("a statement", () => {
  it("is written when a violation stands, says what speaks against it, and stays as it was decided", async () => {
    const { exam, attempt, review } = await ring();
    await decide(ana, review, "VIOLATION");
    expect(await statementOf({ ctx: ana, input: { attemptId: attempt } })).toBeNull();
    await decide(ben, review, "VIOLATION");
    const statement = await statementOf({ ctx: ana, input: { attemptId: attempt } });
    const said = text(statement);
    expect(statement!.body.claim).toMatch(/^Two reviewers, neither of whom saw what the other had decided, found a violation/);
    expect(said).toMatch(/All 435 pairs of the 30 attempts at this exam were compared in the same way/);
    expect(said).toMatch(/pairs as alike as this one are expected by chance alone\. A pair is shown to reviewers below 0\.05/);
    expect(said).toMatch(/in 20 honest re-runs of this exam, in which nobody copied, \d+ pairs? w(as|ere) flagged/);
    expect(said).toMatch(/time ran out/);
    expect(said).toMatch(/3 questions were left blank/);
    expect(said).toMatch(/Both candidates are of one class/);
    expect(said).toMatch(/The evidence is of one kind only/);
    expect(said).toMatch(/the direction is unknown/);
    expect(said).not.toMatch(/No exam of this size|1 in \d/);
    expect(said).not.toMatch(/Student \d/);
    expect(said).toMatch(/method 3/);
    // What the exam says afterwards changes nothing of it.
    await db.owner.query("update public.exam set title = 'Renamed' where id = $1", [exam.id]);
    await db.owner.query("delete from public.collusion_pair where exam_id = $1", [exam.id]);
    expect(text(await statementOf({ ctx: ana, input: { attemptId: attempt } }))).toBe(said);
    expect(statement!.entry_id).not.toBeNull();
    expect(sayProof(statement!)).toContain(statement!.entry_id!);
    // An appeal is told beside it.
    const { id } = await fileAppeal({
      ctx: manager,
      input: { reviewId: review, statement: "They sat in different rooms and were taught together for a year." },
    });
    await decideAppeal({
      ctx: cleo,
      input: { appealId: id, outcome: "UPHELD", note: "Taught the same errors, as the class test shows." },
    });
    const after = await statementOf({ ctx: ana, input: { attemptId: attempt } });
    expect(sayAppeal(after!)).toMatch(/An appeal was upheld: the violation does not stand/);
    expect(text(after)).toBe(said);
  });

  it("of a cleared attempt that nothing compared holds no figure about likeness, and an undone decision has none", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED" });
    const attempt = await makeAttempt(db.owner, exam, 0, { picks: [0, 1, 2, 3] });
    const review = await makeReview(db.owner, exam, attempt);
    const { decisionId } = await decide(ana, review, "CLEARED", "");
    const statement = await statementOf({ ctx: ana, input: { attemptId: attempt } });
    expect(statement!.body.claim).toMatch(/^Nothing that stands was found/);
    expect(text(statement)).not.toMatch(/pair|chance|alike/);
    await undoDecision({ ctx: ana, input: { decisionId } });
    expect(await statementOf({ ctx: ana, input: { attemptId: attempt } })).toBeNull();
  });

  it("can't be changed or deleted by the console, and is out of an application's reach", async () => {
    for (const role of ["invigil_app", "invigil_platform", "invigil_platform_app"])
      for (const right of role === "invigil_platform_app" ? ["select", "insert", "update", "delete"] : ["update", "delete"]) {
        const { rows } = await db.owner.query("select has_table_privilege($1, 'public.review_statement', $2) as may", [
          role,
          right,
        ]);
        expect([role, right, rows[0].may]).toEqual([role, right, false]);
      }
  });

  it("is printed as a PDF, in letters of other scripts too, and the log says by whom", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED" });
    await db.owner.query(`update public."user" set name = 'Łukasz Ωμέγα Жук' where id = $1`, [exam.students[0]]);
    const attempt = await makeAttempt(db.owner, exam, 0, { picks: [0, 1, 2, 3] });
    const review = await makeReview(db.owner, exam, attempt);
    await decide(ana, review, "VIOLATION");
    await decide(ben, review, "VIOLATION");
    const { pdf, name } = await printStatement({ ctx: manager, input: { attemptId: attempt } });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect(pdf.length).toBeGreaterThan(8000);
    expect(name).toBe("statement-candidate-2000.pdf");
    const { rows } = await db.owner.query(
      "select actor_id from audit.entry where action = 'integrity.print_statement' and resource_id = $1",
      [attempt],
    );
    expect(rows).toEqual([{ actor_id: manager.actor.id }]);
    const { ana: stranger } = await makeReviewers(db);
    await expect(printStatement({ ctx: stranger, input: { attemptId: attempt } })).rejects.toMatchObject({ status: 404 });
  });
});
