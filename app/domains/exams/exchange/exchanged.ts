import { Invalid } from "~/platform/errors.ts";
import type { QuestionType } from "../authoring/question-types.ts";

/** A question as it travels between Invigil and a file, in either format. */
export type ExchangedQuestion = {
  type: QuestionType;
  text: string;
  marks: number;
  difficulty: "EASY" | "MEDIUM" | "HARD";
  explanation: string | null;
  options: string[];
  /** The position of the right option, for closed types. */
  place: number | null;
  /** What a marker expects, for open types. */
  key: string | null;
};

/** What one place of the file holds: a question, or the reason why it can't be one. Nothing is left out without a word. */
export type ExchangedItem = {
  line: number;
  title: string;
  question: ExchangedQuestion | null;
  reason: string | null;
  /** What the file says of this question and Invigil can't keep. */
  notes: string[];
};

export type ExchangeFormat = "gift" | "moodle-xml";
export type ExchangedFile = { format: ExchangeFormat; items: ExchangedItem[]; notes: string[] };

export const FORMAT_LABELS: Record<ExchangeFormat, string> = { gift: "GIFT", "moodle-xml": "Moodle XML" };

export const MOST_BYTES = 5 * 1024 * 1024;
const MOST_QUESTIONS = 1000;

export function assertRoomForMore(items: ExchangedItem[]): void {
  if (items.length >= MOST_QUESTIONS)
    throw refuseFile(`The file has more than ${MOST_QUESTIONS.toLocaleString("en")} questions. Split it and import the parts.`);
}

export const refuseFile = (message: string) => new Invalid(message, { content: [message] });

/** The reason why a single question is left out. Caught where the file is read, item by item. */
export class LeftOut extends Error {}

export const titleOf = (text: string) => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line || "Untitled";
};

export const blankQuestion = (text: string): ExchangedQuestion => ({
  type: "ESSAY",
  text,
  marks: 1,
  difficulty: "MEDIUM",
  explanation: null,
  options: [],
  place: null,
  key: null,
});

/** Marks, difficulty and type travel as tags where a format has no place of its own for them: `marks=2`. */
export function applyTags(question: ExchangedQuestion, tags: string[], notes: string[]): void {
  for (const tag of tags) {
    const [name = "", value = ""] = tag.split("=");
    const difficulty = value.toUpperCase();
    if (name === "marks" && /^\d{1,4}$/.test(value)) question.marks = Number(value);
    else if (name === "difficulty" && (difficulty === "EASY" || difficulty === "MEDIUM" || difficulty === "HARD"))
      question.difficulty = difficulty;
    else if (tag === "type=short-answer" && question.type === "ESSAY") question.type = "SHORT_ANSWER";
    else if (tag === "type=true-false" && question.options.join() === "True,False") question.type = "TRUE_FALSE";
    else notes.push(`The tag “${titleOf(tag)}” is not kept.`);
  }
}

export type Weighted = { text: string; percent: number };

/** Options with their weights in percent, as a multiple choice with one key. */
export function applyChoices(question: ExchangedQuestion, answers: Weighted[], notes: string[]): void {
  if (answers.some(({ text }) => text === "")) throw new LeftOut("One of its options is empty.");
  const right = answers.filter(({ percent }) => percent === 100);
  if (right.length > 1 || (right.length === 0 && answers.some(({ percent }) => percent > 0)))
    throw new LeftOut("It has more than one right option. A multiple choice has one key here.");
  question.type = "MULTIPLE_CHOICE";
  question.options = answers.map(({ text }) => text);
  question.place = right.length === 1 ? answers.indexOf(right[0]!) : null;
  for (const { text, percent } of answers)
    if (percent !== 0 && percent !== 100)
      notes.push(`The weight ${percent}% of “${titleOf(text)}” is not kept: it counts as wrong.`);
}

/** A short answer is marked by a person, who sees every accepted answer. */
export function applyAccepted(question: ExchangedQuestion, answers: Weighted[], notes: string[]): void {
  const accepted = answers.filter(({ percent }) => percent > 0);
  question.type = "SHORT_ANSWER";
  question.key = accepted.map(({ text }) => text).join(" / ") || null;
  if (accepted.length > 1) notes.push("Several accepted answers are joined into one expected answer.");
  for (const { text, percent } of answers)
    if (percent !== 100) notes.push(`The weight ${percent}% of “${titleOf(text)}” is not kept.`);
}
