import type { Question } from "../authoring/questions.server.ts";
import { contentOf, type Content } from "./content.server.ts";

/** A question of the paper with its texts typeset, for whoever reads the paper at a desk. */
export type ShownQuestion = Omit<Question, "options"> & {
  content: Content;
  explanationContent: Content;
  options: (Question["options"][number] & { content: Content })[];
};

export const shownQuestion = (question: Question): ShownQuestion => ({
  ...question,
  content: contentOf(question.text),
  explanationContent: contentOf(question.explanation ?? ""),
  options: question.options.map((option) => ({ ...option, content: contentOf(option.text) })),
});
