import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam } from "../../../../tests/fixtures/exam.ts";
import { systemCtx } from "../../../access/ctx.server.ts";
import type { Ctx } from "../../../db/ctx.ts";
import { earnedOver, questionStatistics } from "../../integrity/evidence/question-statistics.server.ts";
import { analyseExam } from "../../integrity/evidence/analyse-exam.server.ts";
import { listQuestions } from "../authoring/questions.server.ts";
import { addFromBank } from "./add-from-bank.server.ts";
import { bankTags, searchBank } from "./search-bank.server.ts";

// The questions of past exams. Breaks when a tenant sees another's, when a paper that is still secret is in it, or when one is
// added twice.
const db = testDatabase();
let college: { id: string };
let other: { id: string };
let manager: Ctx;
let stranger: Ctx;

beforeAll(async () => {
  college = await makeCollege(db.owner);
  other = await makeCollege(db.owner);
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college.id]), inTenants(college.id));
  stranger = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), inTenants(college.id, other.id));
});

const paper = (tenant: string, status: string, days: number) =>
  makeExam(db.owner, tenant, { status, start: new Date(Date.now() - days * 86_400_000), frozen: status !== "DRAFT" });
const change = (question: string, columns: string, values: unknown[]) =>
  db.owner.query(`update public.question set ${columns} where id = $1`, [question, ...values]);
const texts = async (examId: string, more: Partial<Parameters<typeof searchBank>[0]["input"]> = {}, ctx = manager) =>
  (await searchBank({ ctx, input: { examId, ...more } })).questions.map((question) => question.text);

describe("the bank", () => {
  it("holds the questions of the tenant's closed exams, equal ones once with every use", async () => {
    const [mine, first, second] = [
      await paper(college.id, "DRAFT", -7),
      await paper(college.id, "CLOSED", 30),
      await paper(college.id, "GRADED", 10),
    ];
    for (const status of ["DRAFT", "SCHEDULED", "LIVE", "CANCELLED"]) {
      const secret = await paper(college.id, status, 5);
      await change(secret.questions[0]!.id, "text = $2", [`Secret ${status}`]);
    }
    const theirs = await paper(other.id, "CLOSED", 20);
    await change(theirs.questions[0]!.id, "text = $2", ["Of another tenant"]);
    await change(first.questions[3]!.id, "text = $2, tags = $3, difficulty = 'HARD'", ["Where is north?", ["navigation"]]);
    const { questions } = await searchBank({ ctx: manager, input: { examId: mine.id } });
    expect(questions.map(({ text, uses, in_paper }) => [text, uses.length, in_paper])).toEqual([
      ["Question 4", 1, true],
      ["Question 3", 2, true],
      ["Question 2", 2, true],
      ["Question 1", 2, true],
      ["Where is north?", 1, false],
    ]);
    expect(questions.find(({ text }) => text === "Question 1")!.id).toBe(second.questions[0]!.id);
    // Whoever sees several tenants sees the questions of the exam's own.
    expect(await texts(mine.id, {}, stranger)).not.toContain("Of another tenant");
    expect(await texts(theirs.id, {}, stranger)).toEqual([]);
    await expect(texts(theirs.id)).rejects.toMatchObject({ status: 404 });

    expect(await texts(mine.id, { q: "NORTH" })).toEqual(["Where is north?"]);
    expect(await texts(mine.id, { q: "navi" })).toEqual(["Where is north?"]);
    expect(await texts(mine.id, { q: "Option 3", tag: "navigation" })).toEqual(["Where is north?"]);
    expect(await texts(mine.id, { q: "%" })).toEqual([]);
    expect(await texts(mine.id, { difficulty: "HARD" })).toEqual(["Where is north?"]);
    expect(await texts(mine.id, { type: "ESSAY" })).toEqual([]);
    expect(await bankTags({ ctx: manager, input: { examId: mine.id } })).toEqual([{ tag: "navigation", questions: 1 }]);
  });

  it("comes in pages that hold every question once", async () => {
    const tenant = (await makeCollege(db.owner)).id;
    const ctx = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [tenant]), inTenants(tenant));
    const past = await makeExam(db.owner, tenant, { status: "CLOSED", questions: 60, options: 2 });
    const draft = await makeExam(db.owner, tenant, { questions: 0 });
    expect(past.questions).toHaveLength(60);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await searchBank({ ctx, input: { examId: draft.id, cursor } });
      seen.push(...page.questions.map((question) => question.id));
      cursor = page.next ?? undefined;
    } while (cursor);
    expect([seen.length, new Set(seen).size]).toEqual([60, 60]);
  });

  it("adds several at once as copies, and none a second time, also when two add at once", async () => {
    const tenant = (await makeCollege(db.owner)).id;
    const ctx = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [tenant]), inTenants(tenant));
    const past = await makeExam(db.owner, tenant, { status: "CLOSED", frozen: true });
    const draft = await makeExam(db.owner, tenant, { questions: 0 });
    const questionIds = [past.questions[2]!.id, past.questions[0]!.id];
    const both = await Promise.allSettled([1, 2].map(() => addFromBank({ ctx, input: { examId: draft.id, questionIds } })));
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const { questions } = await listQuestions({ ctx, input: { examId: draft.id } });
    expect(questions.map(({ text, options }) => [text, options.findIndex((option) => option.correct)])).toEqual([
      ["Question 3", 2],
      ["Question 1", 0],
    ]);
    expect(questions.some(({ id }) => questionIds.includes(id))).toBe(false);
    const more = { examId: draft.id, questionIds: [...questionIds, past.questions[1]!.id] };
    expect(await addFromBank({ ctx, input: more })).toEqual({ added: 1, present: 2 });
    const entries = await db.owner.query(
      "select 1 from audit.entry where resource_id = $1 and action = 'question.add_from_bank'",
      [draft.id],
    );
    expect(entries.rowCount).toBe(2);
  });

  it("gives nothing of another tenant, of a secret paper, or to a paper that is no draft", async () => {
    const draft = await paper(college.id, "DRAFT", -7);
    const theirs = await paper(other.id, "CLOSED", 20);
    const secret = await paper(college.id, "SCHEDULED", -3);
    const past = await paper(college.id, "CLOSED", 20);
    for (const [ctx, from] of [
      [stranger, theirs],
      [manager, theirs],
      [manager, secret],
    ] as const)
      await expect(
        addFromBank({ ctx, input: { examId: draft.id, questionIds: [past.questions[0]!.id, from.questions[0]!.id] } }),
      ).rejects.toMatchObject({ status: 404 });
    const input = { examId: secret.id, questionIds: [past.questions[0]!.id] };
    await expect(addFromBank({ ctx: manager, input })).rejects.toThrow(/frozen|draft/);
    const proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id));
    await expect(addFromBank({ ctx: proctor, input: { ...input, examId: draft.id } })).rejects.toMatchObject({ status: 403 });
    await expect(texts(draft.id, {}, proctor)).rejects.toMatchObject({ status: 403 });
  });
});

it("a question's statistics are those of the exams that asked it, each by how many sat it", async () => {
  const exam = await makeExam(db.owner, college.id, { status: "CLOSED", students: 4 });
  for (const student of [0, 1, 2, 3]) await makeAttempt(db.owner, exam, student, { picks: [student === 0 ? 1 : 0, 1, 2, 3] });
  await analyseExam(systemCtx("test"), exam.id);
  const uses = exam.questions.slice(0, 2).map(({ id }) => ({ question: id, exam: exam.id }));
  const found = await questionStatistics({ ctx: manager, input: { uses } });
  expect(found.find(({ question }) => question === exam.questions[0]!.id)).toMatchObject({ attempts: 4, difficulty: 0.75 });
  expect(found).toHaveLength(2);
  const foreign = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other.id]), inTenants(other.id));
  expect(await questionStatistics({ ctx: foreign, input: { uses } })).toEqual([]);
  const row = (attempts: number, difficulty: number, discrimination: number | null) => ({
    question: "",
    attempts,
    difficulty,
    discrimination,
  });
  expect(earnedOver([row(30, 0.5, 0.2), row(10, 0.9, null)])).toEqual({ attempts: 40, difficulty: 0.6, discrimination: 0.2 });
  expect(earnedOver([])).toBeNull();
});
