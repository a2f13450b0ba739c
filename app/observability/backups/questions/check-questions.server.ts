import type pg from "pg";
import { z } from "zod";
import { clients } from "~/db/clients.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { plural } from "~/platform/format.ts";
import type { BackupFinding } from "../verify.server.ts";
import { askQuestion, type Asked } from "./ask-question.server.ts";
import { expectedRange, figure, inRange, type QuestionAnswer } from "./expected.ts";

/** The copy starts with nothing in memory, and nobody waits for it. */
const COPY_TIMEOUT_MS = 60_000;

const question = z.object({
  id: z.string(),
  name: z.string(),
  sql: z.string(),
  min: z.number().nullable(),
  max: z.number().nullable(),
});

function answerOf(asking: z.infer<typeof question>, asked: Asked): QuestionAnswer {
  if (asked.value === null) return { ...asking, value: null, verdict: "NOT_ASKED", reason: asked.reason };
  return { ...asking, value: asked.value, verdict: inRange(asked.value, asking) ? "OK" : "OUT_OF_RANGE", reason: null };
}

const findingOf = (answer: QuestionAnswer): BackupFinding => ({
  file: `question “${answer.name}”`,
  says:
    answer.verdict === "NOT_ASKED"
      ? `could not be asked: ${answer.reason}`
      : `the answer is ${figure(answer.value!)}, expected ${expectedRange(answer)}`,
});

/** Asks the restored copy what the owner wants to know of it. The questions are today's, whatever time the copy is of. */
export async function checkQuestions(
  app: () => Promise<pg.Client>,
): Promise<{ says: string; answers: QuestionAnswer[]; findings: BackupFinding[] }> {
  const questions = await rows(
    clients().primary,
    sql`select id::text as id, name, sql, min_value as min, max_value as max
        from console.drill_question
        where enabled
        order by name, id`,
    question,
  );
  if (questions.length === 0) return { says: "none are set up", answers: [], findings: [] };
  const copy = await app();
  try {
    const { rows: there } = await copy.query<{ yes: boolean }>(
      "select to_regproc('public.invigil_ask_question') is not null as yes",
    );
    // Only when someone asked for a time before the upgrade.
    if (!there[0]!.yes) return { says: "not asked: the copy is from before there were questions", answers: [], findings: [] };
    const answers: QuestionAnswer[] = [];
    await copy.query("begin read only");
    for (const asking of questions) answers.push(answerOf(asking, await askQuestion(copy, asking.sql, COPY_TIMEOUT_MS)));
    await copy.query("rollback");
    const bad = answers.filter((answer) => answer.verdict !== "OK");
    return {
      says: `${plural(answers.length, "answer")}, ${bad.length === 0 ? "all as expected" : `${bad.length} not as expected`}`,
      answers,
      findings: bad.map(findingOf),
    };
  } finally {
    await copy.end().catch(() => undefined);
  }
}
