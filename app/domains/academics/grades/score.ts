/** Document 2: a number from 0 to 10, in hundredths here. */
const MOST = 1000;

type Read = { score: number | null } | { wrong: string };

/** What somebody typed into a cell: "8.5" and "8,5" are the same, nothing is no grade. */
export function readScore(text: string): Read {
  const typed = text.trim().replace(",", ".");
  if (typed === "") return { score: null };
  if (!/^\d{1,3}(\.\d{1,2})?$/.test(typed)) return { wrong: "Enter a number from 0 to 10, with at most two decimals" };
  const score = Math.round(Number(typed) * 100);
  return score > MOST ? { wrong: "Enter a number from 0 to 10" } : { score };
}

export const writtenScore = (score: number | null): string => (score === null ? "" : String(score / 100));
