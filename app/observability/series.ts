/** How the rows of a finer level become one row of a coarser: counted things are summed, gauges keep their last, highest or mean. */
type Fold = "sum" | "max" | "average" | "last";

const FOLDS: Record<Fold, (column: string) => string> = {
  sum: (column) => `sum(${column})`,
  max: (column) => `max(${column})`,
  average: (column) => `avg(${column})`,
  last: (column) => `(array_agg(${column} order by at desc))[1]`,
};

/** The table of a level is the series' own name with this suffix; a row tells so many seconds and is kept so many days. */
export type Level = { suffix: string; seconds: number; days: number };

/**
 * What is stored over time, said once: its columns, how they are summed up, its levels and how long each is kept.
 * Copying, roll-up, history, partitions and retention are made of this.
 */
export type Series<By extends string = string, Value extends string = string> = {
  table: string;
  /** What a row is about. */
  by: readonly By[];
  values: Readonly<Record<Value, Fold>>;
  /** Columns that no sample brings: the database fills them in. */
  filled?: Readonly<Record<string, Fold>>;
  /** Columns that only the coarser levels have, each made of a value. */
  raised?: Readonly<Record<string, { fold: Fold; of: Value }>>;
  /** From the samples themselves to the coarsest. */
  levels: readonly [Level, ...Level[]];
};

export const series = <const By extends string, const Value extends string>(one: Series<By, Value>): Series<By, Value> => one;

export type Cell = string | number | boolean | null;
export type Row = Cell[];
/** One row on its way to its table. */
export type Recorded = { table: string; row: Row };

/** The columns that a sample brings, in the order of its cells. */
export const sampled = ({ by, values }: Series): string[] => ["at", ...by, ...Object.keys(values)];

/** The columns that every level has. */
export const everyLevel = (one: Series): string[] => [...sampled(one), ...Object.keys(one.filled ?? {})];

/** The values that are counted, as opposed to gauges. */
export const counters = <Value extends string>({ values }: Series<string, Value>): Value[] =>
  (Object.keys(values) as Value[]).filter((name) => values[name] === "sum");

export const recorded = <By extends string, Value extends string>(
  one: Series<By, Value>,
  cells: Record<"at" | By | Value, Cell>,
): Recorded => ({ table: one.table, row: sampled(one).map((column) => cells[column as By]) });

export type RollUp = { name: string; seconds: number; from: string; ofRollUp: boolean; insert: string };

/** Each level but the first, made of the one before it: `$1` its seconds, `$2` to `$3` the stretch that is summed up. */
export function rollUpsOf({ table, by, values, filled, raised, levels }: Series): RollUp[] {
  return levels.slice(1).map((level, index) => {
    const from = levels[index]!;
    const folds: [string, string][] = [
      ...Object.entries({ ...values, ...filled }).map(([name, fold]): [string, string] => [name, FOLDS[fold](name)]),
      ...Object.entries(raised ?? {}).map(([name, { fold, of }]): [string, string] => [name, FOLDS[fold](index > 0 ? name : of)]),
    ];
    return {
      name: `${table}${level.suffix}`,
      seconds: level.seconds,
      from: `${table}${from.suffix}`,
      ofRollUp: index > 0,
      insert: `
        insert into telemetry.${table}${level.suffix} (at, ${[...by, ...folds.map(([name]) => name)].join(", ")})
        select to_timestamp(floor(extract(epoch from at) / $1::int) * $1::int), ${[...by, ...folds.map(([, fold]) => fold)].join(", ")}
        from telemetry.${table}${from.suffix}
        where at >= $2 and at < $3
        group by 1, ${by.join(", ")}`,
    };
  });
}

const MONTH_FROM_DAYS = 30;

/** What is kept for days goes by the day, what is kept for months by the month. */
export const partitionOf = ({ days }: Level): { width: string; ahead: string } =>
  days < MONTH_FROM_DAYS ? { width: "1 day", ahead: "2 days" } : { width: "1 month", ahead: "1 month" };
