import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { raw, sql } from "~/db/sql.ts";
import { bucket, historyOf, slot } from "../history.server.ts";
import { queryIdInput } from "./query-id.ts";
import { spanInput } from "../load/read-load.server.ts";
import { statementSeries } from "../probes/statements.ts";

export const SORTS = {
  total: "total_ms",
  mean: "total_ms / nullif(calls, 0)",
  calls: "calls",
  io: "io_ms",
  temp: "temp_blocks",
  wal: "wal_bytes",
} as const;
export type QuerySort = keyof typeof SORTS;

const topRow = z.object({
  query_id: z.string(),
  text: z.string().nullable(),
  first_seen: z.date().nullable(),
  calls: z.number(),
  total_ms: z.number(),
  rows: z.number(),
  blocks_hit: z.number(),
  blocks_read: z.number(),
  io_ms: z.number(),
  temp_blocks: z.number(),
  wal_bytes: z.number(),
  before_ms: z.number().nullable(),
  before_calls: z.number().nullable(),
  share: z.number(),
  shape_at: z.array(z.number()),
  shape_ms: z.array(z.number()),
});
export type TopQuery = Omit<z.infer<typeof topRow>, "shape_at" | "shape_ms"> & { shape: (number | null)[] };

/** What a statement cost in each part of the span; null where there was nothing of it. */
function shapeOf(at: readonly number[], ms: readonly number[], points: number): (number | null)[] {
  const shape = Array.from({ length: points }, (): number | null => null);
  at.forEach((index, i) => index >= 0 && index < points && (shape[index] = ms[i]!));
  return shape;
}

const SPARK_POINTS = 24;

/** Statements by what they cost over a span, with the span before it for comparison. */
export const topQueries = read({
  name: "queries.top",
  permission: "database.read",
  input: spanInput.extend({
    sort: z.enum(Object.keys(SORTS) as [QuerySort, ...QuerySort[]]).default("total"),
    limit: z.number().int().min(1).max(200).default(50),
    q: z.string().max(200).default(""),
  }),
  async run({ ctx, input }) {
    const now = ctx.clock.now();
    const length = input.to.getTime() - input.from.getTime();
    const before = { from: new Date(input.from.getTime() - length), to: input.from };
    // A sparkline needs so many points and a sum needs none: the finer, the more rows there are to add.
    const here = await historyOf(ctx.tx, statementSeries, input, now, length / 1000 / SPARK_POINTS);
    const earlier = await historyOf(ctx.tx, statementSeries, before, now, length / 1000);
    const level = here.level;
    const width = level * Math.max(1, Math.round(length / 1000 / SPARK_POINTS / level));
    const first = Math.floor(input.from.getTime() / 1000 / level) * level;
    const points = Math.ceil((input.to.getTime() / 1000 - first) / width);
    const found = await rows(
      ctx.tx,
      sql`with parts as materialized (
            select query_id, date_bin(make_interval(secs => ${width}::int), at, to_timestamp(${first})) as part,
                   sum(calls) as calls, sum(total_ms) as total_ms, sum(rows) as rows, sum(blocks_hit) as blocks_hit,
                   sum(blocks_read) as blocks_read, sum(io_ms) as io_ms, sum(temp_blocks) as temp_blocks,
                   sum(wal_bytes) as wal_bytes
            from ${here.from} s
            where target = ${input.target}
            group by 1, 2
          ),
          here as (
            select query_id, sum(calls)::bigint as calls, sum(total_ms) as total_ms, sum(rows)::bigint as rows,
                   sum(blocks_hit)::bigint as blocks_hit, sum(blocks_read)::bigint as blocks_read,
                   sum(io_ms) as io_ms, sum(temp_blocks)::bigint as temp_blocks, sum(wal_bytes)::float8 as wal_bytes
            from parts
            group by 1
          ),
          earlier as (
            select query_id, sum(calls)::bigint as calls, sum(total_ms) as total_ms
            from ${earlier.from} e
            where target = ${input.target}
            group by 1
          ),
          top as (
            select h.*, t.text, t.first_seen
            from here h
              left join telemetry.query_text t using (query_id)
            where ${input.q} = '' or t.text ilike '%' || ${input.q.replaceAll(/[\\%_]/g, "\\$&")} || '%'
            order by ${raw(SORTS[input.sort])} desc nulls last
            limit ${input.limit}
          ),
          shapes as (
            select query_id,
                   array_agg((extract(epoch from part - to_timestamp(${first})) / ${width}::int)::int) as shape_at,
                   array_agg(total_ms) as shape_ms
            from parts
            where query_id in (select query_id from top)
            group by 1
          )
          select top.query_id::text, top.text, top.first_seen, top.calls, top.total_ms, top.rows, top.blocks_hit,
                 top.blocks_read, top.io_ms, top.temp_blocks, top.wal_bytes, e.total_ms as before_ms,
                 e.calls as before_calls, top.total_ms / nullif((select sum(total_ms) from here), 0) as share,
                 s.shape_at, s.shape_ms
          from top
            join shapes s using (query_id)
            left join earlier e using (query_id)
          order by ${raw(SORTS[input.sort].replaceAll(/\b(total_ms|calls|io_ms|temp_blocks|wal_bytes)\b/g, "top.$1"))} desc nulls last`,
      topRow,
    );
    const queries = found.map(({ shape_at, shape_ms, ...row }): TopQuery => ({
      ...row,
      shape: shapeOf(shape_at, shape_ms, points),
    }));
    return { queries, source: here.text };
  },
});

/** One statement over a span: what it cost when. */
export const queryHistory = read({
  name: "queries.history",
  permission: "database.read",
  input: spanInput.extend({ queryId: queryIdInput }),
  async run({ ctx, input }) {
    const history = await historyOf(ctx.tx, statementSeries, input, ctx.clock.now());
    const points = await rows(
      ctx.tx,
      sql`select ${bucket(history.step)} as t, sum(calls)::bigint as calls, sum(total_ms) as total_ms,
                 sum(rows)::bigint as rows, sum(blocks_hit + blocks_read)::bigint as blocks,
                 sum(blocks_read)::bigint as blocks_read, sum(io_ms) as io_ms,
                 sum(temp_blocks)::bigint as temp_blocks, sum(wal_bytes)::float8 as wal_bytes
          from ${history.from} s
          where target = ${input.target} and query_id = ${input.queryId}::bigint
          group by ${slot(history.step)}
          order by 1`,
      z.object({
        t: z.number(),
        calls: z.number(),
        total_ms: z.number(),
        rows: z.number(),
        blocks: z.number(),
        blocks_read: z.number(),
        io_ms: z.number(),
        temp_blocks: z.number(),
        wal_bytes: z.number(),
      }),
    );
    const [text] = await rows(
      ctx.tx,
      sql`select text, first_seen from telemetry.query_text where query_id = ${input.queryId}::bigint`,
      z.object({ text: z.string(), first_seen: z.date() }),
    );
    return { points, step: history.step, text: text?.text ?? null, firstSeen: text?.first_seen ?? null };
  },
});

const slowRow = z.object({
  id: z.string(),
  at: z.date(),
  process: z.string(),
  verb: z.string(),
  tenant: z.string().nullable(),
  request_id: z.string(),
  ms: z.number(),
  failed: z.boolean(),
});

/** Slow calls of the console's own verbs. */
export const listSlowCalls = read({
  name: "queries.slow-calls",
  permission: "database.read",
  input: spanInput,
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`select id, at, process, verb, tenant, request_id, ms, failed
          from telemetry.slow_call
          where at >= ${input.from} and at < ${input.to}
          order by at desc
          limit 50`,
      slowRow,
    ),
});
