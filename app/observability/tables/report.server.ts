import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { raw, sql, type Sql } from "~/db/sql.ts";
import { current, sourceOf } from "../current.server.ts";
import { bucket, historyOf, slot } from "../history.server.ts";
import { rowsOf } from "./counted.ts";
import { spanInput } from "../load/read-load.server.ts";
import type { ProbeRow } from "../probes/all.ts";
import { tableSeries } from "../probes/relations.ts";

export type TableFacts = {
  name: string;
  partitions: number;
  bytes: number | null;
  rows: number;
  live: number;
  dead: number;
  seqScans: number;
  seqRows: number;
  idxScans: number;
  writes: number;
  /** Updates that touched no index, of all updates. */
  hot: number | null;
  cache: number | null;
  xidAge: number;
  vacuumedAt: Date | null;
  analyzedAt: Date | null;
  skipped: boolean;
};

const later = (a: Date | null, b: Date | null) => (!a ? b : !b ? a : a > b ? a : b);

/** Partitions counted as their table: a month of telemetry is one thing, not thirty. */
function rollPartitions(list: readonly ProbeRow<"tables">[]): TableFacts[] {
  const found = new Map<string, TableFacts & { updated: number; hotUpdated: number; hits: number; reads: number }>();
  for (const row of list) {
    const name = row.parent ?? row.name;
    const known = found.get(name);
    const sum = known ?? {
      name,
      partitions: 0,
      bytes: 0,
      rows: 0,
      live: 0,
      dead: 0,
      seqScans: 0,
      seqRows: 0,
      idxScans: 0,
      writes: 0,
      hot: null,
      cache: null,
      xidAge: 0,
      vacuumedAt: null,
      analyzedAt: null,
      skipped: false,
      updated: 0,
      hotUpdated: 0,
      hits: 0,
      reads: 0,
    };
    sum.partitions += row.parent ? 1 : 0;
    sum.bytes = sum.bytes === null || row.bytes === null ? null : sum.bytes + row.bytes;
    sum.rows += rowsOf(row);
    sum.live += row.live;
    sum.dead += row.dead;
    sum.seqScans += row.seq_scans;
    sum.seqRows += row.seq_rows;
    sum.idxScans += row.idx_scans;
    sum.writes += row.inserted + row.updated + row.deleted;
    sum.updated += row.updated;
    sum.hotUpdated += row.hot_updated;
    sum.hits += row.heap_hit;
    sum.reads += row.heap_read;
    sum.xidAge = Math.max(sum.xidAge, row.xid_age);
    sum.vacuumedAt = later(sum.vacuumedAt, row.vacuumed_at);
    sum.analyzedAt = later(sum.analyzedAt, row.analyzed_at);
    sum.skipped ||= row.skipped;
    found.set(name, sum);
  }
  return [...found.values()]
    .map(({ updated, hotUpdated, hits, reads, ...facts }) => ({
      ...facts,
      hot: updated > 0 ? hotUpdated / updated : null,
      cache: hits + reads > 0 ? hits / (hits + reads) : null,
    }))
    .sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0));
}

const DAY_MS = 86_400_000;

/** When a size that grows like this reaches a limit; null when it does not grow or there is too little to tell. */
export function projectedDay(
  points: readonly { t: number; bytes: number }[],
  limit: number,
): { at: Date; perDay: number } | null {
  const first = points[0]?.t ?? 0;
  // A few minutes of writing say nothing of a day.
  if (points.length < 3 || points.at(-1)!.t - first < DAY_MS) return null;
  const n = points.length;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / n;
  const xs = points.map((point) => point.t - first);
  const ys = points.map((point) => point.bytes);
  const [mx, my] = [mean(xs), mean(ys)];
  const spread = xs.reduce((sum, x) => sum + (x - mx) ** 2, 0);
  if (spread === 0) return null;
  const slope = xs.reduce((sum, x, index) => sum + (x - mx) * (ys[index]! - my), 0) / spread;
  const perDay = slope * 86_400_000;
  const left = limit - ys.at(-1)!;
  if (perDay <= 0 || left <= 0 || left / perDay > 3650) return null;
  return { at: new Date(points.at(-1)!.t + left / slope), perDay };
}

/**
 * The first and the last size that is known of the last thirty days, each by one step into an index: hours, and the
 * samples of the last day. Less than a day apart they tell nothing of a day.
 */
const ends = (hours: Sql, samples: Sql, target: string, now: Date): Sql => {
  const from = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const end = (order: Sql) => sql`lateral (select at, bytes from (
      (${hours} and target = ${target} and at > ${from(30)} order by ${order} limit 1) union all
      (${samples} and target = ${target} and at > ${from(1)} order by ${order} limit 1)) e order by ${order} limit 1)`;
  return sql`${end(raw("at"))} f, ${end(raw("at desc"))} l where l.at - f.at >= interval '1 day'`;
};

const perDay = raw("(l.bytes - f.bytes)::float8 / extract(epoch from l.at - f.at)::float8 * 86400");

/** Bytes a day that each table has grown by. */
const grownSince = (ctx: TxCtx, target: string, names: readonly string[], now: Date) =>
  rows(
    ctx.tx,
    sql`select n.name, ${perDay} as per_day
        from unnest(${names as string[]}::text[]) n (name),
             ${ends(raw("select at, bytes from telemetry.table_stat_1h where name = n.name"), raw("select at, bytes from telemetry.table_stat where name = n.name"), target, now)}`,
    z.object({ name: z.string(), per_day: z.number() }),
  );

export const tableReport = read({
  name: "tables.report",
  permission: "database.read",
  input: spanInput,
  async run({ ctx, input }) {
    const [tables, sizes] = await Promise.all([current("tables", input.target), current("sizes", input.target)]);
    const now = ctx.clock.now();
    const whole = (tables.rows ?? []).filter((row) => !row.parent).map((row) => row.name);
    const ours = sizes.rows?.find((row) => row.is_ours);
    const grown = await grownSince(ctx, input.target, whole, now);
    const [all] = await rows(
      ctx.tx,
      sql`select ${perDay} as per_day
          from (select 1) as one,
               ${ends(
                 sql`
                 select at, value as bytes
                 from telemetry.metric_1h
                 where name = 'size.bytes' and label = ${ours?.database ?? ""}`,
                 sql`
                 select at, value as bytes
                 from telemetry.metric
                 where name = 'size.bytes' and label = ${ours?.database ?? ""}`,
                 input.target,
                 now,
               )}`,
      z.object({ per_day: z.number() }),
    );
    return {
      tables: tables.rows ? rollPartitions(tables.rows) : null,
      missing: tables.missing,
      /** When the counters were last set to zero by hand: what came before is not known. */
      statsReset: tables.rows?.[0]?.stats_reset ?? null,
      skipped: (tables.rows ?? []).filter((row) => row.skipped).map((row) => row.name),
      growth: Object.fromEntries(grown.map((row) => [row.name, row.per_day])),
      database: ours?.bytes ?? null,
      databaseGrowth: all?.per_day ?? null,
      source: sourceOf(tables),
    };
  },
});

/** One table over a span. */
export const tableHistory = read({
  name: "tables.history",
  permission: "database.read",
  input: spanInput.extend({ name: z.string().max(200) }),
  async run({ ctx, input }) {
    const history = await historyOf(ctx.tx, tableSeries, input, ctx.clock.now());
    const points = await rows(
      ctx.tx,
      sql`select ${bucket(history.step)} as t, max(bytes)::bigint as bytes, max(dead)::bigint as dead,
                 max(live)::bigint as live, sum(seq_scans)::bigint as seq_scans, sum(idx_scans)::bigint as idx_scans,
                 sum(inserted + updated + deleted)::bigint as writes
          from ${history.from} s
          where target = ${input.target} and name = ${input.name}
          group by ${slot(history.step)}
          order by 1`,
      z.object({
        t: z.number(),
        bytes: z.number(),
        dead: z.number(),
        live: z.number(),
        seq_scans: z.number(),
        idx_scans: z.number(),
        writes: z.number(),
      }),
    );
    return { points, step: history.step };
  },
});
