import type { Cell } from "./compare.server.ts";

export type AnswerOrder = {
  /** Identical wrong answers whose times are known. */
  of: number;
  firstA: number;
  firstB: number;
  /** Seconds between the two, of the middle one. */
  medianGap: number;
};

/** Who gave the wrong answers that two have in common first. Says nothing of who saw whose: both may have had a third source. */
export function orderOfAnswers(cells: readonly Cell[]): AnswerOrder | null {
  const gaps = cells
    .filter((cell) => !cell.leftOut && cell.a !== null && cell.a === cell.b && cell.aWrong && cell.aAt && cell.bAt)
    .map((cell) => cell.bAt!.getTime() - cell.aAt!.getTime());
  if (gaps.length === 0) return null;
  const apart = gaps.map(Math.abs).sort((x, y) => x - y);
  const middle = apart.length >> 1;
  const median = apart.length % 2 === 1 ? apart[middle]! : (apart[middle - 1]! + apart[middle]!) / 2;
  return {
    of: gaps.length,
    firstA: gaps.filter((gap) => gap > 0).length,
    firstB: gaps.filter((gap) => gap < 0).length,
    medianGap: median / 1000,
  };
}
