import { named, type Named } from "./metric-series.ts";
import type { Series } from "./series.ts";

/** What is kept over time of the rows of a probe. The recorder does the counting; a probe says what there is to count. */
export type Keeps<Row> =
  | { kind: "numbers"; of(row: Row): Named[] }
  | {
      kind: "rates";
      /** Names the reset that the totals count from. */
      epoch(rows: readonly Row[]): string;
      totals(row: Row): { key: string; values: Record<string, number> }[];
      numbers(values: Record<string, number>, seconds: number, key: string): Named[];
    }
  | { kind: "relations"; series: Series<"target" | "name"> };

/** The columns of a row that are numbers. */
type NumberOf<Row> = { [Name in keyof Row]: Row[Name] extends number ? Name : never }[keyof Row] & string;

/** What a probe has to say it with. */
export type Keeping<Row> = {
  /** Numbers as they are. */
  numbers(of: (row: Row) => Named[]): Keeps<Row>;
  /** What happened between two looks at running totals, by the names of the columns that count. */
  rates<Name extends NumberOf<Row>>(
    names: readonly Name[],
    numbers: (values: Record<Name, number>, seconds: number, key: string) => Named[],
    keyOf?: (row: Row) => string,
  ): Keeps<Row>;
  /** What was added to each of these totals, under one name, each by its own label. */
  totals(name: string, of: (row: Row) => Record<string, number>): Keeps<Row>;
  /** One row a relation: its gauges when they change, and what was counted since the last look. */
  relations(series: Series<"target" | "name">): Keeps<Row>;
};

const keeping = <Row>(): Keeping<Row> => ({
  numbers: (of) => ({ kind: "numbers", of }),
  rates: (names, numbers, keyOf = () => "") => ({
    kind: "rates",
    epoch: (rows) => String((rows[0] as { stats_reset?: Date | null } | undefined)?.stats_reset?.getTime()),
    totals: (row) => [{ key: keyOf(row), values: Object.fromEntries(names.map((name) => [name, row[name] as number])) }],
    numbers,
  }),
  totals: (name, of) => ({
    kind: "rates",
    epoch: () => "",
    totals: (row) => Object.entries(of(row)).map(([key, n]) => ({ key, values: { n } })),
    numbers: (values, _seconds, key) => [named(name, values["n"]!, key)],
  }),
  relations: (series) => ({ kind: "relations", series }),
});

export const keptOf = <Row>(keeps: ((keep: Keeping<Row>) => readonly Keeps<Row>[]) | undefined): readonly Keeps<Row>[] =>
  keeps?.(keeping<Row>()) ?? [];
