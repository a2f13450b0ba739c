import { z } from "zod";
import { faultOfText } from "../content/content.server.ts";
import { whole } from "./fields.ts";
import { hasWrittenOptions, isSingleChoice, MOST_ACCEPTED, MOST_OPTIONS, QUESTION_TYPES } from "./question-types.ts";

/** As the database has it: a number as people write it, with a decimal point. */
const NUMBER = /^[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?$/;
const plainNumber = z
  .string()
  .trim()
  .transform((text) => text.replace("−", "-"));

const TAG = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u;

const flag = z.boolean().default(false);

const given = z.object({
  text: z.string().trim().min(2, "Enter the question").max(10_000, "At most 10,000 characters"),
  type: z.enum(QUESTION_TYPES, "Choose a type"),
  marks: whole(0, 1000, "marks"),
  difficulty: z.enum(["EASY", "MEDIUM", "HARD"], "Choose a difficulty").default("MEDIUM"),
  explanation: z.string().trim().max(4000, "At most 4,000 characters").optional(),
  tags: z
    .array(z.string().trim().toLowerCase())
    .default([])
    .transform((tags) => [...new Set(tags.filter((tag) => tag !== ""))])
    .refine((tags) => tags.length <= 20, "At most 20 tags")
    .refine((tags) => tags.every((tag) => TAG.test(tag)), "A tag has letters, digits, spaces, dots or dashes, at most 40"),
  /** The options as they stand in the form; empty rows are left out. */
  options: z.array(z.string().trim().max(2000, "At most 2,000 characters")).max(20, "At most ten options").default([]),
  /** The right rows, counted as `options` stands. May come later. */
  keys: z.array(z.number().int()).max(20).default([]),
  /** Several right options: some of them earn some of the marks. */
  partialCredit: flag,
  /** A number, and how far from it is still right. */
  answer: plainNumber.default(""),
  tolerance: plainNumber.default(""),
  /** Short answers that are right without a person; empty rows are left out. */
  accepted: z
    .array(z.string().trim().max(500, "At most 500 characters"))
    .max(MOST_ACCEPTED, `At most ${MOST_ACCEPTED} accepted answers`)
    .default([]),
  unmatchedWrong: flag,
  /** The key as text: a row for options, else what a marker looks for. */
  key: z.string().trim().max(4000, "At most 4,000 characters").optional(),
});

type Given = z.output<typeof given>;
type Wrong = (path: (string | number)[], message: string) => void;

const same = (text: string) => text.replace(/\s+/g, " ").toLowerCase();

function rightRows(question: Given): number[] {
  if (question.keys.length > 0) return question.keys;
  if (!isSingleChoice(question.type) || question.key === undefined || question.key === "") return [];
  return [Number(question.key)];
}

/** Options without the empty rows, and which of them are right. */
function readOptions(question: Given, wrong: Wrong): { options: string[]; places: number[]; rows: number[] } {
  const rows = question.type === "TRUE_FALSE" ? ["True", "False"] : hasWrittenOptions(question.type) ? question.options : [];
  const right = new Set(isSingleChoice(question.type) || question.type === "MULTIPLE_ANSWERS" ? rightRows(question) : []);
  const kept = rows.map((text, row) => ({ text, row })).filter(({ text }) => text !== "");
  for (const row of right)
    if (rows[row] === "") wrong(["options", row], "Write this option, or mark another one as right");
    else if (rows[row] === undefined) wrong(["key"], "The key is not one of the options");
  if (hasWrittenOptions(question.type)) {
    if (kept.length < 2) wrong(["options"], "Give at least two options");
    if (kept.length > MOST_OPTIONS) wrong(["options"], "At most ten options");
    kept.forEach(({ text, row }, place) => {
      const earlier = kept.findIndex((option) => same(option.text) === same(text));
      if (earlier < place) wrong(["options", row], "Two options say the same");
    });
  }
  if (isSingleChoice(question.type) && right.size > 1) wrong(["key"], "Mark one option as right, or choose Multiple answers");
  if (question.type === "MULTIPLE_ANSWERS" && kept.length > 1 && right.size === kept.length)
    wrong(["key"], "At least one option must be wrong");
  return {
    options: kept.map(({ text }) => text),
    places: kept.flatMap(({ row }, place) => (right.has(row) ? [place] : [])),
    rows: kept.map(({ row }) => row),
  };
}

function readNumber(question: Given, wrong: Wrong): { numericAnswer: string | null; numericTolerance: string | null } {
  if (question.type !== "NUMERIC") return { numericAnswer: null, numericTolerance: null };
  const tolerance = question.tolerance || "0";
  if (question.answer !== "" && !NUMBER.test(question.answer))
    wrong(["answer"], "Enter a number with a decimal point, for example 3.14 or 6.02e23");
  if (!NUMBER.test(tolerance) || tolerance.startsWith("-"))
    wrong(["tolerance"], "Enter how far off is still right, for example 0.01, or 0");
  return { numericAnswer: question.answer || null, numericTolerance: tolerance.replace("+", "") };
}

function readAccepted(question: Given, wrong: Wrong): string[] {
  if (question.type !== "SHORT_ANSWER") return [];
  const accepted = question.accepted.filter((text) => text !== "");
  question.accepted.forEach((text, row) => {
    if (text !== "" && question.accepted.findIndex((other) => same(other) === same(text)) < row)
      wrong(["accepted", row], "This answer is listed already. Upper and lower case count as the same");
  });
  if (question.unmatchedWrong && accepted.length === 0)
    wrong(["accepted"], "Enter an accepted answer, or every answer would be wrong");
  return accepted;
}

/** Formulas and images of the texts that are shown. */
function faults(question: Given, wrong: Wrong): void {
  const check = (path: (string | number)[], text: string | undefined) => {
    const fault = faultOfText(text ?? "");
    if (fault) wrong(path, fault);
  };
  check(["text"], question.text);
  check(["explanation"], question.explanation);
  if (hasWrittenOptions(question.type)) question.options.forEach((text, row) => check(["options", row], text));
}

/** What a question may be, whatever it comes from: the form, a file or the bank. */
export const questionFields = given.transform((question, ctx) => {
  const wrong: Wrong = (path, message) => ctx.addIssue({ code: "custom", path, message });
  const { keys: _, answer: __, tolerance: ___, ...kept } = question;
  faults(question, wrong);
  return {
    ...kept,
    ...readOptions(question, wrong),
    ...readNumber(question, wrong),
    accepted: readAccepted(question, wrong),
    partialCredit: question.type === "MULTIPLE_ANSWERS" && question.partialCredit,
    unmatchedWrong: question.type === "SHORT_ANSWER" && question.unmatchedWrong,
    /** For whoever marks it. */
    note: question.type === "SHORT_ANSWER" || question.type === "ESSAY" ? question.key || null : null,
  };
});

export type QuestionFields = z.output<typeof questionFields>;
