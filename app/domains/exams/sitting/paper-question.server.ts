import { contentOf, type Content } from "../content/content.server.ts";

/** A question as a student gets it: without its key, its explanation, and what is accepted. */
export type PaperQuestion = {
  id: string;
  text: string;
  /** `text` with its formulas typeset and its images named. */
  content: Content;
  type: string;
  marks: number;
  options: { id: string; text: string; content: Content }[];
};

type Source = { id: string; text: string; type: string; marks: number; options: { id: string; text: string }[] };

export const paperQuestion = ({ id, text, type, marks, options }: Source): PaperQuestion => ({
  id,
  text,
  content: contentOf(text),
  type,
  marks,
  options: options.map((option) => ({ id: option.id, text: option.text, content: contentOf(option.text) })),
});
