import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Actor } from "~/db/ctx.ts";
import { listAlerts } from "./alerts/alerts.server.ts";
import { connectionReport } from "./connections/report.server.ts";
import { metricHistory } from "./history.server.ts";
import { whatChanged } from "./load/changes.server.ts";
import { peakNote } from "./load/peak.ts";
import { readLoad } from "./load/read-load.server.ts";
import { lockReport } from "./locks/report.server.ts";
import { maintenanceReport } from "./maintenance/report.server.ts";
import { listSlowCalls, topQueries } from "./queries/top.server.ts";
import { replicationReport } from "./replication/report.server.ts";
import { rollUp } from "./sampler/rollup.server.ts";
import { tableReport } from "./tables/report.server.ts";

// What pages read of roll-ups against the samples that these were made of. Breaks when a level counts twice or leaves out.
const db = testDatabase();
const DAY = 86_400_000;
const now = Math.floor(Date.now() / 15_000) * 15_000;
const at = (ms: number) => new Date(Math.floor(ms / 300_000) * 300_000);
let sre: Actor;
const ctx = () => ctxFor(sre, everywhere);

/** One minute, days ago, with 10.8 sessions at work. */
const BUSY = at(now - 3.5 * DAY);

const SPANS: [string, Date, Date][] = [
  ["a quarter of an hour", new Date(now - 900_000), new Date(now)],
  ["an hour that is over", new Date(now - 3 * 3_600_000 - 45_000), new Date(now - 2 * 3_600_000 - 15_000)],
  ["most of a day", at(now - 23 * 3_600_000), at(now)],
  ["three days", at(now - 3 * DAY), at(now)],
  ["two days that are over", at(now - 3.3 * DAY), at(now - 1.4 * DAY)],
];

beforeAll(async () => {
  sre = await makeStaff(db.owner, "SRE");
  for (const kind of ["load", "tick", "statement", "metric"])
    await db.owner.query(
      `select public.ensure_partitions('telemetry.${kind}', '1 day', now() - interval '8 days', now()), ${kind === "load" || kind === "tick" ? `public.ensure_partitions('telemetry.${kind}_1m', '1 day', now() - interval '8 days', now()),` : kind === "statement" ? "public.ensure_partitions('telemetry.statement_1d', '1 month', now() - interval '1 month', now())," : ""}
              public.ensure_partitions('telemetry.${kind}_5m', '1 month', now() - interval '1 month', now()), public.ensure_partitions('telemetry.${kind}_1h', '1 month', now() - interval '1 month', now())`,
    );
  const every = (step: string, days: number) =>
    `generate_series(to_timestamp(${now / 1000}) - interval '${days} days', to_timestamp(${now / 1000}) - interval '1 second', interval '${step}') g`;
  const uneven = "(extract(epoch from g)::bigint / 15 * 7919 + k * 31) % 13";
  await db.owner.query(
    `insert into telemetry.statement (at, target, query_id, seconds, calls, total_ms, rows, blocks_hit, blocks_read, io_ms, temp_blocks, wal_bytes)
     select g, 'primary', k, 15, 1 + ${uneven}, 2 + ${uneven}, ${uneven}, 5, 1, 0.5, 0, 10 from ${every("15 seconds", 7)}, generate_series(1, 3) k`,
  );
  await db.owner.query(
    `insert into telemetry.load (at, target, wait_class, wait_event, tenant, n)
     select g, 'primary', (array['CPU', 'IO'])[k], '', 'A', 1 + ${uneven} from ${every("5 seconds", 4)}, generate_series(1, 2) k`,
  );
  await db.owner.query(
    `insert into telemetry.tick (at, target, ticks, total, active, idle, idle_in_transaction, lock_waiting, longest_query_ms, longest_transaction_ms)
     select g, 'primary', 5, 5, case when g >= $1 and g < $1 + interval '1 minute' then 54 else 2 end, 3, 0, 1, 10, 20
     from ${every("5 seconds", 4)}`,
    [BUSY],
  );
  await db.owner.query(
    `insert into telemetry.metric (at, target, name, label, value) select g, 'primary', 'db.commits_per_s', '', ${uneven} from ${every("5 seconds", 4)}, generate_series(1, 1) k`,
  );
  for (let i = 0; i < 40; i++) await rollUp(new Date(now));
}, 120_000);

describe("sums over a span", () => {
  it("were made, up to whole days", async () => {
    const { rows } = await db.owner.query<{ n: number }>("select count(distinct at)::int as n from telemetry.statement_1d");
    expect(rows[0]!.n).toBeGreaterThanOrEqual(6);
  });

  it.each(SPANS)("of statements are those of its samples: %s", async (_name, from, to) => {
    const { queries } = await topQueries({ ctx: ctx(), input: { from, to } });
    const sums = async (start: Date, end: Date) =>
      (
        await db.owner.query<{ query_id: string; calls: number; ms: number; rows: number }>(
          "select query_id::text, sum(calls)::int as calls, sum(total_ms)::float8 as ms, sum(rows)::int as rows from telemetry.statement where at >= $1 and at < $2 group by 1",
          [start, end],
        )
      ).rows;
    const [here, before] = [await sums(from, to), await sums(new Date(from.getTime() - (to.getTime() - from.getTime())), from)];
    expect(here).toHaveLength(3);
    for (const row of here) {
      const found = queries.find((query) => query.query_id === row.query_id)!;
      expect({ calls: found.calls, ms: found.total_ms, rows: found.rows }).toEqual({
        calls: row.calls,
        ms: row.ms,
        rows: row.rows,
      });
      expect(found.before_ms).toBe(before.find((one) => one.query_id === row.query_id)!.ms);
      // The little picture beside it holds the same sum.
      expect(found.shape.reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBeCloseTo(row.ms, 3);
      expect(found.shape.length).toBeLessThan(50);
    }
  });

  it.each(SPANS)("of sessions at work are those of its seconds: %s", async (_name, from, to) => {
    const load = await readLoad({ ctx: ctx(), input: { from, to, by: "wait" } });
    const { rows } = await db.owner.query<{ average: number }>(
      `select (select sum(n) from telemetry.load where at >= $1 and at < $2)::float8 / (select sum(ticks) from telemetry.tick where at >= $1 and at < $2) as average`,
      [from, to],
    );
    expect(load.average).toBeCloseTo(rows[0]!.average, 6);
    expect(load.points.length).toBeLessThanOrEqual(242);
  });

  it("keep the busiest minute of days: an incident does not vanish in the mean of a chart's step", async () => {
    const load = await readLoad({ ctx: ctx(), input: { from: at(now - 3.9 * DAY), to: new Date(now), by: "wait" } });
    expect(load.step).toBeGreaterThan(600);
    expect([load.peak, load.peakSeconds]).toEqual([expect.closeTo(10.8, 6), 60]);
    expect(peakNote(load)).toBe("at most 10.8 in one minute");
  });

  it("of a number with a name weigh each sum by how long it lasted", async () => {
    const span = { from: at(now - 3 * DAY), to: new Date(now) };
    const { points, step } = await metricHistory(db.owner, ["db.commits_per_s"], span, new Date(now));
    const { rows } = await db.owner.query<{ t: number; value: number }>(
      `select (extract(epoch from date_bin(make_interval(secs => $3), at, 'epoch')) * 1000)::float8 as t, avg(value) as value from telemetry.metric where at >= $1 and at < $2 group by 1 order by 1`,
      [span.from, span.to, step],
    );
    expect(points.map((point) => point.t)).toEqual(rows.map((row) => row.t));
    points.forEach((point, index) => expect(point.value).toBeCloseTo(rows[index]!.value, 6));
  });

  it("tell a statement that was not there in the span before", async () => {
    await db.owner.query(
      `insert into telemetry.statement (at, target, query_id, seconds, calls, total_ms, rows, blocks_hit, blocks_read, io_ms, temp_blocks, wal_bytes) values (to_timestamp($1), 'primary', 99, 15, 4, 80, 1, 1, 1, 0, 0, 0)`,
      [now / 1000 - 15],
    );
    const changed = await whatChanged({ ctx: ctx(), input: { from: at(now - DAY), to: new Date(now) } });
    expect(changed.newQueries.map((query) => [query.query_id, query.calls, query.mean_ms])).toEqual([["99", 4, 20]]);
    expect(changed.slowerQueries).toEqual([]);
  });
});

describe("a range with two ends that lies before anything that is kept", () => {
  const input = { from: new Date("2001-05-01T00:00:00Z"), to: new Date("2001-05-02T00:00:00Z"), target: "primary" };

  it("holds nothing, and breaks no page", async () => {
    const load = await readLoad({ ctx: ctx(), input: { ...input, by: "wait" } });
    expect([load.points, load.average]).toEqual([[], null]);
    expect((await topQueries({ ctx: ctx(), input })).queries).toEqual([]);
    expect(await listSlowCalls({ ctx: ctx(), input })).toEqual([]);
    expect((await lockReport({ ctx: ctx(), input })).points).toEqual([]);
    expect((await connectionReport({ ctx: ctx(), input: { ...input, by: "state" } })).points).toEqual([]);
    expect((await replicationReport({ ctx: ctx(), input })).history).toEqual([]);
    expect((await maintenanceReport({ ctx: ctx(), input })).history).toEqual([]);
    expect((await listAlerts({ ctx: ctx(), input })).episodes).toEqual([]);
  });
});

describe("a table's growth", () => {
  it("is told from the first and the last size that are known of a month", async () => {
    await db.owner.query("create table public.grows (id int); grant select on public.grows to invigil_app");
    await db.owner.query(
      "select public.ensure_partitions('telemetry.table_stat_1h', '1 month', now() - interval '2 months', now())",
    );
    const size = (table: string, age: string, bytes: number) =>
      db.owner.query(
        `insert into telemetry.${table} (at, target, name, bytes, live, dead, seq_scans, seq_rows, idx_scans, inserted, updated, hot_updated, deleted, heap_hit, heap_read)
         values (now() - $1::interval, 'primary', 'public.grows', $2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`,
        [age, bytes],
      );
    const growth = async () =>
      (await tableReport({ ctx: ctx(), input: { from: new Date(now - DAY), to: new Date(now) } })).growth["public.grows"];
    // An hour of it tells nothing of a day.
    await size("table_stat_1h", "2 hours", 7_000_000);
    await size("table_stat", "2 minutes", 20_900_000);
    expect(await growth()).toBeUndefined();
    await size("table_stat_1h", "40 days", 5);
    await size("table_stat_1h", "20 days", 1_000_000);
    await size("table_stat_1h", "9 days", 77_000_000);
    await size("table_stat", "1 hour", 20_000_000);
    await size("table_stat", "1 minute", 21_000_000);
    const report = await tableReport({ ctx: ctx(), input: { from: new Date(now - DAY), to: new Date(now) } });
    expect(report.growth["public.grows"]! / 1e6).toBeCloseTo(1, 3);
    expect(report.databaseGrowth).toBeNull();
  });
});
