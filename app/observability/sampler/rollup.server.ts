import type pg from "pg";
import { clients } from "~/db/clients.server.ts";

type Rollup = { name: string; seconds: number; from: string; select: string };

const LOAD = `target, wait_class, wait_event, query_id, tenant, username, app, sum(n)::int`;
const LOAD_BY = "group by 1, target, wait_class, wait_event, query_id, tenant, username, app";
// Sums of seconds beside the sums of counts: an average of any span is one division, and seconds without a sample are not zeros.
const TICK = `target, sum(ticks)::int, sum(total)::int, sum(active)::int, sum(idle)::int, sum(idle_in_transaction)::int, sum(lock_waiting)::int, max(longest_query_ms), max(longest_transaction_ms)`;
const STATEMENT = `target, query_id, sum(seconds), sum(calls)::bigint, sum(total_ms), sum(rows)::bigint, sum(blocks_hit)::bigint, sum(blocks_read)::bigint, sum(io_ms), sum(temp_blocks)::bigint, sum(wal_bytes)::bigint`;

const ROLLUPS: readonly Rollup[] = [
  { name: "load_1m", seconds: 60, from: "load", select: `${LOAD} from telemetry.load where at >= $2 and at < $3 ${LOAD_BY}` },
  {
    name: "tick_1m",
    seconds: 60,
    from: "tick",
    select: `${TICK} from telemetry.tick where at >= $2 and at < $3 group by 1, target`,
  },
  {
    name: "load_5m",
    seconds: 300,
    from: "load_1m",
    select: `${LOAD} from telemetry.load_1m where at >= $2 and at < $3 ${LOAD_BY}`,
  },
  {
    name: "tick_5m",
    seconds: 300,
    from: "tick_1m",
    select: `${TICK} from telemetry.tick_1m where at >= $2 and at < $3 group by 1, target`,
  },
  {
    name: "statement_5m",
    seconds: 300,
    from: "statement",
    select: `${STATEMENT} from telemetry.statement where at >= $2 and at < $3 group by 1, target, query_id`,
  },
  {
    name: "metric_5m",
    seconds: 300,
    from: "metric",
    select: `target, name, label, avg(value), max(value) from telemetry.metric where at >= $2 and at < $3 group by 1, target, name, label`,
  },
  {
    name: "load_1h",
    seconds: 3600,
    from: "load_5m",
    select: `${LOAD} from telemetry.load_5m where at >= $2 and at < $3 ${LOAD_BY}`,
  },
  {
    name: "tick_1h",
    seconds: 3600,
    from: "tick_5m",
    select: `${TICK} from telemetry.tick_5m where at >= $2 and at < $3 group by 1, target`,
  },
  {
    name: "statement_1h",
    seconds: 3600,
    from: "statement_5m",
    select: `${STATEMENT} from telemetry.statement_5m where at >= $2 and at < $3 group by 1, target, query_id`,
  },
  {
    name: "statement_1d",
    seconds: 86_400,
    from: "statement_1h",
    select: `${STATEMENT} from telemetry.statement_1h where at >= $2 and at < $3 group by 1, target, query_id`,
  },
  {
    name: "metric_1h",
    seconds: 3600,
    from: "metric_5m",
    select: `target, name, label, avg(value), max(highest) from telemetry.metric_5m where at >= $2 and at < $3 group by 1, target, name, label`,
  },
  {
    name: "table_stat_1h",
    seconds: 3600,
    from: "table_stat",
    select: `target, name, (array_agg(bytes order by at desc))[1], (array_agg(live order by at desc))[1], (array_agg(dead order by at desc))[1], sum(seq_scans)::bigint, sum(seq_rows)::bigint, sum(idx_scans)::bigint,
             sum(inserted)::bigint, sum(updated)::bigint, sum(hot_updated)::bigint, sum(deleted)::bigint, sum(heap_hit)::bigint, sum(heap_read)::bigint from telemetry.table_stat where at >= $2 and at < $3 group by 1, target, name`,
  },
  {
    name: "index_stat_1h",
    seconds: 3600,
    from: "index_stat",
    select: `target, name, max(table_name), (array_agg(bytes order by at desc))[1], sum(scans)::bigint, sum(rows_read)::bigint from telemetry.index_stat where at >= $2 and at < $3 group by 1, target, name`,
  },
];

/** A sample may arrive a moment after its second. */
const GRACE_MS = 10_000;
/** At most this much at once: after a long outage the roll-ups catch up in steps. */
const AT_ONCE_MS = 6 * 3_600_000;

/** Sums what is complete since the last time. Each roll-up moves forward in its own transaction, exactly once per span. */
export async function rollUp(now: Date): Promise<void> {
  const client = await clients().primary.connect();
  try {
    for (const rollup of ROLLUPS) await step(client, rollup, now);
  } finally {
    client.release();
  }
}

async function step(client: pg.PoolClient, rollup: Rollup, now: Date): Promise<void> {
  const whole = (at: number) => new Date(Math.floor(at / (rollup.seconds * 1000)) * rollup.seconds * 1000);
  await client.query("begin");
  try {
    const held = await client.query<{ until: Date }>({
      text: "select until from telemetry.rollup where name = $1 for update",
      values: [rollup.name],
    });
    const source = await client.query<{ first: Date | null; until: Date | null }>(
      `select (select at from telemetry.${rollup.from} order by at limit 1) as first, (select until from telemetry.rollup where name = '${rollup.from}') as until`,
    );
    const { first, until } = source.rows[0]!;
    const from = held.rows[0]?.until ?? (first && whole(first.getTime()));
    // What is made of another roll-up can't be ahead of it.
    const ready = /_1[mh]$|_5m$/.test(rollup.from) ? (until?.getTime() ?? 0) : now.getTime() - GRACE_MS;
    const to = from && whole(Math.min(ready, from.getTime() + Math.max(AT_ONCE_MS, rollup.seconds * 2000)));
    if (from && to && to > from) {
      await client.query({
        text: `insert into telemetry.${rollup.name} select to_timestamp(floor(extract(epoch from at) / $1::int) * $1::int), ${rollup.select}`,
        values: [rollup.seconds, from, to],
      });
      await client.query({
        text: "insert into telemetry.rollup (name, until) values ($1, $2) on conflict (name) do update set until = excluded.until",
        values: [rollup.name, to],
      });
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}
