import type { Question } from "~/domains/exams/authoring/questions.server.ts";
import { MOST_OPTIONS, QUESTION_TYPES, type QuestionType } from "~/domains/exams/authoring/question-types.ts";

/** A question as it stands in the form, whole or half written. */
export type Draft = {
  text: string;
  type: QuestionType;
  difficulty: string;
  marks: string;
  explanation: string;
  tags: string;
  options: { text: string; right: boolean }[];
  trueIsRight: boolean | null;
  partialCredit: boolean;
  answer: string;
  tolerance: string;
  accepted: string[];
  unmatchedWrong: boolean;
  note: string;
};

/** Before JavaScript there are as many rows as this, and one more than is used. */
const FIRST_ROWS = 4;
const rowsFor = (used: number, most: number) => Math.min(most, Math.max(FIRST_ROWS, used));
export const padded = <T>(rows: T[], most: number, blank: T): T[] => [
  ...rows,
  ...Array.from({ length: rowsFor(rows.length, most) - rows.length }, () => blank),
];

export const BLANK_OPTION = { text: "", right: false };

export const blankDraft = (type: QuestionType): Draft => ({
  text: "",
  type,
  difficulty: "MEDIUM",
  marks: "1",
  explanation: "",
  tags: "",
  options: padded([], MOST_OPTIONS, BLANK_OPTION),
  trueIsRight: null,
  partialCredit: false,
  answer: "",
  tolerance: "",
  accepted: [""],
  unmatchedWrong: false,
  note: "",
});

export function draftOf(question: Question): Draft {
  const options = question.options.map((option) => ({ text: option.text, right: option.correct === true }));
  const truth = question.type === "TRUE_FALSE";
  const right = question.options.findIndex((option) => option.correct);
  return {
    ...blankDraft(question.type),
    text: question.text,
    difficulty: question.difficulty,
    marks: String(question.marks),
    explanation: question.explanation ?? "",
    tags: question.tags.join(", "),
    ...(options.length > 0 && !truth ? { options } : {}),
    trueIsRight: truth && right >= 0 ? right === 0 : null,
    partialCredit: question.partial_credit,
    answer: question.numeric_answer ?? "",
    tolerance: question.numeric_tolerance ?? "",
    accepted: question.accepted_answers?.length ? question.accepted_answers : [""],
    unmatchedWrong: question.unmatched_wrong,
    note: question.type === "SHORT_ANSWER" || question.type === "ESSAY" ? (question.correct_answer ?? "") : "",
  };
}

export const typeOf = (text: string | null | undefined): QuestionType =>
  QUESTION_TYPES.find((type) => type === text) ?? "MULTIPLE_CHOICE";
