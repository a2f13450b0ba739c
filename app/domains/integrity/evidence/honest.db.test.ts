import { expect, it } from "vitest";
import { cohort } from "../../../../tests/fixtures/cohort.ts";
import { testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam } from "../../../../tests/fixtures/exam.ts";
import { makeReviewers } from "../../../../tests/fixtures/reviewers.ts";
import { systemCtx } from "../../../access/ctx.server.ts";
import { gradeExam, publishExam } from "../../exams/grading/grade.server.ts";
import { newId } from "../../../platform/ids.ts";
import { scorePending } from "../score/rescore.server.ts";
import { analyseExam } from "./analyse-exam.server.ts";

const db = testDatabase();

it("who ran out of time, who answered one letter, and the two best go through a whole exam, and nobody is held", async () => {
  const { college, manager } = await makeReviewers(db);
  const exam = await makeExam(db.owner, college.id, { status: "CLOSED", frozen: true, students: 60, questions: 24 });
  const { responses } = cohort({ students: 60, items: 24, kind: "generated", seed: 8 });
  for (let s = 0; s < 60; s++) {
    const picks = exam.questions.map((question, i): number | null => {
      const pick = responses.picks[s * 24 + i]! % 4;
      // As the cohort answers, with this exam's keys.
      const own = pick === responses.key[i] ? question.key : (question.key + 1 + (pick % 3)) % 4;
      if (s === 0) return i < 15 ? own : null;
      if (s === 1) return 2;
      if (s === 2 || s === 3) return i === 20 ? (question.key + 1) % 4 : question.key;
      return own;
    });
    await makeAttempt(db.owner, exam, s, { picks });
  }
  // As after the first minute of any database: without statistics, marking 1,440 answers is planned as a nested loop.
  await db.owner.query("analyze");
  const system = systemCtx("test");
  await analyseExam(system, exam.id);
  await scorePending(system);
  await gradeExam({ ctx: manager, input: { examId: exam.id } });
  const fresh = { ...manager, session: { id: newId(), stepUpAt: new Date(), secondFactor: true } };
  expect(await publishExam({ ctx: fresh, input: { examId: exam.id } })).toEqual({ published: 60, withheld: 0 });
  const { rows } = await db.owner.query(
    "select 1 from public.review r join public.student_exam_attempt a on a.id = r.attempt_id where a.exam_id = $1",
    [exam.id],
  );
  expect(rows).toEqual([]);
});
