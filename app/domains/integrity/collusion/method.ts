/** Which method compares answers. Raised when the same answers would be judged differently: older analyses are made again. */
export const METHOD = 3;

/** Whether a similarity figure that counts in these reasons was made by an earlier method. */
export const restsOnEarlierMethod = (reasons: readonly { signal: string; points: number; method?: number }[]): boolean =>
  reasons.some((reason) => reason.signal === "IDENTICAL_ERRORS" && reason.points > 0 && (reason.method ?? 1) < METHOD);
