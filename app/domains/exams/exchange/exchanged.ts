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
  /** The positions of the right options. */
  places: number[];
  partialCredit: boolean;
  /** A right number, and how far from it is right too. */
  answer: string | null;
  tolerance: string | null;
  /** Short answers that are right without a person. */
  accepted: string[];
  unmatchedWrong: boolean;
  /** What a marker expects, for open types. */
  key: string | null;
  tags: string[];
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

/** As the form takes them. */
const TAG = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u;

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
  places: [],
  partialCredit: false,
  answer: null,
  tolerance: null,
  accepted: [],
  unmatchedWrong: false,
  key: null,
  tags: [],
});

/** What a format has no place of its own for travels as tags: `marks=2`. */
export function tagsOf(question: ExchangedQuestion): string[] {
  const tags = [`difficulty=${question.difficulty.toLowerCase()}`];
  if (question.type === "MULTIPLE_ANSWERS") {
    if (question.places.length === 0) tags.push("type=multiple-answers");
    if (!question.partialCredit) tags.push("scoring=all");
  }
  if (question.type === "SHORT_ANSWER") {
    if (question.unmatchedWrong) tags.push("other=wrong");
    if (question.accepted.length === 0 && question.key !== null) tags.push("marking=person");
  }
  return [...tags, ...question.tags];
}

function applyTag(question: ExchangedQuestion, tag: string): boolean {
  const [name = "", value = ""] = tag.split("=");
  const difficulty = value.toUpperCase();
  if (name === "marks" && /^\d{1,4}$/.test(value)) question.marks = Number(value);
  else if (name === "difficulty" && (difficulty === "EASY" || difficulty === "MEDIUM" || difficulty === "HARD"))
    question.difficulty = difficulty;
  else if (tag === "type=short-answer" && question.type === "ESSAY") question.type = "SHORT_ANSWER";
  else if (tag === "type=true-false" && question.options.join() === "True,False") question.type = "TRUE_FALSE";
  else if (tag === "type=multiple-answers" && question.type.startsWith("MULTIPLE"))
    Object.assign(question, { type: "MULTIPLE_ANSWERS", partialCredit: true });
  else if (tag === "scoring=all" && question.type === "MULTIPLE_ANSWERS") question.partialCredit = false;
  else if (tag === "other=wrong" && question.type === "SHORT_ANSWER") question.unmatchedWrong = true;
  else if (tag === "marking=person" && question.type === "SHORT_ANSWER") {
    question.key = question.accepted.join(" / ") || null;
    question.accepted = [];
  } else if (TAG.test(tag)) question.tags.push(tag.toLowerCase());
  else return false;
  return true;
}

export function applyTags(question: ExchangedQuestion, tags: string[], notes: string[]): void {
  for (const tag of tags) if (!applyTag(question, tag)) notes.push(`The tag “${titleOf(tag)}” is not kept.`);
}

export type Weighted = { text: string; percent: number };

const near = (percent: number, wanted: number) => Math.abs(percent - wanted) < 0.01;

/** The weights that this console gives several right options: equal shares, and as much taken away for wrong ones. */
export function weightsOf(options: number, right: readonly number[]): number[] {
  const share = right.length > 0 ? 100 / right.length : 0;
  const loss = right.length > 0 && options > right.length ? -100 / (options - right.length) : 0;
  return Array.from({ length: options }, (_, place) => (right.includes(place) ? share : loss));
}

function applySeveral(question: ExchangedQuestion, answers: Weighted[], notes: string[]): void {
  question.type = "MULTIPLE_ANSWERS";
  question.partialCredit = true;
  question.places = answers.flatMap(({ percent }, place) => (percent > 0 ? [place] : []));
  const weights = weightsOf(answers.length, question.places);
  if (answers.some(({ percent }, place) => !near(percent, weights[place]!)))
    notes.push("Its weights are not kept: right options earn equal shares here, and wrong ones take as much away.");
}

/** Options with their weights in percent, as a question with one key or, where `several` or the weights say so, with more. */
export function applyChoices(question: ExchangedQuestion, answers: Weighted[], notes: string[], several = false): void {
  if (answers.some(({ text }) => text === "")) throw new LeftOut("One of its options is empty.");
  question.options = answers.map(({ text }) => text);
  const right = answers.filter(({ percent }) => near(percent, 100));
  const earned = answers.reduce((sum, { percent }) => sum + Math.max(0, percent), 0);
  const shared = right.length === 0 && earned > 0;
  if (shared && Math.abs(earned - 100) > 1)
    throw new LeftOut("The weights of its right options don't add up to 100%. Mark several right options as shares of 100%.");
  if (right.length > 1)
    throw new LeftOut("Each of several options earns all its marks. Mark several right options as shares of 100%.");
  if (several || shared) return applySeveral(question, answers, notes);
  question.type = "MULTIPLE_CHOICE";
  question.places = right.length === 1 ? [answers.indexOf(right[0]!)] : [];
  for (const { text, percent } of answers)
    if (percent !== 0 && !near(percent, 100))
      notes.push(`The weight ${percent}% of “${titleOf(text)}” is not kept: it counts as wrong.`);
}

/** What is accepted marks itself; whatever else a student writes is for a person. */
export function applyAccepted(question: ExchangedQuestion, answers: Weighted[], notes: string[]): void {
  question.type = "SHORT_ANSWER";
  question.accepted = answers.flatMap(({ text, percent }) => (near(percent, 100) ? [text] : []));
  for (const { text, percent } of answers)
    if (percent > 0 && !near(percent, 100))
      notes.push(`“${titleOf(text)}” earns ${percent}% there. It is not kept: a person marks it here.`);
  if (question.accepted.some((text) => /[^\\]?\*/.test(text))) notes.push("A * stands for itself here, not for any text.");
}

/** A number and its tolerance, or from and to. */
export function applyNumber(question: ExchangedQuestion, answer: string, tolerance: string): void {
  question.type = "NUMERIC";
  question.answer = answer.trim() || null;
  question.tolerance = tolerance.trim() || "0";
}
