import { beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeExam } from "../../../../tests/fixtures/exam.ts";
import type { Ctx } from "../../../db/ctx.ts";
import { listQuestions, saveQuestion } from "../authoring/questions.server.ts";
import { exportQuestions } from "./export-questions.server.ts";
import { importQuestions, previewQuestions } from "./import-questions.server.ts";

const db = testDatabase();
let college: string;
let manager: Ctx;
let stranger: Ctx;
let proctor: Ctx;
let sre: Ctx;

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  const other = (await makeCollege(db.owner)).id;
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  stranger = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other]), inTenants(other));
  proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college]), inTenants(college));
  sre = ctxFor(await makeStaff(db.owner, "SRE"), everywhere);
});

const draft = (more: object = {}) => makeExam(db.owner, college, { students: 0, questions: 0, ...more });
const paper = async (examId: string) => (await listQuestions({ ctx: manager, input: { examId } })).questions;
const entries = async (id: string) =>
  (
    await db.owner.query<{ body: string }>(
      `select c.body
       from audit.entry e
       join audit.content c on c.entry_id = e.id
       where e.action = 'question.import' and e.resource_id = $1`,
      [id],
    )
  ).rows.map((row) => (JSON.parse(row.body) as { details: unknown }).details);

const FILE = `// [tag:marks=3]
Which?{=One ~Two ~Three}

Same?{=a ~A}

Is it?{F}

Is it?{T}

Pairs {=a -> b =c -> d}

Which is open?{~One ~Two}

Discuss.{####Both sides}`;

it("a preview says what would be added and why the rest is not, and writes nothing", async () => {
  const { id: examId } = await draft();
  const plan = await previewQuestions({ ctx: manager, input: { examId, content: FILE } });
  expect(plan.counts).toEqual({ add: 4, present: 1, refused: 2 });
  expect(plan.items.map(({ line, outcome, reason }) => [line, outcome, reason])).toEqual([
    [2, "add", null],
    [4, "refused", "Two options say the same."],
    [6, "add", null],
    [8, "present", "Already in this file, on line 6."],
    [10, "refused", expect.stringContaining("Matching")],
    [12, "add", null],
    [14, "add", null],
  ]);
  expect(plan.items[5]!.notes).toEqual(["It has no key. Set one before you schedule the exam."]);
  expect(await paper(examId)).toEqual([]);
});

it("an import adds what can be added after what is there, with one entry in the log; a second one adds nothing", async () => {
  const { id: examId } = await draft();
  await saveQuestion({ ctx: manager, input: { examId, text: "Is it?", type: "TRUE_FALSE", marks: 1, key: "1" } });
  const { added } = await importQuestions({ ctx: manager, input: { examId, content: FILE } });
  expect(added).toBe(3);
  const questions = await paper(examId);
  expect(questions.map(({ text, order_index, marks }) => [text, order_index, marks])).toEqual([
    ["Is it?", 0, 1],
    ["Which?", 1, 3],
    ["Which is open?", 2, 1],
    ["Discuss.", 3, 1],
  ]);
  expect(questions[1]).toMatchObject({ type: "MULTIPLE_CHOICE", correct_answer: "0", options: [{ correct: true }, {}, {}] });
  expect(questions[3]).toMatchObject({ type: "ESSAY", explanation: "Both sides" });
  expect(await entries(examId)).toEqual([{ format: "gift", added: 3, already_there: 2, left_out: 2 }]);
  await expect(importQuestions({ ctx: manager, input: { examId, content: FILE } })).rejects.toThrow(/No question of this file/);
  await expect(importQuestions({ ctx: manager, input: { examId, content: "Is it?{F}" } })).rejects.toThrow(/already in the exam/);
  expect(await paper(examId)).toHaveLength(4);
});

it("two imports of one file at once add its questions once", async () => {
  const { id: examId } = await draft();
  const both = await Promise.allSettled([1, 2].map(() => importQuestions({ ctx: manager, input: { examId, content: FILE } })));
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await paper(examId)).toHaveLength(4);
  expect(await entries(examId)).toHaveLength(1);
});

it("an import into another tenant's exam, by a role that may not, or of a damaged file is refused and adds nothing", async () => {
  const { id: examId } = await draft();
  for (const verb of [importQuestions, previewQuestions]) {
    const input = { examId, content: FILE };
    await expect(verb({ ctx: stranger, input })).rejects.toMatchObject({ status: 404 });
    await expect(verb({ ctx: proctor, input })).rejects.toMatchObject({ status: 403 });
    await expect(verb({ ctx: sre, input })).rejects.toMatchObject({ status: 403 });
    await expect(verb({ ctx: manager, input: { examId, content: "<quiz><question>" } })).rejects.toMatchObject({ status: 422 });
  }
  expect(await paper(examId)).toEqual([]);
});

it("an import is refused once the exam is no draft any more", async () => {
  for (const status of ["SCHEDULED", "LIVE", "CLOSED", "PUBLISHED", "CANCELLED"]) {
    const { id: examId } = await draft({ status });
    for (const verb of [importQuestions, previewQuestions])
      await expect(verb({ ctx: manager, input: { examId, content: FILE } }), status).rejects.toMatchObject({ status: 409 });
  }
  const { id: examId } = await draft({ frozen: true });
  await expect(importQuestions({ ctx: manager, input: { examId, content: FILE } })).rejects.toThrow(/frozen/);
});

it("a thousand questions of ten options go in at once", async () => {
  const { id: examId } = await draft();
  const content = Array.from({ length: 1000 }, (_, n) => `Question ${n}{=0 ~1 ~2 ~3 ~4 ~5 ~6 ~7 ~8 ~9}`).join("\n\n");
  expect(await importQuestions({ ctx: manager, input: { examId, content } })).toMatchObject({ added: 1000 });
  const questions = await paper(examId);
  expect(questions).toHaveLength(1000);
  expect(questions[999]!.options).toHaveLength(10);
});

it.each(["gift", "moodle-xml"] as const)("an export as %s is the same paper in another exam", async (format) => {
  const { id: from } = await draft({ questions: 3, essay: true });
  const { id: to } = await draft();
  const { content } = await exportQuestions({ ctx: manager, input: { examId: from, format } });
  await importQuestions({ ctx: manager, input: { examId: to, content } });
  const bare = async (examId: string) =>
    (await paper(examId)).map(({ text, type, marks, difficulty, explanation, correct_answer, options }) => ({
      text,
      type,
      marks,
      difficulty,
      explanation,
      correct_answer,
      options: options.map((option) => [option.text, option.correct]),
    }));
  expect(await bare(to)).toEqual(await bare(from));
});

it("an export is given to whoever may see the keys, and no one else", async () => {
  const { id: examId } = await draft({ questions: 1 });
  const ask = (ctx: Ctx, id = examId) => exportQuestions({ ctx, input: { examId: id, format: "gift" } });
  await expect(ask(proctor)).rejects.toMatchObject({ status: 403, message: expect.stringContaining("keys") as string });
  await expect(ask(stranger)).rejects.toMatchObject({ status: 404 });
  await expect(ask(sre)).rejects.toMatchObject({ status: 403 });
  const closed = await draft({ questions: 1, status: "CLOSED" });
  expect((await ask(proctor, closed.id)).content).toContain("Question 1");
});
