import {
  applyAccepted,
  applyChoices,
  applyNumber,
  applyTags,
  assertRoomForMore,
  blankQuestion,
  LeftOut,
  refuseFile,
  tagsOf,
  titleOf,
  weightsOf,
  type ExchangedFile,
  type ExchangedItem,
  type ExchangedQuestion,
} from "./exchanged.ts";
import { toPlainText, type TextFormat } from "./plain-text.ts";
import { all, child, parseXml, textOf, type XmlElement } from "./xml-tree.ts";

const FORMATS = new Map<string, TextFormat>([
  ["html", "html"],
  ["plain_text", "plain"],
  ["markdown", "markdown"],
]);

/** `<x format="html"><text>…</text></x>` as plain text. */
function richText(element: XmlElement | undefined, notes: string[]): string {
  if (!element) return "";
  if (child(element, "file")) notes.push("Embedded files are not kept.");
  return toPlainText(textOf(child(element, "text")), FORMATS.get(element.attributes["format"] ?? "") ?? "moodle", notes);
}

const REASONS = new Map([
  ["matching", "Matching questions can't be imported. Write it as several multiple choice questions."],
  ["description", "A description has no answer, and an exam has no place for it."],
]);

/** A weight as Moodle writes it: 33.33333 stays 33.33333. */
const percentOf = (answer: XmlElement) => Number(answer.attributes["fraction"] ?? 0) || 0;

function readAnswers(question: ExchangedQuestion, element: XmlElement, type: string, notes: string[]): void {
  const found = all(element, "answer");
  if (found.some((answer) => richText(child(answer, "feedback"), []) !== ""))
    notes.push("Feedback of single answers is not kept.");
  switch (type) {
    case "multichoice":
      return applyChoices(
        question,
        found.map((answer) => ({ text: richText(answer, notes), percent: percentOf(answer) })),
        notes,
        textOf(child(element, "single")).trim() === "false",
      );
    case "numerical": {
      const right = found.filter((answer) => percentOf(answer) > 0);
      if (right.length > 1) throw new LeftOut("It has more than one right number. A number has one here, with a tolerance.");
      if (child(element, "units")) notes.push("Units are not kept: a student writes the number alone.");
      return applyNumber(question, textOf(child(right[0], "text")), textOf(child(right[0], "tolerance")));
    }
    case "shortanswer":
      question.key = richText(child(element, "graderinfo"), notes) || null;
      return applyAccepted(
        question,
        found.map((answer) => ({ text: textOf(child(answer, "text")).trim(), percent: percentOf(answer) })),
        notes,
      );
    case "truefalse": {
      const right = found.find((answer) => percentOf(answer) > 0);
      question.type = "TRUE_FALSE";
      question.options = ["True", "False"];
      question.places = right ? [textOf(child(right, "text")).trim().toLowerCase() === "true" ? 0 : 1] : [];
      return;
    }
    case "essay":
      question.key = richText(child(element, "graderinfo"), notes) || null;
      if (richText(child(element, "responsetemplate"), []) !== "") notes.push("The response template is not kept.");
      return;
    default:
      throw new LeftOut(REASONS.get(type) ?? `Questions of the type “${titleOf(type)}” can't be imported.`);
  }
}

const DROPPED_FEEDBACK = ["correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"];

function readQuestion(element: XmlElement, type: string, notes: string[]): ExchangedQuestion {
  const question = blankQuestion(richText(child(element, "questiontext"), notes));
  readAnswers(question, element, type, notes);
  question.explanation = richText(child(element, "generalfeedback"), notes) || null;
  const grade = textOf(child(element, "defaultgrade")).trim();
  if (grade !== "") question.marks = Number(grade);
  if (!Number.isInteger(question.marks))
    throw new LeftOut(`Its marks are “${titleOf(grade)}”. Marks are whole numbers here: change the default mark.`);
  if (DROPPED_FEEDBACK.some((name) => richText(child(element, name), []) !== "")) notes.push("Combined feedback is not kept.");
  if (all(element, "hint").length > 0) notes.push("Hints are not kept.");
  const tags = all(child(element, "tags"), "tag").map((tag) => textOf(child(tag, "text")).trim());
  applyTags(question, tags, notes);
  return question;
}

function readItem(element: XmlElement, type: string): ExchangedItem {
  const notes: string[] = [];
  const name = textOf(child(child(element, "name"), "text"));
  try {
    const question = readQuestion(element, type, notes);
    return { line: element.line, title: titleOf(question.text), question, reason: null, notes: [...new Set(notes)] };
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error;
    return { line: element.line, title: titleOf(name), question: null, reason: error.message, notes: [] };
  }
}

export function parseMoodleXml(content: string): ExchangedFile {
  const root = parseXml(content);
  if (root.name !== "quiz")
    throw refuseFile(
      `This is not Moodle XML: it starts with <${titleOf(root.name)}>, not <quiz>. Export it from Moodle as Moodle XML.`,
    );
  const items: ExchangedItem[] = [];
  const notes = new Set<string>();
  for (const element of all(root, "question")) {
    const type = element.attributes["type"] ?? "";
    if (type === "category") {
      notes.add("Categories are not kept.");
      continue;
    }
    assertRoomForMore(items);
    items.push(readItem(element, type));
  }
  return { format: "moodle-xml", items, notes: [...notes] };
}

/** What XML can't carry at all (control characters) is left out; the rest is written so that it reads back as it was. */
const xml = (text: string) =>
  text
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

const plain = (name: string, text: string, more = "") =>
  `    <${name}${more} format="plain_text"><text>${xml(text)}</text></${name}>`;

const TYPES = {
  MULTIPLE_CHOICE: "multichoice",
  MULTIPLE_ANSWERS: "multichoice",
  TRUE_FALSE: "truefalse",
  NUMERIC: "numerical",
  SHORT_ANSWER: "shortanswer",
  ESSAY: "essay",
};

const graderInfo = (question: ExchangedQuestion) => (question.key === null ? [] : [plain("graderinfo", question.key)]);

function writeAnswers(question: ExchangedQuestion): string[] {
  const weighted = (text: string, weight: number) => plain("answer", text, ` fraction="${Number(weight.toFixed(5))}"`);
  const closed = (text: string, place: number) => weighted(text, question.places.includes(place) ? 100 : 0);
  switch (question.type) {
    case "MULTIPLE_CHOICE":
      return ["    <single>true</single>", ...question.options.map(closed)];
    case "MULTIPLE_ANSWERS": {
      const weights = weightsOf(question.options.length, question.places);
      return ["    <single>false</single>", ...question.options.map((text, at) => weighted(text, weights[at]!))];
    }
    case "TRUE_FALSE":
      return ["true", "false"].map(closed);
    case "NUMERIC":
      return question.answer === null
        ? []
        : [
            `    <answer fraction="100" format="plain_text"><text>${xml(question.answer)}</text>` +
              `<tolerance>${xml(question.tolerance ?? "0")}</tolerance></answer>`,
          ];
    case "SHORT_ANSWER":
      if (question.accepted.length === 0) return question.key === null ? [] : [weighted(question.key, 100)];
      return [...question.accepted.map((text) => weighted(text, 100)), ...graderInfo(question)];
    case "ESSAY":
      return graderInfo(question);
  }
}

const writeQuestion = (question: ExchangedQuestion): string =>
  [
    `  <question type="${TYPES[question.type]}">`,
    `    <name><text>${xml(titleOf(question.text))}</text></name>`,
    plain("questiontext", question.text),
    ...(question.explanation === null ? [] : [plain("generalfeedback", question.explanation)]),
    `    <defaultgrade>${question.marks}</defaultgrade>`,
    ...writeAnswers(question),
    `    <tags>${tagsOf(question)
      .map((tag) => `<tag><text>${xml(tag)}</text></tag>`)
      .join("")}</tags>`,
    "  </question>",
  ].join("\n");

export const writeMoodleXml = (questions: ExchangedQuestion[]): string =>
  ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>", ...questions.map(writeQuestion), "</quiz>", ""].join("\n");
