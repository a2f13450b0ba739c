import { z } from "zod";
import { rows, type Queryable } from "~/db/query.ts";
import { join, raw, sql, type Sql } from "~/db/sql.ts";
import { stepFor } from "~/platform/range.ts";
import { metricSeries } from "./metric-series.ts";
import { everyLevel, type Level, type Series } from "./series.ts";

export type Span = { from: Date; to: Date };

/** One stretch of a span, and the level that tells it. */
export type Piece = { suffix: string; seconds: number; from: number; to: number };

const isKept = (level: Level, at: number, now: number) => now - at <= level.days * 86_400_000;

/** From the coarsest level that is fine enough to the samples themselves; coarser where nothing finer is kept that long. */
function levelsFor({ levels }: Series, from: number, wanted: number, now: number): Level[] {
  const finest = levels.find((level) => isKept(level, from, now)) ?? levels.at(-1)!;
  return levels.filter((level) => level.seconds <= Math.max(wanted, finest.seconds)).reverse();
}

/**
 * A span in pieces: coarse sums where they are whole and have been made, finer ones around them, samples up to now. Where
 * nothing finer is kept any more, a sum that begins within the span counts whole.
 */
export function piecesOf(
  [level, ...finer]: readonly Level[],
  made: ReadonlyMap<string, number>,
  from: number,
  to: number,
  now: number,
): Piece[] {
  if (!level || from >= to) return [];
  const { suffix, seconds } = level;
  const next = finer[0];
  if (!next) return [{ suffix, seconds, from, to }];
  const width = seconds * 1000;
  const first = Math.ceil(from / width) * width;
  const last = Math.min(isKept(next, to, now) ? Math.floor(to / width) * width : to, made.get(suffix) ?? 0);
  if (first >= last) return piecesOf(finer, made, from, to, now);
  return [
    ...(isKept(next, from, now) ? piecesOf(finer, made, from, first, now) : []),
    { suffix, seconds, from: first, to: last },
    ...piecesOf(finer, made, last, to, now),
  ];
}

/** How far each roll-up of a series has been made. */
async function madeUntil(on: Queryable, { table }: Series, levels: readonly Level[]): Promise<Map<string, number>> {
  const found = await rows(
    on,
    sql`select name, until from telemetry.rollup where name = any(${levels.map((level) => `${table}${level.suffix}`)})`,
    z.object({ name: z.string(), until: z.date() }),
  );
  return new Map(found.map((row) => [row.name.slice(table.length), row.until.getTime()]));
}

/**
 * A subquery over one span: roll-ups as far as they have been made, raw samples after that. So a range of a month costs
 * little, and still ends now. `finest` is the step that is asked for, else what a chart of this span can show.
 */
export async function historyOf(
  on: Queryable,
  one: Series,
  span: Span,
  now: Date,
  finest = stepFor(span),
): Promise<{ from: Sql; step: number; level: number; text: string }> {
  const [from, to] = [span.from.getTime(), span.to.getTime()];
  const levels = levelsFor(one, from, finest, now.getTime());
  const made = levels.length > 1 ? await madeUntil(on, one, levels) : new Map<string, number>();
  const pieces = piecesOf(levels, made, from, to, now.getTime());
  if (pieces.length === 0) pieces.push({ suffix: "", seconds: 1, from, to: from });
  const parts = pieces.map((piece) => {
    // An average of averages is one only where each weighs as long as it lasted.
    const weight = Object.values(one.values).includes("average") ? [`${piece.seconds} as seconds`] : [];
    return sql`
      select ${raw([...everyLevel(one), ...weight].join(", "))}
      from ${raw(`telemetry.${one.table}${piece.suffix}`)}
      where at >= ${new Date(piece.from)} and at < ${new Date(piece.to)}`;
  });
  const coarsest = pieces.reduce((most, piece) => (piece.seconds > most.seconds ? piece : most));
  return {
    from: sql`(${join(parts, " union all ")})`,
    step: Math.max(levels[0]!.seconds, finest),
    level: coarsest.seconds,
    text: `telemetry.${one.table}${coarsest.suffix}`,
  };
}

/** The start of the step that a moment belongs to: what to group by. Its digits are ours, and whole numbers are quick. */
export const slot = (step: number): Sql => raw(`date_bin('${Math.round(step)} seconds', at, 'epoch')`);

/** The same as milliseconds, to be selected where it is grouped by. */
export const bucket = (step: number): Sql => sql`(extract(epoch from ${slot(step)}) * 1000)::float8`;

const metricRow = z.object({ t: z.number(), name: z.string(), label: z.string(), target: z.string(), value: z.number() });

export type MetricPoint = z.infer<typeof metricRow>;

/** Named numbers over a span, averaged per step. */
export async function metricHistory(
  on: Queryable,
  names: readonly string[],
  span: Span,
  now: Date,
): Promise<{ points: MetricPoint[]; step: number }> {
  const history = await historyOf(on, metricSeries, span, now);
  const points = await rows(
    on,
    sql`select ${bucket(history.step)} as t, name, label, target, sum(value * seconds) / sum(seconds) as value
        from ${history.from} m
        where name = any(${names as string[]})
        group by ${slot(history.step)}, name, label, target
        order by 1`,
    metricRow,
  );
  return { points, step: history.step };
}
