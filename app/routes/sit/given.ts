/** What a student has answered to one question: an option, several of them, or a text. */
export type Given = { optionId: string | null; optionIds?: string[] | null; text: string | null };

export const NOTHING_GIVEN: Given = { optionId: null, optionIds: null, text: null };

export const isAnswered = (given: Given | null | undefined): boolean =>
  Boolean(given && (given.optionId !== null || (given.optionIds ?? []).length > 0 || (given.text ?? "") !== ""));
