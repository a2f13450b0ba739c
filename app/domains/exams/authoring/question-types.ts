export const QUESTION_TYPES = ["MULTIPLE_CHOICE", "MULTIPLE_ANSWERS", "TRUE_FALSE", "NUMERIC", "SHORT_ANSWER", "ESSAY"] as const;
export type QuestionType = (typeof QUESTION_TYPES)[number];

export const TYPE_LABELS: Record<QuestionType, string> = {
  MULTIPLE_CHOICE: "Single choice",
  MULTIPLE_ANSWERS: "Multiple answers",
  TRUE_FALSE: "True or false",
  NUMERIC: "Number",
  SHORT_ANSWER: "Short answer",
  ESSAY: "Essay",
};

/** One option is the key, and the student chooses one: what statistics of options and the comparison of answers read. */
export const isSingleChoice = (type: string): boolean => type === "MULTIPLE_CHOICE" || type === "TRUE_FALSE";

/** Options that the author writes. */
export const hasWrittenOptions = (type: string): boolean => type === "MULTIPLE_CHOICE" || type === "MULTIPLE_ANSWERS";

export const OPTION_LETTERS = "ABCDEFGHIJ";
export const MOST_OPTIONS = OPTION_LETTERS.length;
export const MOST_ACCEPTED = 20;
