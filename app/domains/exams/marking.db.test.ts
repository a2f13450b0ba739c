import { beforeAll, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { makeAttempt, makeExam } from "../../../tests/fixtures/exam.ts";
import type { Ctx } from "../../db/ctx.ts";
import { newId } from "../../platform/ids.ts";
import { removeQuestion } from "./authoring/questions.server.ts";
import { gradeExam, publishExam, reopenGrading } from "./grading/grade.server.ts";
import { markAnswer, markedAnswers, markingQueue, unmarkAnswer } from "./grading/marking.server.ts";

const db = testDatabase();
let college: { id: string };
let manager: Ctx;
let stranger: Ctx;
let proctor: Ctx;

beforeAll(async () => {
  college = await makeCollege(db.owner);
  const other = await makeCollege(db.owner);
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college.id]), inTenants(college.id));
  stranger = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other.id]), inTenants(other.id));
  proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id));
});

async function essays(status = "CLOSED") {
  const exam = await makeExam(db.owner, college.id, { status, essay: true });
  const essay = (
    await db.owner.query<{ id: string }>("select id from public.question where exam_id = $1 and type = 'ESSAY'", [exam.id])
  ).rows[0]!.id;
  for (const student of [0, 1]) {
    const attempt = await makeAttempt(db.owner, exam, student);
    await db.owner.query(
      "insert into public.student_answer (id, college_id, attempt_id, question_id, answer_text) values ($1, $2, $3, $4, 'An essay')",
      [newId(), college.id, attempt, essay],
    );
  }
  return exam;
}

it("a mark that was mistyped is taken back and given again, until the results rest on it", async () => {
  const exam = await essays();
  const { queue } = await markingQueue({ ctx: manager, input: { examId: exam.id } });
  for (const [index, marks] of [0, 4].entries())
    await markAnswer({ ctx: manager, input: { examId: exam.id, answerId: queue[index]!.id, marks } });
  const wrong = { examId: exam.id, answerId: queue[0]!.id };
  expect(await markedAnswers({ ctx: manager, input: { examId: exam.id, candidateNo: queue[0]!.candidate_no } })).toMatchObject([
    { id: wrong.answerId, marked: 0, marks: 4, candidate_no: queue[0]!.candidate_no },
  ]);
  await gradeExam({ ctx: manager, input: { examId: exam.id } });
  await expect(unmarkAnswer({ ctx: manager, input: wrong })).rejects.toThrow(/after an exam has closed, and before it is graded/);
  await reopenGrading({ ctx: manager, input: { examId: exam.id, reason: "a mistyped mark" } });
  await expect(unmarkAnswer({ ctx: stranger, input: wrong })).rejects.toMatchObject({ status: 404 });
  await expect(unmarkAnswer({ ctx: proctor, input: wrong })).rejects.toMatchObject({ status: 403 });
  const both = await Promise.allSettled([1, 2].map(() => unmarkAnswer({ ctx: manager, input: wrong })));
  expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
  expect((await markingQueue({ ctx: manager, input: { examId: exam.id } })).queue.map((one) => one.id)).toEqual([wrong.answerId]);
  await markAnswer({ ctx: manager, input: { ...wrong, marks: 3 } });
  await gradeExam({ ctx: manager, input: { examId: exam.id } });
  const { rows } = await db.owner.query("select score from public.exam_result where exam_id = $1 order by score", [exam.id]);
  expect(rows.map((row) => row.score)).toEqual([300, 400]);
  await publishExam({ ctx: manager, input: { examId: exam.id } });
  await expect(unmarkAnswer({ ctx: manager, input: wrong })).rejects.toThrow(/before it is graded/);
  const log = await db.owner.query("select 1 from audit.entry where action = 'exam.unmark' and resource_id = $1", [exam.id]);
  expect(log.rowCount).toBe(1);
});

it("a mark given to every answer with one text is taken back from all of them, and from no other", async () => {
  const exam = await essays();
  const [first] = (await markingQueue({ ctx: manager, input: { examId: exam.id } })).queue;
  const third = await makeAttempt(db.owner, exam, 2);
  await db.owner.query(
    "insert into public.student_answer (id, college_id, attempt_id, question_id, answer_text, is_correct, marks_awarded) values ($1, $2, $3, $4, 'An essay', false, 300)",
    [newId(), college.id, third, first!.question_id],
  );
  await markAnswer({ ctx: manager, input: { examId: exam.id, answerId: first!.id, marks: 1, alike: true } });
  expect(await unmarkAnswer({ ctx: manager, input: { examId: exam.id, answerId: first!.id, alike: true } })).toEqual({
    freed: 2,
  });
  expect((await markedAnswers({ ctx: manager, input: { examId: exam.id } })).map((one) => one.marked)).toEqual([3]);
});

it("a question has the same number where it is marked as on its paper, also after another was removed", async () => {
  const exam = await essays("DRAFT");
  await removeQuestion({ ctx: manager, input: { examId: exam.id, questionId: exam.questions[1]!.id } });
  await db.owner.query("update public.exam set status = 'SCHEDULED' where id = $1", [exam.id]);
  for (const status of ["LIVE", "CLOSED"])
    await db.owner.query("update public.exam set status = $2 where id = $1", [exam.id, status]);
  expect((await markingQueue({ ctx: manager, input: { examId: exam.id } })).queue.map((one) => one.place)).toEqual([4, 4]);
});
