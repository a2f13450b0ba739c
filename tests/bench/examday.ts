import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import pg from "pg";
import { systemCtx } from "../../app/access/ctx.server.ts";
import { CONNECTIONS_PRIOR, COMMITS_PRIOR, at, fitLine, meanError, type Observation } from "../../app/examday/model.ts";
import { readiness } from "../../app/examday/readiness.server.ts";
import { explainSignals, previewExplain, unexplainSignals } from "../../app/domains/integrity/score/explain.server.ts";
import { benchCluster } from "./cluster.ts";
import type { Row } from "./similarity.ts";

const ATTEMPTS = 10_000;
const SIGNALS = ["NETWORK_LOST", "HEARTBEAT_GAP", "SAVE_BURST", "PASTE"];
const EXAMS = 500;
const ROUNDS = 40;
const DAYS = 20;
const DAY_SECONDS = 4;
const MINUTE = 60_000;

/** Ten thousand students in one exam, each with three signals that an incident explains and one that nothing excuses. */
async function crowd(owner: pg.Client, college: string, from: Date): Promise<void> {
  const [classId, exam] = [randomUUID(), randomUUID()];
  await owner.query(
    "insert into public.class (id, college_id, name, academic_year, capacity) values ($1, $2, 'Bench', '2026-2027', 20000)",
    [classId, college],
  );
  await owner.query(
    `insert into public.exam (id, college_id, title, duration_minutes, total_marks, passing_marks, start_time, end_time, class_id, status, frozen_at)
     values ($1, $2, 'Bench', 120, 100, 50, $3, $4, $5, 'LIVE', $3)`,
    [exam, college, new Date(from.getTime() - 30 * MINUTE), new Date(from.getTime() + 90 * MINUTE), classId],
  );
  await owner.query(
    `insert into public."user" (id, college_id, name, email, roll_no)
     select public.invigil_uuid7(), $1, 'Student ' || n, 's' || n || '@bench.example', 'B' || n from generate_series(1, $2::int) n`,
    [college, ATTEMPTS],
  );
  await owner.query(
    `insert into public.student_exam_attempt (id, college_id, user_id, exam_id, candidate_no, state, started_at, deadline_at, last_seen_at, total_marks)
     select public.invigil_uuid7(), $1, u.id, $2, row_number() over (), 'IN_PROGRESS', $3, $4, now(), 100 from public."user" u where u.college_id = $1`,
    [college, exam, new Date(from.getTime() - 20 * MINUTE), new Date(from.getTime() + 90 * MINUTE)],
  );
  await owner.query(
    `insert into public.integrity_event (id, college_id, attempt_id, type, at, received_at, seq, duration_ms)
     select public.invigil_uuid7(), $1, a.id, t.type, $2::timestamptz + t.n * interval '10 seconds', $2::timestamptz + t.n * interval '10 seconds' + interval '200 ms', t.n, 3000
     from public.student_exam_attempt a cross join unnest($3::text[]) with ordinality t(type, n) where a.college_id = $1`,
    [college, from, SIGNALS],
  );
  await owner.query("analyze public.integrity_event, public.student_exam_attempt");
}

async function marking(owner: pg.Client, college: string): Promise<Row[]> {
  const from = new Date(Date.now() - 10 * MINUTE);
  await crowd(owner, college, from);
  const ctx = systemCtx("bench");
  const input = { incidentId: randomUUID(), incidentNumber: 1, from, to: new Date(from.getTime() + 4 * MINUTE) };
  const timed = async <T>(work: () => Promise<T>) => {
    const started = performance.now();
    const result = await work();
    return { result, seconds: (performance.now() - started) / 1000 };
  };
  const preview = await timed(() => previewExplain({ ctx, input }));
  const done = await timed(() => explainSignals({ ctx, input }));
  if (done.result.attempts !== ATTEMPTS || done.result.signals !== 3 * ATTEMPTS || preview.result.signals !== 3 * ATTEMPTS)
    throw new Error(`marked ${done.result.signals} signals of ${done.result.attempts} attempts`);
  const undone = await timed(() => unexplainSignals({ ctx, input: { incidentId: input.incidentId } }));
  return [
    { metric: `preview of what an incident explains, ${ATTEMPTS} attempts`, value: preview.seconds, unit: "s" },
    { metric: "marking and rescoring them", value: done.seconds, unit: "s" },
    { metric: "taking it back", value: undone.seconds, unit: "s" },
  ];
}

async function page(owner: pg.Client, college: string): Promise<Row[]> {
  const classId = randomUUID();
  await owner.query(
    "insert into public.class (id, college_id, name, academic_year, capacity) values ($1, $2, 'Ahead', '2026-2027', 200)",
    [classId, college],
  );
  await owner.query(
    `insert into public.enrollment (id, college_id, user_id, class_id)
     select public.invigil_uuid7(), $1, id, $2 from (select id from public."user" where college_id = $1 order by id limit 150) u`,
    [college, classId],
  );
  await owner.query(
    `insert into public.exam (id, college_id, title, duration_minutes, total_marks, passing_marks, start_time, end_time, class_id, status)
     select public.invigil_uuid7(), $1, 'Exam ' || n, 90, 100, 50, s, s + interval '2 hours', $2, 'SCHEDULED'
     from generate_series(1, $3::int) n, lateral (select now() + n * interval '40 minutes' as s) x where s < now() + interval '14 days' or true`,
    [college, classId, EXAMS],
  );
  // Two weeks of load, as the roll-ups keep it.
  await owner.query(
    `insert into telemetry.tick_5m (at, target, ticks, total, active, idle, idle_in_transaction, lock_waiting, longest_query_ms, longest_transaction_ms)
     select at, 'primary', 300, 9000 + 3000 * random(), 300, 8700, 0, 0, 100, 200 from generate_series(date_trunc('hour', now()) - interval '14 days', date_trunc('hour', now()), interval '5 minutes') at`,
  );
  await owner.query(
    `insert into telemetry.load_5m (at, target, wait_class, wait_event, query_id, tenant, username, app, n)
     select at, 'primary', c, '', null, 'T' || t, 'invigil_app', 'exam-app', 10
     from generate_series(date_trunc('hour', now()) - interval '14 days', date_trunc('hour', now()), interval '5 minutes') at, unnest('{CPU,IO,Client}'::text[]) c, generate_series(1, 20) t`,
  );
  await owner.query("analyze");
  const ctx = systemCtx("bench");
  const times: number[] = [];
  let listed = 0;
  for (let i = 0; i < ROUNDS + 3; i++) {
    const started = performance.now();
    listed = (await readiness({ ctx, input: {} })).exams.length;
    if (i >= 3) times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return [
    { metric: `readiness with ${listed} exams ahead, p95`, value: times[Math.floor(times.length * 0.95)]!, unit: "ms" },
    { metric: "median", value: times[Math.floor(times.length / 2)]!, unit: "ms" },
  ];
}

/** One simulated day, in seconds: as many students as it has save answers over their own pool, and the server is asked what that was. */
async function day(url: string, watch: pg.Client, students: number): Promise<{ connections: number; commits: number }> {
  const pool = new pg.Pool({ connectionString: url, max: 110, application_name: "bench students", idleTimeoutMillis: 150 });
  pool.on("error", () => undefined);
  const end = performance.now() + DAY_SECONDS * 1000;
  const busy = Array.from({ length: students }, async () => {
    while (performance.now() < end) {
      // Each comes back after a second or so, as the simulator's students do after a minute.
      await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 1000));
      await pool.query("select pg_sleep(0.02)");
    }
  });
  const commits = async () =>
    Number((await watch.query<{ n: string }>("select sum(xact_commit) as n from pg_stat_database")).rows[0]!.n);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await watch.query("select pg_stat_force_next_flush()");
  const before = await commits();
  const started = performance.now();
  const seen: number[] = [];
  while (performance.now() < end) {
    const { rows } = await watch.query<{ n: number }>(
      "select count(*)::int as n from pg_stat_activity where application_name = 'bench students'",
    );
    seen.push(rows[0]!.n);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await Promise.all(busy);
  await pool.end();
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const seconds = (performance.now() - started - 1100) / 1000;
  return {
    connections: seen.reduce((sum, n) => sum + n, 0) / seen.length,
    commits: ((await commits()) - before - seen.length) / seconds,
  };
}

/** Every day is forecast from the days before it, then played; the first one rests on what is assumed. */
async function forecast(owner: pg.Client, url: string): Promise<Row[]> {
  const seen: Record<"connections" | "commits", Observation[]> = { connections: [], commits: [] };
  const pairs: Record<"connections" | "commits", { forecast: number; actual: number }[]> = { connections: [], commits: [] };
  for (let i = 0; i < DAYS; i++) {
    const students = 40 + Math.round(Math.random() * 360);
    const forecasts = {
      connections: at(fitLine(seen.connections, CONNECTIONS_PRIOR), students),
      commits: at(fitLine(seen.commits, COMMITS_PRIOR), students),
    };
    const came = await day(url, owner, students);
    for (const key of ["connections", "commits"] as const) {
      pairs[key].push({ forecast: forecasts[key], actual: came[key] });
      // A day is twelve observations of five minutes each hour: it outweighs what was assumed as soon as it is there.
      for (let n = 0; n < 12; n++) seen[key].push({ sitting: students, value: came[key] });
    }
  }
  const error = (key: "connections" | "commits", from: number) => meanError(pairs[key].slice(from))! * 100;
  return [
    {
      metric: `forecast of connections over ${DAYS} simulated days, mean absolute error`,
      value: error("connections", 0),
      unit: "%",
      aim: "20",
    },
    { metric: "without the first two, which rest on what is assumed", value: error("connections", 2), unit: "%" },
    { metric: "forecast of transactions a second", value: error("commits", 0), unit: "%", aim: "20" },
    { metric: "without the first two", value: error("commits", 2), unit: "%" },
  ];
}

export const bench = {
  name: "examday",
  run: (): Promise<Row[]> =>
    benchCluster({ max_connections: 140 }, async (cluster) => {
      const { owner, use } = await cluster.database("bench");
      await use();
      const college = randomUUID();
      await owner.query("insert into public.college (id, name, username, code) values ($1, 'Bench', 'bench', 'BENCH')", [
        college,
      ]);
      return [
        ...(await marking(owner, college)),
        ...(await page(owner, college)),
        ...(await forecast(owner, process.env["DATABASE_URL"]!)),
      ];
    }),
};
