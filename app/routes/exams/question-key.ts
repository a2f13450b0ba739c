import { type QuestionType } from "~/domains/exams/authoring/question-types.ts";
import type { listQuestions } from "~/domains/exams/authoring/questions.server.ts";

/** A person writes B, True or 2; the paper keeps the option's place. */
export function keyFrom(type: QuestionType, typed: string): string {
  const text = typed.trim();
  if (type === "TRUE_FALSE") return /^(t|true|a|1)$/i.test(text) ? "0" : /^(f|false|b|2)$/i.test(text) ? "1" : text;
  if (type !== "MULTIPLE_CHOICE" || text === "") return text;
  if (/^[a-j]$/i.test(text)) return String(text.toUpperCase().charCodeAt(0) - 65);
  return /^\d+$/.test(text) ? String(Number(text) - 1) : "-1";
}

export function shownKey(question: Question | undefined): string {
  if (!question) return "";
  const at = question.options.findIndex((option) => option.correct);
  if (question.type === "TRUE_FALSE") return at < 0 ? "" : at === 0 ? "True" : "False";
  return question.type === "MULTIPLE_CHOICE" ? (at < 0 ? "" : "ABCDEFGHIJ"[at]!) : (question.correct_answer ?? "");
}

export type Question = Awaited<ReturnType<typeof listQuestions>>["questions"][number];
