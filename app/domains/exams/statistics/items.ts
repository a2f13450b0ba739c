import { correlation, moments, varies } from "./moments.ts";

/**
 * One exam as a table: a row for each attempt, a column for each item. `marks` are what was awarded (any unit, the same
 * everywhere); an item that was left blank earned 0. `picks` hold the chosen option's index for closed items, else null.
 */
export type Sheets = {
  items: { id: string; maxMarks: number; options: { label: string; correct: boolean }[] }[];
  marks: number[][];
  picks: (number | null)[][];
};

export type Flag =
  | "negative discrimination"
  | "too easy"
  | "too hard"
  | "weak discrimination"
  | "distractor that no one chooses"
  | "the key may be wrong";

export type DistractorRow = {
  label: string;
  correct: boolean;
  count: number;
  share: number;
  /** Share of the upper and of the lower 27 % who chose it. */
  upper: number;
  lower: number;
  /** Correlation of choosing it with the score on the other items. */
  pointBiserial: number | null;
};

export type ItemStatistics = {
  id: string;
  answered: number;
  /** Mean share of the item's marks: 1 is easy, 0 is hard. */
  difficulty: number;
  /** Corrected item-total correlation: the item against the sum of the others, so that it does not vouch for itself. */
  discrimination: number | null;
  distractors: DistractorRow[];
  flags: Flag[];
};

const UPPER_LOWER = 0.27;

export function itemStatistics(sheets: Sheets): ItemStatistics[] {
  const n = sheets.marks.length;
  if (n === 0) return [];
  const totals = sheets.marks.map((row) => row.reduce((sum, mark) => sum + mark, 0));
  const order = totals.map((_, index) => index).sort((x, y) => totals[y]! - totals[x]! || x - y);
  const edge = Math.max(1, Math.round(n * UPPER_LOWER));
  const upper = order.slice(0, edge);
  const lower = order.slice(-edge);

  return sheets.items.map((item, column) => {
    const earned = sheets.marks.map((row) => row[column]!);
    const rest = totals.map((total, row) => total - earned[row]!);
    const chosen = sheets.picks.map((row) => row[column] ?? null);
    const share = (rows: readonly number[], option: number) => rows.filter((row) => chosen[row] === option).length / rows.length;
    const answered = item.options.length > 0 ? chosen.filter((pick) => pick !== null).length : n;
    const distractors = item.options.map((option, index): DistractorRow => {
      const count = chosen.filter((pick) => pick === index).length;
      return {
        label: option.label,
        correct: option.correct,
        count,
        share: count / n,
        upper: share(upper, index),
        lower: share(lower, index),
        pointBiserial: correlation(
          chosen.map((pick) => (pick === index ? 1 : 0)),
          rest,
        ),
      };
    });
    const difficulty = item.maxMarks > 0 ? moments(earned)!.mean / item.maxMarks : 0;
    const discrimination = correlation(earned, rest);
    return {
      id: item.id,
      answered,
      difficulty,
      discrimination,
      distractors,
      flags: flagsOf(n, difficulty, discrimination, distractors),
    };
  });
}

const ENOUGH = 20;

/** What deserves a look. Under twenty attempts chance alone would flag something, so nothing is flagged. */
function flagsOf(n: number, difficulty: number, discrimination: number | null, distractors: DistractorRow[]): Flag[] {
  if (n < ENOUGH) return [];
  const flags: Flag[] = [];
  if (difficulty > 0.95) flags.push("too easy");
  if (difficulty < 0.2) flags.push("too hard");
  if (discrimination !== null && discrimination < 0) flags.push("negative discrimination");
  else if (discrimination !== null && discrimination < 0.1) flags.push("weak discrimination");
  const key = distractors.find((row) => row.correct);
  if (key && distractors.some((row) => !row.correct && row.upper > key.upper)) flags.push("the key may be wrong");
  if (distractors.length > 2 && n >= 50 && distractors.some((row) => !row.correct && row.count === 0))
    flags.push("distractor that no one chooses");
  return flags;
}

/** Cronbach's alpha over items: null for fewer than two items or two attempts, or when the totals do not vary. */
export function cronbachAlpha(marks: readonly (readonly number[])[]): number | null {
  const k = marks[0]?.length ?? 0;
  if (k < 2 || marks.length < 2) return null;
  const totals = moments(marks.map((row) => row.reduce((sum, mark) => sum + mark, 0)))!;
  if (!varies(totals)) return null;
  let parts = 0;
  for (let column = 0; column < k; column++) parts += moments(marks.map((row) => row[column]!))!.variance;
  return (k / (k - 1)) * (1 - parts / totals.variance);
}
