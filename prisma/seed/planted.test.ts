import { expect, it } from "vitest";
import { analyse } from "~/domains/integrity/collusion/analyse.ts";
import { responsesOf } from "~/domains/integrity/collusion/responses.ts";
import type { Cell, Table } from "./copy.ts";
import { demoTables } from "./demo.ts";

type Row = Record<string, Cell>;

/** The rows of a table as objects, by what they belong to. */
function rowsBy(tables: Table[], name: string, key: string): (value: Cell) => Row[] {
  const table = tables.find((table) => table.name === name)!;
  const at = table.columns.indexOf(key);
  const found = new Map<Cell, Cell[][]>();
  for (const row of table.rows) {
    const one = found.get(row[at]!);
    if (one) one.push(row);
    else found.set(row[at]!, [row]);
  }
  return (value) =>
    (found.get(value) ?? []).map((row) => Object.fromEntries(table.columns.map((column, index) => [column, row[index]!])));
}

// How many draws come before a ring depends on the hour: at the first of these, one was once too weak to be seen.
it.each(["2026-11-20T13:33:44.184", "2026-11-29T00:06:30"])(
  "the planted rings stand out, and nobody else among them, when the demo is made at %s",
  (at) => {
    const now = Date.parse(`${at}Z`);
    const { rest, answers, planted } = demoTables(now);
    const tables = [...rest, ...answers];
    expect(planted.rings.map((ring) => ring.attemptIds.length).sort()).toEqual([2, 3, 4]);
    const questions = rowsBy(tables, "public.question", "exam_id");
    const optionsOf = rowsBy(tables, "public.question_option", "question_id");
    const attemptsOf = rowsBy(tables, "public.student_exam_attempt", "exam_id");
    const answersOf = rowsBy(tables, "public.student_answer", "attempt_id");
    for (const { examId, attemptIds } of planted.rings) {
      const closed = questions(examId).flatMap((question) => {
        const options = optionsOf(question["id"]!);
        return options.length > 0
          ? [{ id: question["id"]!, options: options.map((option) => option["id"]!), key: Number(question["correct_answer"]) }]
          : [];
      });
      const attempts = attemptsOf(examId).map((attempt) => String(attempt["id"]));
      const sheets = attempts.map((id) => {
        const picked = new Map(answersOf(id).map((answer) => [answer["question_id"], answer["selected_option_id"]]));
        return closed.map((item) => item.options.indexOf(picked.get(item.id) ?? ""));
      });
      const found = analyse(
        responsesOf(
          sheets,
          closed.map((item) => item.options.length),
          closed.map((item) => item.key),
        ),
      );
      expect(found.rings.map((ring) => ring.map((student) => attempts[student]!).sort())).toEqual([[...attemptIds].sort()]);
    }
  },
  // It makes two whole demos.
  120_000,
);
