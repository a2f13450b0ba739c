import os from "node:os";
import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { raw, sql } from "~/db/sql.ts";
import { bucket, historyOf, slot } from "../history.server.ts";
import { askCollector } from "../sampler/collector-link.server.ts";
import type { Tick } from "../sampler/tick.ts";
import { busiest } from "./peak.server.ts";
import { UNTAGGED, WAIT_CLASSES } from "./tags.ts";
import { loadSeries } from "../probes/activity.ts";
import { tickSeries } from "../probes/backends.ts";

export const SPLITS = {
  wait: "wait_class",
  event: "wait_event",
  query: "query_id::text",
  tenant: "tenant",
  user: "username",
  app: "app",
} as const;
export type Split = keyof typeof SPLITS;
const MOST_SERIES = 7;

export const spanInput = z.object({ from: z.date(), to: z.date(), target: z.string().default("primary") });

const cell = z.object({ t: z.number(), key: z.string().nullable(), n: z.number() });

export type Load = {
  step: number;
  points: ({ t: number } & Record<string, number | null>)[];
  series: { key: string; label: string; average: number }[];
  average: number | null;
  peak: number | null;
  /** Over how many seconds the peak is a mean. */
  peakSeconds: number;
  /** Tenants this reader may see; null is all of them. */
  only: string[] | null;
  source: string;
  /** The last moment that it tells of; null: nobody looked in this time. */
  newest: number | null;
};

/** Codes of the tenants in scope: whoever sees one tenant sees that tenant's load and no more. */
async function tenantCodes(ctx: TxCtx): Promise<string[] | null> {
  if (ctx.scope.kind === "all") return null;
  const found = await rows(
    ctx.tx,
    sql`select code
      from public.college
      where deleted_at is null`,
    z.object({ code: z.string() }),
  );
  return found.map((row) => row.code);
}

/**
 * Average active sessions over a time, split by what they wait for, by statement, tenant, user or application: the
 * sessions seen at work, divided by the seconds in which someone looked.
 */
export const readLoad = read({
  name: "load.read",
  permission: "database.load",
  input: spanInput.extend({
    by: z.enum(Object.keys(SPLITS) as [Split, ...Split[]]).default("wait"),
    queryId: z
      .string()
      .regex(/^-?\d+$/)
      .optional(),
  }),
  async run({ ctx, input }): Promise<Load> {
    const now = ctx.clock.now();
    const only = await tenantCodes(ctx);
    const history = await historyOf(ctx.tx, loadSeries, input, now);
    const seconds = await historyOf(ctx.tx, tickSeries, input, now);
    const column = raw(SPLITS[input.by]);
    const cells = await rows(
      ctx.tx,
      sql`select ${bucket(history.step)} as t, ${column} as key, sum(n)::int as n
          from ${history.from} l
          where target = ${input.target}
            and (${only}::text[] is null or tenant = any(${only}::text[]))
            and (${input.queryId ?? null}::bigint is null or query_id = ${input.queryId ?? null}::bigint)
          group by ${slot(history.step)}, ${column}`,
      cell,
    );
    const ticks = await rows(
      ctx.tx,
      sql`select ${bucket(history.step)} as t, null as key, sum(ticks)::int as n
          from ${seconds.from} s
          where target = ${input.target}
          group by ${slot(history.step)}`,
      cell,
    );
    const known = new Map(ticks.map((row) => [row.t, row.n]));
    const newest = Math.max(0, ...ticks.map((row) => row.t + history.step * 1000));
    // While the primary is away, the collector's memory has what the tables do not.
    if (input.to.getTime() >= now.getTime() - 5000 && now.getTime() - newest > 15_000 && input.by !== "query")
      for (const tick of await secondsOf(input.target, newest, now)) addTick(cells, known, tick, history.step, input.by, only);
    const load = shape(cells, known, input, history.step, history.text, only, input.by);
    // What the seconds hold is everybody's: for one tenant, or one statement, there are only the steps of the chart.
    if (only || input.queryId || history.step <= 60) return load;
    const found = await busiest(ctx, input, now);
    return found && found.peak >= (load.peak ?? 0) ? { ...load, peak: found.peak, peakSeconds: found.seconds } : load;
  },
});

const secondsOf = async (target: string, from: number, now: Date): Promise<Tick[]> =>
  (await askCollector<Tick[]>(`/internal/seconds?target=${encodeURIComponent(target)}&from=${from}&to=${now.getTime()}`)) ?? [];

const FIELD: Record<Exclude<Split, "query">, "wait_class" | "wait_event" | "tenant" | "username" | "app"> = {
  wait: "wait_class",
  event: "wait_event",
  tenant: "tenant",
  user: "username",
  app: "app",
};

function addTick(
  cells: z.infer<typeof cell>[],
  known: Map<number, number>,
  tick: Tick,
  step: number,
  by: Split,
  only: string[] | null,
): void {
  const t = Math.floor(tick.at / (step * 1000)) * step * 1000;
  known.set(t, (known.get(t) ?? 0) + 1);
  if (by === "query") return;
  for (const group of tick.groups)
    if (!only || (group.tenant && only.includes(group.tenant))) cells.push({ t, key: group[FIELD[by]], n: group.n });
}

function shape(
  cells: readonly z.infer<typeof cell>[],
  ticks: ReadonlyMap<number, number>,
  span: { from: Date; to: Date },
  step: number,
  source: string,
  only: string[] | null,
  by: Split,
): Load {
  const totals = new Map<string, number>();
  const nameOf = (key: string | null) =>
    key === null || key === "" ? (by === "event" ? "CPU" : by === "tenant" ? UNTAGGED : "other") : key;
  for (const row of cells) totals.set(nameOf(row.key), (totals.get(nameOf(row.key)) ?? 0) + row.n);
  const ranked = [...totals].sort((a, b) => b[1] - a[1]).map(([key]) => key);
  const top =
    by === "wait"
      ? WAIT_CLASSES.filter((name) => totals.has(name))
      : ranked.filter((key) => key !== "other").slice(0, MOST_SERIES);
  const hasOther = ranked.length > top.length;
  const keys: string[] = hasOther && !top.includes("other" as never) ? [...top, "other"] : [...top];
  const byTime = new Map<number, { t: number } & Record<string, number | null>>();
  const width = step * 1000;
  for (let t = Math.floor(span.from.getTime() / width) * width; t < span.to.getTime(); t += width) {
    const row: { t: number } & Record<string, number | null> = { t };
    for (const key of keys) row[key] = ticks.has(t) ? 0 : null;
    byTime.set(t, row);
  }
  let sum = 0;
  for (const row of cells) {
    const at = byTime.get(row.t);
    const seconds = ticks.get(row.t);
    if (!at || !seconds) continue;
    const name = nameOf(row.key);
    const key = keys.includes(name) ? name : "other";
    at[key] = (at[key] ?? 0) + row.n / seconds;
    sum += row.n;
  }
  const seconds = [...ticks.values()].reduce((all, one) => all + one, 0);
  // Nobody looked at any of it: that is no idle database.
  const points = seconds > 0 ? [...byTime.values()] : [];
  const heights = points.map((point) => keys.reduce((all, key) => all + (point[key] ?? 0), 0));
  return {
    step,
    points,
    series: keys.map((key) => ({
      key,
      label: key,
      average:
        seconds > 0
          ? (key === "other" && !totals.has("other")
              ? ranked.filter((one) => !keys.includes(one)).reduce((all, one) => all + totals.get(one)!, 0)
              : (totals.get(key) ?? 0)) / seconds
          : 0,
    })),
    average: seconds > 0 ? sum / seconds : null,
    peak: seconds > 0 ? Math.max(0, ...heights) : null,
    peakSeconds: step,
    only,
    source,
    newest: ticks.size > 0 ? Math.min(Math.max(...ticks.keys()) + width - 1000, span.to.getTime()) : null,
  };
}

/** Cores of the machine that the embedded database shares with us; of another machine we know nothing. */
export const coreCount = (embedded: boolean): number | null => (embedded ? os.availableParallelism() : null);
