import { MOST_ACCEPTED, MOST_OPTIONS } from "~/domains/exams/authoring/question-types.ts";
import { BLANK_OPTION, padded, typeOf, type Draft } from "./question-draft.ts";

type Values = Record<string, string>;

function column(values: Values, name: string, most: number): string[] {
  const rows: string[] = [];
  for (let row = 0; row < most && `${name}.${row}` in values; row++) rows.push(values[`${name}.${row}`]!);
  return rows;
}

/** The form as it was sent, with the rows of every type: nothing that was typed is lost when the type changes. */
export function draftFrom(values: Values): Draft {
  const type = typeOf(values["type"]);
  const options = column(values, "options", MOST_OPTIONS);
  const isRight = (row: number) => (type === "MULTIPLE_CHOICE" ? values["key"] === String(row) : values[`keys.${row}`] === "on");
  const accepted = column(values, "accepted", MOST_ACCEPTED);
  return {
    text: values["text"] ?? "",
    type,
    difficulty: values["difficulty"] ?? "MEDIUM",
    marks: values["marks"] ?? "1",
    explanation: values["explanation"] ?? "",
    tags: values["tags"] ?? "",
    options: padded(
      options.map((text, row) => ({ text, right: isRight(row) })),
      MOST_OPTIONS,
      BLANK_OPTION,
    ),
    trueIsRight: values["truth"] === "true" ? true : values["truth"] === "false" ? false : null,
    partialCredit: values["scoring"] === "partial",
    answer: values["answer"] ?? "",
    tolerance: values["tolerance"] ?? "",
    accepted: accepted.length > 0 ? accepted : [""],
    unmatchedWrong: values["unmatched"] === "wrong",
    note: values["note"] ?? "",
  };
}

/** What the form says, as the verb takes it. */
export function inputFrom(draft: Draft) {
  const truth = draft.type === "TRUE_FALSE" && draft.trueIsRight !== null ? [draft.trueIsRight ? 0 : 1] : [];
  const written = draft.type === "TRUE_FALSE" ? [] : draft.options.flatMap(({ right }, row) => (right ? [row] : []));
  return {
    text: draft.text,
    type: draft.type,
    marks: draft.marks,
    difficulty: draft.difficulty as "EASY",
    explanation: draft.explanation,
    tags: draft.tags.split(","),
    options: draft.options.map(({ text }) => text),
    keys: draft.type === "TRUE_FALSE" ? truth : written,
    partialCredit: draft.partialCredit,
    answer: draft.answer,
    tolerance: draft.tolerance,
    accepted: draft.accepted,
    unmatchedWrong: draft.unmatchedWrong,
    key: draft.note,
  };
}
