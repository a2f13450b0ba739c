import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { Conflict, Invalid } from "~/platform/errors.ts";
import { questionFields, type QuestionFields } from "../authoring/question-fields.server.ts";
import { assertDraft, insertQuestions } from "../authoring/insert-questions.server.ts";
import { hasWrittenOptions } from "../authoring/question-types.ts";
import { listQuestions } from "../authoring/questions.server.ts";
import { findExam, lockExam, type ExamRow } from "../exam-row.server.ts";
import type { ExchangedItem, ExchangedQuestion, ExchangeFormat } from "./exchanged.ts";
import { readQuestions } from "./read-questions.ts";

/** What becomes of one question of the file. */
export type PlannedItem = {
  line: number;
  title: string;
  outcome: "add" | "present" | "refused";
  type: string | null;
  marks: number | null;
  reason: string | null;
  notes: string[];
};

type Plan = {
  format: ExchangeFormat;
  notes: string[];
  items: PlannedItem[];
  counts: Record<PlannedItem["outcome"], number>;
  questions: QuestionFields[];
};

const spaced = (text: string) => text.replace(/\s+/g, " ").trim();

/** Two questions are the same when type, text and options are, whatever their key and marks. */
const sameness = (question: { type: string; text: string; options: string[] }) =>
  JSON.stringify([question.type, spaced(question.text), hasWrittenOptions(question.type) ? question.options.map(spaced) : []]);

async function questionsByContent(ctx: TxCtx, exam: ExamRow): Promise<Map<string, string>> {
  const { questions } = await listQuestions({ ctx, input: { examId: exam.id } });
  return new Map(
    questions.map((question, index) => [
      sameness({ ...question, options: question.options.map((option) => option.text) }),
      `Already in this exam, as question ${index + 1}.`,
    ]),
  );
}

/** By the rules of the form that questions are written in. */
const byTheForm = ({ places, answer, tolerance, key, explanation, ...question }: ExchangedQuestion) =>
  questionFields.safeParse({
    ...question,
    explanation: explanation ?? undefined,
    keys: places,
    answer: answer ?? "",
    tolerance: tolerance ?? "",
    key: key ?? undefined,
  });

const lacksKey = (question: QuestionFields) =>
  question.options.length > 0
    ? question.places.length === 0
    : question.type === "NUMERIC"
      ? question.numericAnswer === null
      : question.type === "SHORT_ANSWER" && question.accepted.length === 0 && question.note === null;

function planItem(item: ExchangedItem, known: Map<string, string>, questions: QuestionFields[]): PlannedItem {
  const { line, title, question } = item;
  const planned = { line, title, type: question?.type ?? null, marks: question?.marks ?? null, notes: item.notes };
  if (!question) return { ...planned, outcome: "refused", reason: item.reason };
  const parsed = byTheForm(question);
  if (!parsed.success) return { ...planned, outcome: "refused", reason: `${parsed.error.issues[0]!.message}.` };
  const same = sameness(parsed.data);
  const there = known.get(same);
  if (there) return { ...planned, outcome: "present", reason: there };
  known.set(same, `Already in this file, on line ${line}.`);
  questions.push(parsed.data);
  const open = lacksKey(parsed.data);
  return {
    ...planned,
    outcome: "add",
    reason: null,
    notes: open ? [...item.notes, "It has no key. Set one before you schedule the exam."] : item.notes,
  };
}

async function planImport(ctx: TxCtx, exam: ExamRow, content: string): Promise<Plan> {
  assertDraft(exam);
  const file = readQuestions(content);
  const known = await questionsByContent(ctx, exam);
  const questions: QuestionFields[] = [];
  const items = file.items.map((item) => planItem(item, known, questions));
  const counts = { add: 0, present: 0, refused: 0 };
  for (const { outcome } of items) counts[outcome]++;
  return { format: file.format, notes: file.notes, items, counts, questions };
}

const input = z.object({ examId: z.uuid(), content: z.string() });

/** What an import would add, skip and leave out. Nothing is written. */
export const previewQuestions = read({
  name: "exam.preview_questions",
  permission: "exams.author",
  input,
  async run({ ctx, input: { examId, content } }) {
    const { questions: _, ...plan } = await planImport(ctx, await findExam(ctx, examId), content);
    return plan;
  },
});

/**
 * Adds the questions of a file that the exam has not got, in their order, all in one transaction. A question that can't be
 * one is left out and named; it keeps none of the others out.
 */
export const importQuestions = mutation({
  name: "exam.import_questions",
  permission: "exams.author",
  input,
  async run({ ctx, input: { examId, content } }) {
    const exam = await lockExam(ctx, examId);
    const { questions, format, counts, items } = await planImport(ctx, exam, content);
    if (questions.length === 0) {
      if (counts.refused === 0) throw new Conflict("All questions of this file are already in the exam. Nothing was added.");
      throw new Invalid("No question of this file can be added. Preview it to see why.");
    }
    await insertQuestions(ctx, exam, questions);
    await record(ctx, {
      action: "question.import",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { format, added: counts.add, already_there: counts.present, left_out: counts.refused },
    });
    return { added: counts.add, items };
  },
});
