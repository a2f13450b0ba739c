import type pg from "pg";

/** Thirty days of roll-ups and a day of raw samples, made by the server itself. */
export async function fillHistory(owner: pg.Client): Promise<number> {
  const partitions = (table: string, step: string, back: string) =>
    owner.query(
      `select public.ensure_partitions('telemetry.${table}'::regclass, '${step}', now() - interval '${back}', now() + interval '1 day')`,
    );
  for (const table of ["load", "tick", "statement", "metric", "table_stat", "index_stat", "pool"])
    await partitions(table, "1 day", "2 days");
  for (const table of ["load_1m", "tick_1m"]) await partitions(table, "1 day", "9 days");
  for (const kind of ["load", "tick", "statement", "metric"])
    for (const level of ["5m", "1h"]) await partitions(`${kind}_${level}`, "1 month", "62 days");
  for (const table of ["statement_1d", "table_stat_1h", "index_stat_1h"]) await partitions(table, "1 month", "62 days");
  const now = "date_trunc('hour', now())";
  // Each roll-up has been made as far as it can be.
  const made = {
    "1m": "date_trunc('minute', now())",
    "5m": "date_bin('5 minutes', now(), 'epoch')",
    "1h": now,
    "1d": "date_trunc('day', now(), 'UTC')",
  };
  const series = (step: string, back: string, until = now) =>
    `generate_series(${now} - interval '${back}', ${until} - interval '${step}', interval '${step}') g`;
  const load = (table: string, step: string, back: string, each: number, n: string, until?: string) =>
    owner.query(
      `insert into telemetry.${table} (at, target, wait_class, wait_event, query_id, tenant, username, app, n)
       select g, 'primary', (array['CPU', 'IO', 'Lock', 'LWLock', 'Client'])[1 + k % 5], 'Event' || k % 12, 1 + k % 40, 'T' || k % 20, 'invigil_app', 'web', ${n} from ${series(step, back, until)}, generate_series(1, ${each}) k`,
    );
  const tick = (table: string, step: string, back: string, ticks: number, until?: string) =>
    owner.query(
      `insert into telemetry.${table} (at, target, ticks, total, active, idle, idle_in_transaction, lock_waiting, longest_query_ms, longest_transaction_ms)
       select g, 'primary', ${ticks}, 30 * ${ticks}, 3 * ${ticks}, 27 * ${ticks}, 0, 0, 10, 20 from ${series(step, back, until)}`,
    );
  const statement = (table: string, step: string, back: string, each: number, until?: string) =>
    owner.query(
      `insert into telemetry.${table} (at, target, query_id, seconds, calls, total_ms, rows, blocks_hit, blocks_read, io_ms, temp_blocks, wal_bytes)
       select g, 'primary', k, 15, 10 + k % 7, 5 + k % 90, 10, 1000, 3, 0.1, 0, 100 from ${series(step, back, until)}, generate_series(1, ${each}) k`,
    );
  const metric = (table: string, step: string, back: string, highest: boolean, until?: string) =>
    owner.query(
      `insert into telemetry.${table} (at, target, name, label, value${highest ? ", highest" : ""})
       select g, 'primary', name, '', k${highest ? ", k" : ""} from ${series(step, back, until)},
         unnest(array['db.commits_per_s', 'db.hit_ratio', 'wal.bytes_per_s', 'db.blocks_per_s', 'lag.bytes', 'lag.seconds'] || array(select 'other.' || i from generate_series(1, 40) i)) with ordinality n(name, k)`,
    );
  await load("load_5m", "5 minutes", "30 days", 60, "30", made["5m"]);
  await load("load_1h", "1 hour", "60 days", 60, "360");
  await load("load_1m", "1 minute", "8 days", 30, "6", made["1m"]);
  await load("load", "1 second", "24 hours", 3, "1", "now()");
  await tick("tick_5m", "5 minutes", "30 days", 300, made["5m"]);
  await tick("tick_1h", "1 hour", "60 days", 3600);
  await tick("tick_1m", "1 minute", "8 days", 60, made["1m"]);
  await tick("tick", "1 second", "24 hours", 1, "now()");
  await statement("statement_5m", "5 minutes", "30 days", 150, made["5m"]);
  await statement("statement_1h", "1 hour", "60 days", 150);
  await owner.query(
    `insert into telemetry.statement_1d select date_trunc('day', at, 'UTC'), target, query_id, sum(seconds), sum(calls)::bigint, sum(total_ms), sum(rows)::bigint, sum(blocks_hit)::bigint, sum(blocks_read)::bigint, sum(io_ms), sum(temp_blocks)::bigint, sum(wal_bytes)::bigint
     from telemetry.statement_1h where at < ${made["1d"]} group by 1, 2, 3`,
  );
  await statement("statement", "15 seconds", "24 hours", 80, "now()");
  await metric("metric_5m", "5 minutes", "30 days", true, made["5m"]);
  await metric("metric_1h", "1 hour", "60 days", true);
  await metric("metric", "5 seconds", "24 hours", false, "now()");
  await owner.query(
    "insert into telemetry.query_text (query_id, text) select k, 'select * from something_' || k from generate_series(1, 150) k on conflict do nothing",
  );
  await owner.query(
    `insert into telemetry.table_stat_1h (at, target, name, bytes, live, dead, seq_scans, seq_rows, idx_scans, inserted, updated, hot_updated, deleted, heap_hit, heap_read)
     select g, 'primary', 'public.table_' || k, 1000000 + k * extract(epoch from g)::bigint / 100000, 1000, 10, 1, 1, 1, 1, 1, 1, 1, 1, 1 from ${series("1 hour", "60 days")}, generate_series(1, 120) k`,
  );
  for (const kind of ["load", "tick", "statement", "metric"])
    for (const [level, until] of Object.entries(made))
      await owner.query(
        `insert into telemetry.rollup (name, until) values ('${kind}_${level}', ${until}) on conflict (name) do update set until = excluded.until`,
      );
  for (const name of ["table_stat_1h", "index_stat_1h"])
    await owner.query(
      `insert into telemetry.rollup (name, until) values ('${name}', ${now}) on conflict (name) do update set until = excluded.until`,
    );
  const { rows } = await owner.query<{ n: number }>(
    "select sum(n_live_tup)::float8 as n from pg_stat_user_tables where schemaname = 'telemetry'",
  );
  return rows[0]!.n;
}
