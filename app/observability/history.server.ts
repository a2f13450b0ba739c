import { z } from "zod";
import { one, rows, type Queryable } from "~/db/query.ts";
import { raw, sql, type Sql } from "~/db/sql.ts";
import { stepFor } from "~/platform/range.ts";

type Kind = "load" | "tick" | "statement" | "metric" | "table_stat" | "index_stat";
type Level = { suffix: string; step: number; keptHours: number };

const DAY = 24;
const LEVELS: Record<Kind, readonly Level[]> = {
  load: [
    { suffix: "", step: 1, keptHours: DAY },
    { suffix: "_1m", step: 60, keptHours: 8 * DAY },
    { suffix: "_5m", step: 300, keptHours: 30 * DAY },
    { suffix: "_1h", step: 3600, keptHours: 395 * DAY },
  ],
  tick: [
    { suffix: "", step: 1, keptHours: DAY },
    { suffix: "_1m", step: 60, keptHours: 8 * DAY },
    { suffix: "_5m", step: 300, keptHours: 30 * DAY },
    { suffix: "_1h", step: 3600, keptHours: 395 * DAY },
  ],
  statement: [
    { suffix: "", step: 15, keptHours: DAY },
    { suffix: "_5m", step: 300, keptHours: 30 * DAY },
    { suffix: "_1h", step: 3600, keptHours: 395 * DAY },
  ],
  metric: [
    { suffix: "", step: 5, keptHours: DAY },
    { suffix: "_5m", step: 300, keptHours: 30 * DAY },
    { suffix: "_1h", step: 3600, keptHours: 395 * DAY },
  ],
  table_stat: [
    { suffix: "", step: 60, keptHours: DAY },
    { suffix: "_1h", step: 3600, keptHours: 395 * DAY },
  ],
  index_stat: [
    { suffix: "", step: 60, keptHours: DAY },
    { suffix: "_1h", step: 3600, keptHours: 395 * DAY },
  ],
};

export type Span = { from: Date; to: Date };

/** The coarsest level that still draws this range finely, among those that reach back far enough. */
function levelFor(kind: Kind, span: Span, now: Date): Level {
  const wanted = stepFor(span);
  const levels = LEVELS[kind].filter((level) => now.getTime() - span.from.getTime() <= level.keptHours * 3_600_000);
  const fits = levels.filter((level) => level.step <= wanted);
  return fits.at(-1) ?? levels[0] ?? LEVELS[kind].at(-1)!;
}

/**
 * A subquery over one span: roll-ups as far as they have been made, raw samples after that. So a range of a month costs
 * little, and still ends now.
 */
export async function historyOf(
  on: Queryable,
  kind: Kind,
  span: Span,
  now: Date,
): Promise<{ from: Sql; step: number; text: string }> {
  const level = levelFor(kind, span, now);
  const step = Math.max(level.step, stepFor(span));
  const base = raw(`telemetry.${kind}`);
  // Ticks carry how many seconds they stand for; a raw one stands for itself.
  if (level.suffix === "")
    return { from: sql`(select * from ${base} where at >= ${span.from} and at < ${span.to})`, step, text: `telemetry.${kind}` };
  const summed = raw(`telemetry.${kind}${level.suffix}`);
  const made = await one(
    on,
    sql`select until from telemetry.rollup where name = ${`${kind}${level.suffix}`}`,
    z.object({ until: z.date() }),
  );
  const until = made?.until ?? span.from;
  const border = new Date(Math.min(span.to.getTime(), Math.max(span.from.getTime(), until.getTime())));
  const columns = kind === "metric" ? raw("at, target, name, label, value") : raw("*");
  return {
    from: sql`(select ${columns} from ${summed} where at >= ${span.from} and at < ${border} union all select ${columns} from ${base} where at >= ${border} and at < ${span.to})`,
    step,
    text: `telemetry.${kind}${level.suffix}`,
  };
}

/** The start of the step that a moment belongs to, as milliseconds. */
export const bucket = (step: number): Sql => sql`(floor(extract(epoch from at) / ${step}::int) * ${step}::int * 1000)::float8`;

const metricRow = z.object({ t: z.number(), name: z.string(), label: z.string(), target: z.string(), value: z.number() });

export type MetricPoint = z.infer<typeof metricRow>;

/** Named numbers over a span, averaged per step. */
export async function metricHistory(
  on: Queryable,
  names: readonly string[],
  span: Span,
  now: Date,
): Promise<{ points: MetricPoint[]; step: number }> {
  const history = await historyOf(on, "metric", span, now);
  const points = await rows(
    on,
    sql`select ${bucket(history.step)} as t, name, label, target, avg(value) as value from ${history.from} m where name = any(${names as string[]}) group by 1, 2, 3, 4 order by 1`,
    metricRow,
  );
  return { points, step: history.step };
}
