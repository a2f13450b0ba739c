import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { faultOfText } from "../content/content.server.ts";
import { findExam } from "../exam-row.server.ts";
import { paperQuestion, type PaperQuestion } from "../sitting/paper-question.server.ts";
import { hasWrittenOptions, OPTION_LETTERS, QUESTION_TYPES } from "./question-types.ts";

export type PreviewedQuestion = { question: PaperQuestion; faults: string[] };

/** A question that is still being written, as its paper would show it. Nothing is kept. */
export const previewQuestion = read({
  name: "exam.preview_question",
  permission: "exams.author",
  input: z.object({
    examId: z.uuid(),
    text: z.string().max(10_000),
    type: z.enum(QUESTION_TYPES),
    marks: z.string(),
    options: z.array(z.string().max(2000)).max(20),
  }),
  async run({ ctx, input }): Promise<PreviewedQuestion> {
    await findExam(ctx, input.examId);
    const rows = input.type === "TRUE_FALSE" ? ["True", "False"] : hasWrittenOptions(input.type) ? input.options : [];
    const options = rows.filter((text) => text.trim() !== "");
    const about = (fault: string | null, where: string) => (fault ? [`${where}: ${fault}`] : []);
    return {
      question: paperQuestion({
        id: "preview",
        text: input.text.trim(),
        type: input.type,
        marks: Number(input.marks) || 0,
        options: options.map((text, at) => ({ id: String(at), text })),
      }),
      faults: [
        ...about(faultOfText(input.text), "Question"),
        ...options.flatMap((text, at) => about(faultOfText(text), `Option ${OPTION_LETTERS[at] ?? at + 1}`)),
      ],
    };
  },
});
