import {
  applyAccepted,
  applyChoices,
  applyNumber,
  applyTags,
  assertRoomForMore,
  blankQuestion,
  LeftOut,
  tagsOf,
  titleOf,
  weightsOf,
  type ExchangedFile,
  type ExchangedItem,
  type ExchangedQuestion,
  type Weighted,
} from "./exchanged.ts";
import { toPlainText, type TextFormat } from "./plain-text.ts";

const escaped = (text: string) => text.replace(/[\\~=#{}:]/g, "\\$&").replace(/\r\n?|\n/g, "\\n");

const unescaped = (text: string) => text.replace(/\\([\\~=#{}:n])/g, (_, char: string) => (char === "n" ? "\n" : char));

/** The positions of each of these characters that no backslash takes the meaning from. */
function marks(text: string, chars: string): number[] {
  const found: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (chars.includes(text[at]!)) found.push(at);
  }
  return found;
}

/** `[html]` before a text, and the text as it reads here. */
function readText(source: string, inherited: TextFormat, notes: string[]): { text: string; format: TextFormat } {
  const prefix = /^\s*\[(html|moodle|plain|markdown)\]/.exec(source);
  const format = prefix ? (prefix[1] as TextFormat) : inherited;
  return { format, text: toPlainText(unescaped(source.slice(prefix?.[0].length ?? 0).trim()), format, notes) };
}

type Answer = { sign: string; percent: number | null; source: string };

/** `=right#why ~wrong ~%50%half`, without the feedback of single answers. */
function splitAnswers(body: string, notes: string[]): Answer[] {
  const starts = marks(body, "=~");
  if (body.slice(0, starts[0] ?? body.length).trim() !== "") throw new LeftOut("The text between { and } is no answer.");
  return starts.map((start, index) => {
    const whole = body.slice(start + 1, starts[index + 1] ?? body.length);
    const [hash] = marks(whole, "#");
    if (hash !== undefined && whole.slice(hash + 1).trim() !== "") notes.push("Feedback of single answers is not kept.");
    const source = whole.slice(0, hash ?? whole.length).trim();
    const weight = /^%(-?\d{1,3}(?:\.\d+)?)%/.exec(source);
    return {
      sign: body[start]!,
      percent: weight ? Number(weight[1]) : null,
      source: weight ? source.slice(weight[0].length) : source,
    };
  });
}

/** The general feedback after `####` is what Invigil calls the explanation. */
function cutExplanation(body: string): { answers: string; explanation: string | null } {
  const hashes = marks(body, "#");
  const at = hashes.find((start, index) => [1, 2, 3].every((more) => hashes[index + more] === start + more));
  return at === undefined
    ? { answers: body, explanation: null }
    : { answers: body.slice(0, at), explanation: body.slice(at + 4) };
}

/** `#3.14:0.01`, `#3.13..3.15`, or one answer of a list `#=3.14:0.01`. */
function readNumber(question: ExchangedQuestion, body: string, notes: string[]): void {
  if (marks(body, "=").length > 1)
    throw new LeftOut("It has more than one right number. A number has one here, with a tolerance.");
  const [hash] = marks(body, "#");
  if (hash !== undefined && body.slice(hash + 1).trim() !== "") notes.push("Feedback of single answers is not kept.");
  const source = unescaped(
    body
      .slice(0, hash ?? body.length)
      .trim()
      .replace(/^=(%100%)?/, ""),
  ).trim();
  const range = /^(\S+?)\.\.(\S+)$/.exec(source);
  if (!range) {
    const [answer = "", tolerance = ""] = source.split(":");
    return applyNumber(question, answer, tolerance);
  }
  const [from, to] = [Number(range[1]), Number(range[2])];
  const plain = (value: number) => String(Number(value.toPrecision(12)));
  if (!(from <= to)) throw new LeftOut(`Its range “${titleOf(source)}” has no numbers in it.`);
  applyNumber(question, plain((from + to) / 2), plain((to - from) / 2));
}

const TRUTH = /^(t|true|f|false)$/i;

function readAnswers(question: ExchangedQuestion, body: string, format: TextFormat, notes: string[]): void {
  const bare = body.trim();
  if (bare === "") return;
  if (bare.startsWith("#")) return readNumber(question, bare.slice(1), notes);
  const [hash] = marks(bare, "#");
  const word = bare.slice(0, hash ?? bare.length).trim();
  if (TRUTH.test(word)) {
    if (hash !== undefined) notes.push("Feedback of single answers is not kept.");
    question.type = "TRUE_FALSE";
    question.options = ["True", "False"];
    question.places = [/^t/i.test(word) ? 0 : 1];
    return;
  }
  const found = splitAnswers(bare, notes);
  const openAnswers = found.every(({ sign }) => sign === "=");
  if (openAnswers && found.length > 1 && found.every(({ source }) => source.includes("->")))
    throw new LeftOut("Matching questions can't be imported. Write it as several multiple choice questions.");
  const answers = found.map(({ sign, percent, source }): Weighted => ({
    text: readText(source, format, notes).text,
    percent: percent ?? (sign === "=" ? 100 : 0),
  }));
  if (openAnswers) applyAccepted(question, answers, notes);
  else
    applyChoices(
      question,
      answers,
      notes,
      found.every(({ sign, percent }) => sign === "~" && percent !== null),
    );
}

function readQuestion(source: string, tags: string[], notes: string[]): ExchangedQuestion {
  const text = source.replace(/^\s*::(?:[^\\]|\\[^])*?::/, "");
  const braces = marks(text, "{}");
  if (braces.length === 0) throw new LeftOut("It has no answers in { }: a description, which an exam has no place for.");
  const [open = 0, close = 0] = braces;
  if (text[open] !== "{" || text[close] !== "}" || braces.length !== 2)
    throw new LeftOut("Its { } don't match. Close each {, leave no empty line inside, and write \\{ and \\} in a text.");
  const after = text.slice(close + 1).trim();
  const gap = after === "" ? "" : /^\s*\[html\]/.test(text) ? " _____ " : "_____";
  const head = readText(text.slice(0, open) + (after === "" ? "" : gap + after), "moodle", notes);
  const question = blankQuestion(head.text);
  const { answers, explanation } = cutExplanation(text.slice(open + 1, close));
  readAnswers(question, answers, head.format, notes);
  question.explanation = (explanation && readText(explanation, head.format, notes).text) || null;
  applyTags(question, tags, notes);
  return question;
}

function readItem(lines: string[], line: number): ExchangedItem | null {
  const tags: string[] = [];
  const kept: string[] = [];
  for (const row of lines) {
    if (/^\s*\/\//.test(row)) for (const tag of row.matchAll(/\[tag:([^\]]{1,200})\]/g)) tags.push(tag[1]!);
    else if (!/^\s*\$CATEGORY:/.test(row)) kept.push(row);
  }
  const source = kept.join("\n");
  if (source.trim() === "") return null;
  const notes: string[] = [];
  const title = titleOf(unescaped(source.replace(/^\s*::(.*?)::/, "$1: ").replace(/\[(html|moodle|plain|markdown)\]/, "")));
  try {
    const question = readQuestion(source, tags, notes);
    return { line, title: titleOf(question.text), question, reason: null, notes: [...new Set(notes)] };
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error;
    return { line, title, question: null, reason: error.message, notes: [] };
  }
}

/** Moodle's GIFT: questions are separated by empty lines, `//` starts a comment. */
export function parseGift(content: string): ExchangedFile {
  const items: ExchangedItem[] = [];
  const notes: string[] = [];
  const lines = content.replace(/^\uFEFF/, "").split(/\r\n?|\n/);
  if (lines.some((line) => /^\s*\$CATEGORY:/.test(line))) notes.push("Categories are not kept.");
  let start = 0;
  for (let at = 0; at <= lines.length; at++) {
    if (at < lines.length && lines[at]!.trim() !== "") continue;
    const chunk = lines.slice(start, at);
    const first = chunk.findIndex((row) => row.trim() !== "" && !/^\s*(\/\/|\$CATEGORY:)/.test(row));
    const item = first < 0 ? null : readItem(chunk, start + first + 1);
    if (item) {
      assertRoomForMore(items);
      items.push(item);
    }
    start = at + 1;
  }
  return { format: "gift", items, notes };
}

/** A text that begins like a format or a weight says its own format first. */
const optionText = (text: string) => (/^[[%]/.test(text) ? `[plain]${escaped(text)}` : escaped(text));

const percent = (weight: number) => (weight === 0 ? "" : `%${Number(weight.toFixed(5))}%`);

function writeAnswers(question: ExchangedQuestion): string {
  const [place] = question.places;
  switch (question.type) {
    case "TRUE_FALSE":
      return place === undefined ? "~True ~False" : place === 0 ? "TRUE" : "FALSE";
    case "MULTIPLE_CHOICE":
      return question.options
        .map((text, at) => `\n\t${at === place ? "=" : "~"}${optionText(text)}`)
        .join("")
        .concat("\n");
    case "MULTIPLE_ANSWERS": {
      const weights = weightsOf(question.options.length, question.places);
      return question.options
        .map((text, at) => `\n\t~${percent(weights[at]!)}${optionText(text)}`)
        .join("")
        .concat("\n");
    }
    case "NUMERIC":
      return `#${question.answer === null ? "" : `${question.answer}:${question.tolerance ?? "0"}`}`;
    case "SHORT_ANSWER":
      return (question.accepted.length > 0 ? question.accepted : question.key === null ? [] : [question.key])
        .map((text) => `=${optionText(text)}`)
        .join(" ");
    case "ESSAY":
      return "";
  }
}

function writeQuestion(question: ExchangedQuestion): string {
  const tags = [`marks=${question.marks}`, ...tagsOf(question)];
  const unanswered = question.accepted.length === 0 && question.key === null;
  if (question.type === "SHORT_ANSWER" && unanswered) tags.push("type=short-answer");
  if (question.type === "TRUE_FALSE" && question.places.length === 0) tags.push("type=true-false");
  const lost = question.key !== null && (question.type === "ESSAY" || question.accepted.length > 0);
  return [
    `// ${tags.map((tag) => `[tag:${tag}]`).join(" ")}`,
    ...(lost ? ["// The expected answer is not in this file: GIFT has no place for it. Moodle XML has."] : []),
    `[plain]${escaped(question.text)} {${writeAnswers(question)}${
      question.explanation === null ? "" : `####${optionText(question.explanation)}`
    }}`,
  ].join("\n");
}

export const writeGift = (questions: ExchangedQuestion[]): string =>
  `// Exported from Invigil\n\n${questions.map(writeQuestion).join("\n\n")}\n`;
