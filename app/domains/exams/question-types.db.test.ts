import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { makeAttempt, makeExam, type MadeExam } from "../../../tests/fixtures/exam.ts";
import { systemCtx } from "../../access/ctx.server.ts";
import type { Ctx } from "../../db/ctx.ts";
import { statisticsOf } from "./analysis/sheets.ts";
import { loadSheets } from "./analysis/sheets.server.ts";
import { copyExam } from "./authoring/exam.server.ts";
import { listQuestions, saveQuestion } from "./authoring/questions.server.ts";
import { examChecklist } from "./calendar/checklist.server.ts";
import { findExam } from "./exam-row.server.ts";
import { gradeExam } from "./grading/grade.server.ts";
import { markAnswer, markedAnswers, markingQueue } from "./grading/marking.server.ts";
import { readPaper } from "./sitting/paper.server.ts";
import { saveAnswers } from "./sitting/save-answers.server.ts";
import { withScope } from "../../db/scope.server.ts";

// Every type of question from the form to the marks. Breaks when a key leaves the server, or an answer earns what it should not.
const db = testDatabase();
let college: { id: string };
let manager: Ctx;

beforeAll(async () => {
  college = await makeCollege(db.owner);
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college.id]), inTenants(college.id));
});

type Written = Omit<Parameters<typeof saveQuestion>[0]["input"], "examId">;
const several = {
  text: "Which are even?",
  type: "MULTIPLE_ANSWERS",
  marks: 4,
  options: ["2", "3", "4", "5"],
  keys: [0, 2],
} as const;
const number = { text: "$g$ in m/s²?", type: "NUMERIC", marks: 2, answer: "9.81", tolerance: "0.02" } as const;
const short = {
  text: "Who?",
  type: "SHORT_ANSWER",
  marks: 3,
  accepted: ["Ada Lovelace", "", "Ada"],
  key: "Byron will do",
} as const;
const save = (examId: string, question: unknown, questionId?: string) =>
  saveQuestion({ ctx: manager, input: { examId, questionId, ...(question as Written) } });
const refusal = (question: unknown) =>
  makeExam(db.owner, college.id, { questions: 0 })
    .then(({ id }) => save(id, question))
    .then(
      () => null,
      (error: { fields: unknown }) => error.fields,
    );

async function open(examId: string) {
  await db.owner.query("update public.exam set status = 'SCHEDULED', total_marks = 100, passing_marks = 1 where id = $1", [
    examId,
  ]);
  await db.owner.query("update public.exam set status = 'LIVE' where id = $1", [examId]);
}

async function paperOf(questions: unknown[]): Promise<MadeExam> {
  const exam = await makeExam(db.owner, college.id, { questions: 0 });
  for (const question of questions) await save(exam.id, question);
  await open(exam.id);
  return exam;
}

type Paper = Awaited<ReturnType<typeof readPaper>>;
type Reply = { optionIds?: string[]; optionId?: string; text?: string };

/** What one student gives to each question, and what it earned once the exam is graded. */
async function sit(exam: MadeExam, student: number, reply: (question: Paper["questions"][number]) => Reply) {
  const client = systemCtx("test client", inTenants(college.id));
  const started = new Date(Date.now() - 60_000);
  const attemptId = await makeAttempt(db.owner, exam, student, { state: "IN_PROGRESS", started });
  const { questions } = await readPaper({ ctx: client, input: { attemptId } });
  const at = new Date().toISOString();
  const done = await saveAnswers({
    ctx: client,
    input: { attemptId, answers: questions.map((question) => ({ questionId: question.id, at, ...reply(question) })) },
  });
  await db.owner.query("update public.student_exam_attempt set state = 'SUBMITTED', ended_at = now() where id = $1", [attemptId]);
  return { attemptId, questions, done };
}
const close = (exam: MadeExam) => db.owner.query("update public.exam set status = 'CLOSED' where id = $1", [exam.id]);
const marksOf = async (attemptId: string) =>
  (
    await db.owner.query<{ type: string; marks: number; is_correct: boolean | null }>(
      `select q.type, s.marks_awarded as marks, s.is_correct
       from public.student_answer s join public.question q on q.id = s.question_id
       where s.attempt_id = $1 order by q.order_index`,
      [attemptId],
    )
  ).rows;

describe("the form", () => {
  it("names the row that is wrong", async () => {
    expect(await refusal({ ...several, options: ["2", "3", "", "2 "], keys: [0, 2] })).toEqual({
      "options.2": ["Write this option, or mark another one as right"],
      "options.3": ["Two options say the same"],
    });
    expect(await refusal({ ...several, keys: [0, 1, 2, 3] })).toEqual({ key: ["At least one option must be wrong"] });
    expect(await refusal({ ...several, type: "MULTIPLE_CHOICE" })).toMatchObject({ key: [/Mark one option/] });
    expect(await refusal({ ...number, answer: "9,81", tolerance: "-1" })).toMatchObject({
      answer: [/decimal point/],
      tolerance: [/how far off/],
    });
    expect(await refusal({ ...short, accepted: ["Ada", "ada "] })).toMatchObject({ "accepted.1": [/listed already/] });
    expect(await refusal({ ...short, accepted: [""], unmatchedWrong: true })).toMatchObject({ accepted: [/every answer/] });
    expect(await refusal({ ...several, options: ["$\\frac{1}$", "3", "4"], keys: [0] })).toMatchObject({
      "options.0": [/\\frac\{1\}.*can't be typeset/],
    });
    expect(await refusal({ ...number, tags: ["a[b]"] })).toMatchObject({ tags: [/letters, digits/] });
  });

  it("leaves empty rows out, and the key stays on its option", async () => {
    const exam = await makeExam(db.owner, college.id, { questions: 0 });
    await save(exam.id, { ...several, options: ["", "2", "", "3", "4"], keys: [1, 4], tags: ["Even ", "even"] });
    const { questions } = await listQuestions({ ctx: manager, input: { examId: exam.id } });
    expect(questions[0]).toMatchObject({ correct_answer: "0,2", tags: ["even"] });
    expect(questions[0]!.options.map(({ text, correct }) => [text, correct])).toEqual([
      ["2", true],
      ["3", false],
      ["4", true],
    ]);
  });

  it("asks for a key of every type before the exam is scheduled, and a copy has all of it", async () => {
    const exam = await makeExam(db.owner, college.id, { questions: 0 });
    const keyless = [
      { ...several, keys: [] },
      { ...number, answer: "" },
      { ...short, accepted: [], key: "" },
    ];
    const ids: string[] = [];
    for (const question of keyless) ids.push((await save(exam.id, question)).id);
    const keys = async () =>
      (await examChecklist({ ctx: manager, input: { examId: exam.id } })).find((item) => item.key === "keys")!;
    expect(await keys()).toMatchObject({ ok: false, says: "3 questions without a key" });
    for (const [at, question] of [several, number, short].entries()) await save(exam.id, question, ids[at]);
    expect(await keys()).toMatchObject({ ok: true });
    const { id } = await copyExam({ ctx: manager, input: { id: exam.id } });
    const bare = async (examId: string) =>
      (await listQuestions({ ctx: manager, input: { examId } })).questions.map((question) => ({
        ...question,
        id: null,
        options: question.options.map(({ text, correct }) => ({ text, correct })),
      }));
    expect(await bare(id)).toEqual(await bare(exam.id));
  });
});

describe("a student", () => {
  it("gets no key, and what does not fit a question is rejected", async () => {
    const exam = await paperOf([several, number, short]);
    const { questions, done } = await sit(exam, 0, (question) =>
      question.options.length > 0 ? { optionId: question.options[0]!.id } : { text: "x", optionIds: [] },
    );
    const sent = JSON.stringify(questions);
    for (const secret of ["9.81", "0.02", "Lovelace", "Byron", "correct", "accepted", "tolerance"])
      expect(sent).not.toContain(secret);
    expect(questions.find(({ type }) => type === "NUMERIC")!.content[0]).toMatchObject({ kind: "formula", tex: "g" });
    expect(done.rejected).toHaveLength(3);
    const foreign = await paperOf([several]);
    const other = await sit(foreign, 0, () => ({
      optionIds: [questions.find(({ options }) => options.length > 0)!.options[0]!.id],
    }));
    expect(other.done.rejected).toHaveLength(1);
  });

  it("finds the chosen options again, and each change is a version", async () => {
    const exam = await paperOf([several]);
    const { attemptId, questions } = await sit(exam, 0, ({ options }) => ({ optionIds: [options[2]!.id, options[0]!.id] }));
    const client = systemCtx("test client", inTenants(college.id));
    const again = await readPaper({ ctx: client, input: { attemptId } });
    const { options } = questions[0]!;
    expect(again.questions[0]!.answer!.optionIds).toEqual([options[0]!.id, options[2]!.id].sort());
    const { rows } = await db.owner.query(
      `select v.selected_options as chosen, a.answered_count
       from public.answer_version v join public.student_exam_attempt a on a.id = v.attempt_id where a.id = $1`,
      [attemptId],
    );
    expect(rows).toEqual([{ chosen: [options[0]!.id, options[2]!.id].sort(), answered_count: 1 }]);
  });
});

describe("marks", () => {
  it.each([
    ["both right ones", [0, 2], 400, 400],
    ["one of two", [0], 0, 200],
    ["both and a wrong one", [0, 2, 3], 0, 200],
    ["all of them", [0, 1, 2, 3], 0, 0],
    ["only wrong ones", [1], 0, 0],
    ["none", [], 0, 0],
  ])("of several right options, for %s", async (_, rows, whole, partial) => {
    const exam = await paperOf([several, { ...several, text: "And these?", partialCredit: true }]);
    const { attemptId } = await sit(exam, 0, ({ options }) => ({ optionIds: rows.map((row) => options[row]!.id) }));
    await close(exam);
    await gradeExam({ ctx: manager, input: { examId: exam.id } });
    expect((await marksOf(attemptId)).map(({ marks }) => marks)).toEqual([whole, partial]);
  });

  it("of a number, within its tolerance however it is written", async () => {
    const right = ["9.81", "9.79", " 9.830 ", "9,82", "+9.81", "981e-2", "9.81000000000000000000000000001"];
    const wrong = ["9.83000001", "9.7", "", "9.81 m", "nine", "1e99", "9.81.0", "−9.81", "NaN", "Infinity", "0x9"];
    const exam = await makeExam(db.owner, college.id, { questions: 0, students: right.length + wrong.length });
    await save(exam.id, number);
    await open(exam.id);
    const given = [...right, ...wrong];
    const attempts: string[] = [];
    for (const [student, text] of given.entries()) attempts.push((await sit(exam, student, () => ({ text }))).attemptId);
    await close(exam);
    await gradeExam({ ctx: manager, input: { examId: exam.id } });
    const earned: Record<string, number> = {};
    for (const [student, attempt] of attempts.entries()) earned[given[student]!] = (await marksOf(attempt))[0]!.marks;
    expect(earned).toEqual(Object.fromEntries(given.map((text) => [text, right.includes(text) ? 200 : 0])));
  });

  it("of thousands that are written with commas", async () => {
    const exam = await paperOf([{ ...number, answer: "1234567.5", tolerance: "0" }]);
    const { attemptId } = await sit(exam, 0, () => ({ text: "1,234,567.5" }));
    await close(exam);
    await gradeExam({ ctx: manager, input: { examId: exam.id } });
    expect(await marksOf(attemptId)).toMatchObject([{ marks: 200, is_correct: true }]);
  });

  it("of a short answer: an accepted one at once, any other by a person, or wrong where the author says so", async () => {
    const exam = await paperOf([short, { ...short, text: "Who else?", unmatchedWrong: true }]);
    const first = await sit(exam, 0, () => ({ text: " ada\n LOVELACE" }));
    const second = await sit(exam, 1, () => ({ text: "Byron" }));
    await close(exam);
    const input = { examId: exam.id };
    const { queue } = await markingQueue({ ctx: manager, input });
    expect(queue).toMatchObject([{ answer: "Byron", accepted: ["Ada Lovelace", "Ada"], expected: "Byron will do" }]);
    expect(await gradeExam({ ctx: manager, input })).toMatchObject({ graded: false, waiting: 1 });
    expect(await marksOf(first.attemptId)).toMatchObject([{ marks: 300 }, { marks: 300 }]);
    expect(await marksOf(second.attemptId)).toMatchObject([{ is_correct: null }, { marks: 0, is_correct: false }]);
    expect(await markedAnswers({ ctx: manager, input })).toEqual([]);
    await markAnswer({ ctx: manager, input: { ...input, answerId: queue[0]!.id, marks: 2 } });
    expect(await gradeExam({ ctx: manager, input })).toMatchObject({ graded: true });
    expect(await marksOf(second.attemptId)).toMatchObject([{ marks: 200 }, { marks: 0 }]);
  });
});

it("statistics read several right options by their marks, once they have them, and compare no options", async () => {
  const exam = await paperOf([several, number]);
  await sit(exam, 0, ({ options }) => (options.length > 0 ? { optionIds: [options[0]!.id, options[2]!.id] } : { text: "9.81" }));
  await sit(exam, 1, ({ options }) => (options.length > 0 ? { optionIds: [options[1]!.id] } : { text: "3" }));
  await close(exam);
  const statistics = () =>
    withScope(manager, async (inner) => statisticsOf(await loadSheets(inner, await findExam(inner, exam.id))));
  expect(await statistics()).toMatchObject({ unmarked: 2, items: [] });
  await gradeExam({ ctx: manager, input: { examId: exam.id } });
  expect((await statistics()).items).toMatchObject([
    { type: "MULTIPLE_ANSWERS", difficulty: 0.5, distractors: [] },
    { type: "NUMERIC", difficulty: 0.5 },
  ]);
});
