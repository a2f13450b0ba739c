import { cronbachAlpha, itemStatistics, type ItemStatistics, type Sheets } from "../statistics/items.ts";
import { distribution, type Distribution } from "../statistics/distribution.ts";

/** As it comes from the database. `cells`: `item:option:marks:seconds`, comma between, in the order of answering. */
export type RawSheets = {
  /** Percent. */
  passing: number;
  items: {
    id: string;
    type: string;
    text: string;
    marks: number;
    unmarked: number;
    options: { text: string; correct: boolean }[];
  }[];
  attempts: {
    id: string;
    user_id: string;
    candidate_no: number;
    fingerprint: string | null;
    address: string | null;
    overlaps: number;
    cells: string;
  }[];
};

export type Cell = { item: number; option: number | null; marks: number; seconds: number | null };

export function cellsOf(text: string): Cell[] {
  if (text === "") return [];
  return text.split(",").map((cell) => {
    const [item, option, marks, seconds] = cell.split(":");
    return {
      item: Number(item),
      option: option === "" ? null : Number(option),
      marks: Number(marks),
      seconds: seconds === "" ? null : Number(seconds),
    };
  });
}

export type ExamStatistics = {
  distribution: Distribution | null;
  alpha: number | null;
  items: (ItemStatistics & { place: number; text: string; type: string; marks: number })[];
  /** Items whose answers still wait to be marked: in no figure here. */
  unmarked: number;
};

/** Closed items are judged by their key here and now, others by the marks they were given. */
export function statisticsOf(
  raw: RawSheets,
  cells: Cell[][] = raw.attempts.map((attempt) => cellsOf(attempt.cells)),
): ExamStatistics {
  const used = raw.items.flatMap((item, index) => (item.unmarked === 0 && item.marks > 0 ? [index] : []));
  const column = new Map(used.map((index, at) => [index, at]));
  const sheets: Sheets = {
    items: used.map((index) => {
      const item = raw.items[index]!;
      return {
        id: item.id,
        maxMarks: item.marks * 100,
        options: item.options.map((option, place) => ({
          label: "ABCDEFGHIJKLMNOPQRST"[place] ?? String(place + 1),
          correct: option.correct,
        })),
      };
    }),
    marks: cells.map(() => used.map(() => 0)),
    picks: cells.map(() => used.map(() => null)),
  };
  cells.forEach((row, attempt) => {
    for (const cell of row) {
      const at = column.get(cell.item);
      if (at === undefined) continue;
      const item = raw.items[cell.item]!;
      sheets.picks[attempt]![at] = cell.option;
      sheets.marks[attempt]![at] =
        item.options.length > 0
          ? cell.option !== null && item.options[cell.option]?.correct
            ? item.marks * 100
            : 0
          : cell.marks;
    }
  });
  const possible = used.reduce((sum, index) => sum + raw.items[index]!.marks * 100, 0);
  const percentages = possible > 0 ? sheets.marks.map((row) => (row.reduce((sum, mark) => sum + mark, 0) / possible) * 100) : [];
  return {
    distribution: distribution(percentages, raw.passing),
    alpha: cronbachAlpha(sheets.marks),
    items: itemStatistics(sheets).map((item, at) => {
      const index = used[at]!;
      const { text, type, marks } = raw.items[index]!;
      return { ...item, place: index + 1, text: text.slice(0, 200), type, marks };
    }),
    unmarked: raw.items.filter((item) => item.unmarked > 0).length,
  };
}
