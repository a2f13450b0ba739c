/**
 * The closed items of one exam as answered: `picks[s * items + i]` is the option's index, or −1 where student s left item i
 * blank. Essays and short answers have no options and take no part.
 */
export type Responses = {
  students: number;
  items: number;
  /** How many options each item has. */
  options: Uint8Array;
  key: Int8Array;
  picks: Int8Array;
};

export const BLANK = -1;

/** Fewer answers in common than this say nothing about a pair, whatever the figures. */
export const MIN_COMMON = 5;

export function responsesOf(
  rows: readonly (readonly (number | null)[])[],
  options: readonly number[],
  key: readonly number[],
): Responses {
  const items = options.length;
  const picks = new Int8Array(rows.length * items).fill(BLANK);
  rows.forEach((row, student) =>
    row.forEach((pick, item) => {
      if (item < items && pick !== null && pick >= 0 && pick < options[item]!) picks[student * items + item] = pick;
    }),
  );
  return { students: rows.length, items, options: Uint8Array.from(options), key: Int8Array.from(key), picks };
}
