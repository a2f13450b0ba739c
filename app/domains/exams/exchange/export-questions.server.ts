import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { Forbidden } from "~/platform/errors.ts";
import { listQuestions, type Question } from "../authoring/questions.server.ts";
import type { ExchangedQuestion } from "./exchanged.ts";
import { writeGift } from "./gift.ts";
import { writeMoodleXml } from "./moodle-xml.ts";

function exchanged(question: Question): ExchangedQuestion {
  return {
    type: question.type,
    text: question.text,
    marks: question.marks,
    difficulty: question.difficulty as ExchangedQuestion["difficulty"],
    explanation: question.explanation || null,
    options: question.options.map((option) => option.text),
    places: question.options.flatMap((option, place) => (option.correct ? [place] : [])),
    partialCredit: question.partial_credit,
    answer: question.numeric_answer ?? null,
    tolerance: question.numeric_tolerance ?? null,
    accepted: question.accepted_answers ?? [],
    unmatchedWrong: question.unmatched_wrong,
    key: question.options.length > 0 ? null : question.correct_answer || null,
    tags: question.tags,
  };
}

/** The paper with its keys as a file, for whoever may see the keys. */
export const exportQuestions = read({
  name: "exam.export_questions",
  permission: "exams.read",
  input: z.object({
    examId: z.uuid(),
    format: z.enum(["gift", "moodle-xml"], "Unknown format. Choose GIFT or Moodle XML"),
  }),
  async run({ ctx, input }) {
    const { exam, keys, questions } = await listQuestions({ ctx, input: { examId: input.examId } });
    if (!keys) throw new Forbidden("The file holds the keys. They are shown after the exam has closed");
    const write = input.format === "gift" ? writeGift : writeMoodleXml;
    return { exam, count: questions.length, content: write(questions.map(exchanged)) };
  },
});
