import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, type MadeExam } from "../../../../tests/fixtures/exam.ts";
import { systemCtx } from "../../../access/ctx.server.ts";
import type { Ctx } from "../../../db/ctx.ts";
import { NotFound } from "../../../platform/errors.ts";
import { forceSubmit } from "../live/force-submit.server.ts";
import { pauseAttempts, resumeAttempts } from "../room/pause.server.ts";
import { readAttemptToken, signAttemptToken } from "./attempt-token.server.ts";
import { readPaper } from "./paper.server.ts";
import { saveAnswers } from "./save-answers.server.ts";
import { sitAsStudent } from "./sit-as-student.server.ts";
import { submitAttempt } from "./submit.server.ts";

// What a student's client does for an attempt: nothing in time is lost, nothing late counts.
const db = testDatabase();
let college: { id: string };
let other: { id: string };
let proctor: Ctx;

beforeAll(async () => {
  college = await makeCollege(db.owner);
  other = await makeCollege(db.owner);
  proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id));
});

const client = (): Ctx => systemCtx("test client", inTenants(college.id));
const minutes = (n: number) => new Date(Date.now() + n * 60_000);
const live = () => makeExam(db.owner, college.id, { status: "LIVE", start: minutes(-30), minutes: 60, windowMinutes: 90 });
const writing = (exam: MadeExam, deadline = minutes(30)) =>
  makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS", started: minutes(-20), deadline });
const saved = async (attemptId: string) =>
  (
    await db.owner.query<{ question_id: string; option: string; revisions: number }>(
      "select question_id, selected_option_id as option, revisions from public.student_answer where attempt_id = $1",
      [attemptId],
    )
  ).rows;
const answer = (exam: MadeExam, question: number, option: number, at = new Date()) => ({
  questionId: exam.questions[question]!.id,
  optionId: exam.questions[question]!.options[option]!,
  at: at.toISOString(),
});
const save = (attemptId: string, answers: ReturnType<typeof answer>[], ctx = client()) =>
  saveAnswers({ ctx, input: { attemptId, answers } });

describe("answers", () => {
  it("are saved once, however often and in whatever order they are sent", async () => {
    const exam = await live();
    const id = await writing(exam);
    const old = answer(exam, 0, 1, new Date(Date.now() - 5000));
    const fresh = answer(exam, 0, 2, new Date(Date.now() - 1000));
    await Promise.all([save(id, [old]), save(id, [fresh]), save(id, [old, fresh]), save(id, [fresh])]);
    await save(id, [old]);
    const rows = await saved(id);
    expect(rows.length).toBe(1);
    expect(rows[0]!.option).toBe(fresh.optionId);
    const { rows: counted } = await db.owner.query("select answered_count from public.student_exam_attempt where id = $1", [id]);
    expect(counted).toEqual([{ answered_count: 1 }]);
  });

  it("of another paper, or with an option of another question, are named as rejected and the others kept", async () => {
    const exam = await live();
    const id = await writing(exam);
    const wrong = { ...answer(exam, 1, 0), optionId: exam.questions[2]!.options[0]! };
    const foreign = answer(await live(), 0, 0);
    const done = await save(id, [answer(exam, 0, 0), wrong, foreign]);
    expect(done.saved).toEqual([exam.questions[0]!.id]);
    expect(done.rejected.map((row) => row.questionId).sort()).toEqual([wrong.questionId, foreign.questionId].sort());
  });

  it("that come within the grace count when they were given in time, and are refused in words when not", async () => {
    const exam = await live();
    const id = await writing(exam, new Date(Date.now() - 10_000));
    const done = await save(id, [answer(exam, 0, 0, new Date(Date.now() - 12_000)), answer(exam, 1, 0)]);
    expect(done.saved).toEqual([exam.questions[0]!.id]);
    expect(done.rejected[0]!.reason).toMatch(/^Given after time was up at \d\d:\d\d UTC/);
    const late = await writing(await live(), minutes(-2));
    await expect(save(late, [answer(exam, 0, 0)])).rejects.toThrow(/Time was up at/);
  });

  it("wait for a resume while the attempt is paused", async () => {
    const exam = await live();
    const id = await writing(exam);
    const input = { examId: exam.id, attemptIds: [id] };
    const before = answer(exam, 0, 0);
    await pauseAttempts({ ctx: proctor, input: { ...input, how: "PAUSED" } });
    const meanwhile = answer(exam, 1, 0, new Date(Date.now() + 50));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const done = await save(id, [before, meanwhile]);
    expect(done.saved).toEqual([before.questionId]);
    expect(done.rejected).toMatchObject([{ questionId: meanwhile.questionId, retry: true }]);
    await db.owner.query("update public.student_exam_attempt set paused_at = now() - interval '2 minutes' where id = $1", [id]);
    await expect(save(id, [meanwhile])).rejects.toMatchObject({ details: { code: "paused" } });
    await resumeAttempts({ ctx: proctor, input });
    expect((await save(id, [meanwhile])).saved).toEqual([meanwhile.questionId]);
  });

  it("that race with a force submit are all saved before it or all refused after it", async () => {
    for (let round = 0; round < 5; round++) {
      const exam = await live();
      const id = await writing(exam);
      const [first] = await Promise.allSettled([
        save(id, [answer(exam, 0, 0), answer(exam, 1, 0)]),
        forceSubmit({ ctx: proctor, input: { examId: exam.id, attemptIds: [id], reason: "Left the room" } }),
      ]);
      expect((await saved(id)).length).toBe(first.status === "fulfilled" ? 2 : 0);
    }
  });

  it("of another tenant's attempt find no such attempt", async () => {
    const exam = await live();
    const id = await writing(exam);
    await expect(save(id, [answer(exam, 0, 0)], systemCtx("test", inTenants(other.id)))).rejects.toThrow(NotFound);
  });
});

describe("the paper", () => {
  it("has no keys, the saved answers, and one order for each attempt", async () => {
    const exam = await live();
    const id = await writing(exam);
    await save(id, [answer(exam, 0, 3)]);
    const paper = await readPaper({ ctx: client(), input: { attemptId: id } });
    expect(JSON.stringify(paper)).not.toMatch(/correct/i);
    expect(paper.questions.length).toBe(4);
    expect(paper.questions.find((question) => question.id === exam.questions[0]!.id)!.answer!.optionId).toBe(
      exam.questions[0]!.options[3],
    );
    const again = await readPaper({ ctx: client(), input: { attemptId: id } });
    expect(again.questions.map((question) => question.id)).toEqual(paper.questions.map((question) => question.id));
  });
});

describe("submitting", () => {
  it("twice at once is once, and a paused attempt goes on first", async () => {
    const exam = await live();
    const id = await writing(exam);
    await pauseAttempts({ ctx: proctor, input: { examId: exam.id, attemptIds: [id], how: "PAUSED" } });
    await expect(submitAttempt({ ctx: client(), input: { attemptId: id } })).rejects.toThrow(/is paused/);
    await resumeAttempts({ ctx: proctor, input: { examId: exam.id, attemptIds: [id] } });
    const done = await Promise.all([1, 2].map(() => submitAttempt({ ctx: client(), input: { attemptId: id } })));
    expect(done.map((one) => one.state)).toEqual(["SUBMITTED", "SUBMITTED"]);
    const { rows } = await db.owner.query("select 1 from public.room_event where attempt_id = $1 and kind = 'SUBMITTED'", [id]);
    expect(rows.length).toBe(1);
    await expect(save(id, [answer(exam, 0, 0)])).rejects.toThrow(/has been submitted/);
  });
});

describe("an attempt token", () => {
  it("opens one attempt until it runs out, and nothing once a letter is changed", () => {
    const given = { attemptId: crypto.randomUUID(), collegeId: crypto.randomUUID(), keyId: null, expiresAt: minutes(5) };
    const token = signAttemptToken(given);
    expect(readAttemptToken(token, new Date())).toMatchObject({ attemptId: given.attemptId, collegeId: given.collegeId });
    expect(readAttemptToken(token, minutes(6))).toBeNull();
    const changed = token.slice(0, 12) + (token[12] === "A" ? "B" : "A") + token.slice(13);
    expect(readAttemptToken(changed, new Date())).toBeNull();
    expect(readAttemptToken("ivt_nothing", new Date())).toBeNull();
  });
});

describe("sitting as a student", () => {
  it("starts an attempt of someone who has not, two at once for two or one, and is recorded", async () => {
    const exam = await live();
    const both = await Promise.allSettled([1, 2].map(() => sitAsStudent({ ctx: proctor, input: { examId: exam.id } })));
    expect(both.some((one) => one.status === "fulfilled")).toBe(true);
    const { rows } = await db.owner.query<{ n: number }>(
      "select count(*)::int as n from public.student_exam_attempt where exam_id = $1 group by user_id having count(*) > 1",
      [exam.id],
    );
    expect(rows).toEqual([]);
    const told = await db.owner.query("select 1 from public.room_event where exam_id = $1 and kind = 'STARTED'", [exam.id]);
    expect(told.rows.length).toBe(both.filter((one) => one.status === "fulfilled").length);
  });
});
