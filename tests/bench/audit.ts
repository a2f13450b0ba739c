import { createHash, generateKeyPairSync, randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import pg from "pg";
import { systemCtx } from "../../app/access/ctx.server.ts";
import { logSnapshot } from "../../app/access/log/verify.server.ts";
import { searchLog } from "../../app/access/log/search.server.ts";
import { ORIGIN } from "../../app/audit/keys.server.ts";
import { record, recordAlone } from "../../app/audit/record.server.ts";
import { createSequencer, type Sequencer } from "../../app/audit/sequence.server.ts";
import { verifyLog } from "../../app/audit/verify.server.ts";
import { rolePool } from "../../app/db/clients.server.ts";
import { execute } from "../../app/db/query.ts";
import { withScope } from "../../app/db/scope.server.ts";
import { sql } from "../../app/db/sql.ts";
import { newId } from "../../app/platform/ids.ts";
import { wordsOf } from "../../app/audit/words.ts";
import { benchCluster } from "./cluster.ts";
import type { Row } from "./similarity.ts";

const WRITERS = 64;
const SECONDS = 6;
const VERIFIED = 1_000_000;
/** Ten million in the aim; fewer where there is no room for them. The figure says how many it was. */
const SEARCHED = Number(process.env["INVIGIL_BENCH_AUDIT"] ?? 2_000_000);
/** One part alone, while it is being worked on. */
const PARTS = (process.env["INVIGIL_BENCH_AUDIT_PARTS"] ?? "writing,verifying,searching").split(",");
const EVERY_MS = 150;

const ctx = systemCtx("bench");
const act = (n: number) => ({
  action: "enrollment.drop",
  resource: "enrollment",
  resourceId: `e${n}`,
  reason: "moved to another town",
  before: { status: "ACTIVE", semester: null },
  after: { status: "DROPPED", semester: 2 },
});

/** As many as `workers` at once, for so long; how many were done. */
async function during(seconds: number, workers: number, work: (n: number) => Promise<unknown>): Promise<number> {
  let done = 0;
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: workers }, async () => {
      while (performance.now() < end) {
        await work(done);
        done++;
      }
    }),
  );
  return done;
}

function clocked(sequencer: Sequencer): { stop(): Promise<void> } {
  let stopped = false;
  const loop = (async () => {
    while (!stopped) {
      while ((await sequencer.step()) >= 5000);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await loop;
    },
  };
}

/** Writers beside the sequencer, from warm connections to the last of their entries in the tree. */
async function rate(owner: pg.Client, sequencer: Sequencer): Promise<number> {
  const write = (n: number) => recordAlone(ctx, act(n));
  const leaves = async () => Number((await owner.query<{ n: string }>("select count(*) as n from audit.leaf")).rows[0]!.n);
  const drain = async () => {
    while ((await sequencer.step()) > 0);
  };
  await during(1, WRITERS, write);
  await drain();
  const before = await leaves();
  const started = performance.now();
  const running = clocked(sequencer);
  const written = await during(SECONDS, WRITERS, write);
  await running.stop();
  await drain();
  const perSecond = written / ((performance.now() - started) / 1000);
  const sequenced = (await leaves()) - before;
  if (sequenced !== written) throw new Error(`${written} written, ${sequenced} sequenced`);
  return perSecond;
}

/** Through the pool as it is shipped, as requests of a process go; and as many processes would, with a connection for each. */
async function rates(owner: pg.Client, use: () => Promise<void>, sequencer: () => Sequencer): Promise<Row[]> {
  const shared = await rate(owner, sequencer());
  process.env["DATABASE_MAX_CONNECTIONS"] = String(WRITERS);
  await use();
  const each = await rate(owner, sequencer());
  delete process.env["DATABASE_MAX_CONNECTIONS"];
  await use();
  return [
    { metric: `entries a second, durable and sequenced, ${WRITERS} writers`, value: shared, unit: "entries/s", aim: "7,000" },
    { metric: "the same with a connection for each writer", value: each, unit: "entries/s" },
  ];
}

async function writing(owner: pg.Client): Promise<Row[]> {
  // The same change with and without its entry, alternating, so that a busy moment hits both.
  const change = (n: number) =>
    sql`insert into console.setting (id, key, value, updated_at) values (${newId()}, ${`bench ${n % 500}`}, '1'::jsonb, now()) on conflict (key) do update set value = excluded.value, updated_at = now()`;
  let n = 0;
  const total = { with: 0, without: 0 };
  for (let round = 0; round < 6; round++) {
    total.without += await during(1, 8, () => withScope(ctx, async (inner) => execute(inner.tx, change(n++))));
    total.with += await during(1, 8, () =>
      withScope(ctx, async (inner) => {
        await execute(inner.tx, change(n));
        await record(inner, act(n++));
      }),
    );
  }
  return [
    {
      metric: "a small change with its entry, against the same without",
      value: total.with / total.without,
      unit: "×",
      aim: "0.85",
    },
    ...(await bare(owner)),
  ];
}

/** The floor under it: the same rows by one prepared statement of the owner, with nothing of ours around. */
async function bare(owner: pg.Client): Promise<Row[]> {
  await owner.query(
    "create table if not exists public.bench_change (id bigint primary key generated always as identity, value text)",
  );
  const plain = { name: "plain", text: "insert into public.bench_change (value) values ('x')" };
  const both = {
    name: "both",
    text: `with c as (insert into public.bench_change (value) values ('x')), b as (insert into audit.content (entry_id, at, salt, body) values ($1, $2, '\\x00', $3))
           insert into audit.entry (id, at, actor_kind, request_id, action, resource, commitment) values ($1, $2, 'system', 'bench', 'bench.act', 'bench', '\\x00')`,
  };
  const body = "x".repeat(300);
  const total = { with: 0, without: 0 };
  for (let round = 0; round < 4; round++) {
    total.without += await during(1, 1, () => owner.query(plain));
    total.with += await during(1, 1, () => owner.query({ ...both, values: [randomUUID(), new Date(), body] }));
  }
  await owner.query(
    "delete from audit.pending; delete from audit.entry where resource = 'bench'; delete from audit.content where salt = '\\x00'; drop table public.bench_change",
  );
  return [{ metric: "the same in bare SQL", value: total.with / total.without, unit: "×", aim: "0.6" }];
}

async function latency(owner: pg.Client, sequencer: Sequencer): Promise<Row[]> {
  const idle = await rolePool("owner").connect();
  await idle.query("begin; select pg_current_xact_id()");
  const running = clocked(sequencer);
  const committed: { id: string; at: number }[] = [];
  for (let n = 0; n < 300; n++) {
    const id = await withScope(ctx, (inner) => record(inner, act(n)));
    committed.push({ id, at: Date.now() });
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  await running.stop();
  while ((await sequencer.step()) > 0);
  await idle.query("rollback");
  idle.release();
  const { rows } = await owner.query<{ entry_id: string; sequenced_at: Date }>(
    "select entry_id, sequenced_at from audit.leaf where entry_id = any($1::uuid[])",
    [committed.map((one) => one.id)],
  );
  const when = new Map(rows.map((row) => [row.entry_id, row.sequenced_at.getTime()]));
  const waits = committed.map((one) => Math.max(0, when.get(one.id)! - one.at)).sort((a, b) => a - b);
  return [
    {
      metric: "commit to sequenced, p99, beside an open transaction",
      value: waits[Math.floor(waits.length * 0.99)]!,
      unit: "ms",
      aim: "300",
    },
  ];
}

/** Entries as `record` writes them, made by the server: ids in order of time, contents with their commitments. */
async function fill(owner: pg.Client, n: number, days: number): Promise<void> {
  await owner.query(`select public.ensure_partitions('audit.${"entry"}', '1 month', now() - interval '14 months', now() + interval '2 months'),
                            public.ensure_partitions('audit.content', '1 month', now() - interval '14 months', now() + interval '2 months')`);
  const CHUNK = 500_000;
  for (let from = 0; from < n; from += CHUNK) {
    await owner.query(
      `with made as materialized (
         select public.invigil_uuid7(at) as id, at, i, uuid_send(gen_random_uuid()) as salt,
                '{"actor":{"email":"p' || i % 400 || '@bench.example","name":"Person ' || i % 400 || '"},"details":null,"diff":{"status":["ACTIVE","DROPPED"]},"reason":"moved to town ' || i % 10007 || '","risk":[]}' as body
         from (select i, date_trunc('milliseconds', now() - ($1::float8 * (1 - i::float8 / $4::float8)) * interval '1 day') as at from generate_series($2::int, $3::int) i) x),
       c as (insert into audit.content (entry_id, at, salt, body) select id, at, salt, body from made)
       insert into audit.entry (id, at, actor_kind, actor_id, session_id, request_id, action, resource, resource_id, college_id, risk, commitment)
       select id, at, 'staff', lpad(to_hex(i % 400), 32, '0')::uuid, lpad(to_hex(i / 40), 32, '0')::uuid, 'r' || i, (array['enrollment.drop','user.update','exam.extra_time','payment.approve','session.login'])[1 + i % 5],
              (array['enrollment','user','exam','payment','session'])[1 + i % 5], 'x' || i % 100000, lpad(to_hex(i % 200), 32, '0')::uuid, case when i % 5000 = 0 then 70 else 0 end, sha256(salt || convert_to(body, 'UTF8')) from made`,
      [days, from, Math.min(from + CHUNK, n) - 1, n],
    );
  }
}

async function verifying(owner: pg.Client): Promise<Row[]> {
  const key = { name: ORIGIN, ...generateKeyPairSync("ed25519") };
  const anchor = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "invigil-bench-anchor-")), "anchor.txt");
  await fill(owner, VERIFIED, 20);
  const sequencer = createSequencer(rolePool("sequencer"), key, anchor);
  const sequencing = performance.now();
  while ((await sequencer.step()) > 0);
  const sequenced = VERIFIED / ((performance.now() - sequencing) / 1000);
  await owner.query("vacuum analyze audit.leaf, audit.entry, audit.content");
  const started = performance.now();
  const result = await verifyLog(logSnapshot(ctx), key, anchor);
  const seconds = (performance.now() - started) / 1000;
  if (!result.ok || result.size < VERIFIED) throw new Error(`${result.size} verified: ${JSON.stringify(result.findings)}`);
  // As many bytes as an entry and its content have, hashed by themselves.
  const bytes = Buffer.alloc(600, 7);
  const hashing = performance.now();
  for (let i = 0; i < result.size; i++) createHash("sha256").update(bytes).digest();
  const bareSeconds = (performance.now() - hashing) / 1000;
  fs.rmSync(path.dirname(anchor), { recursive: true });
  return [
    { metric: "a backlog is sequenced at", value: sequenced, unit: "entries/s" },
    { metric: `verification of ${result.size} entries`, value: seconds, unit: "s", aim: "5" },
    { metric: "against bare SHA-256 of as many bytes", value: seconds / bareSeconds, unit: "×" },
  ];
}

const QUESTIONS = [
  "action:enrollment.drop",
  "action:payment.*",
  "actor:lopez",
  "tenant:north",
  "risk:>60",
  "resource:user id:x4711",
  "session:00000000-0000-0000-0000-0000000000ff",
  "action:user.update -tenant:north",
  "actor:lopez action:session.login",
  '"moved to town 4711"',
];

/** The words as the collector takes them, made by the server; the first is compared with what it would have taken. */
async function fillWords(owner: pg.Client): Promise<void> {
  await owner.query(
    "select public.ensure_partitions('audit.words', '1 month', now() - interval '14 months', now() + interval '2 months')",
  );
  await owner.query("drop index audit.words_words_idx");
  await owner.query(
    `insert into audit.words (at, entry_id, college_id, words)
     select e.at, e.id, e.college_id, array_to_tsvector(array['p' || i % 400, 'bench', 'example', 'person', (i % 400)::text, 'status', 'active', 'dropped', 'moved', 'to', 'town', (i % 10007)::text])
     from audit.entry e, lateral (select substr(e.request_id, 2)::int as i) x where e.request_id ~ '^r[0-9]+$'`,
  );
  await owner.query("create index words_words_idx on audit.words using gin (words)");
  const { rows } = await owner.query<{ body: string; words: string[] }>(
    "select c.body, tsvector_to_array(w.words) as words from audit.words w join audit.content c on c.at = w.at and c.entry_id = w.entry_id limit 1",
  );
  if (wordsOf(rows[0]!.body).toSorted().join() !== rows[0]!.words.toSorted().join())
    throw new Error(`${rows[0]!.words.join()} are not the words of ${rows[0]!.body}`);
}

async function searching(owner: pg.Client, fresh: boolean): Promise<Row[]> {
  if (fresh) {
    await owner.query("set session_replication_role = replica");
    await fill(owner, SEARCHED, 390);
    await owner.query("set session_replication_role = origin");
    await fillWords(owner);
    await owner.query("vacuum analyze audit.entry, audit.content, audit.words");
  }
  await owner.query(
    `insert into console.staff (id, email, name, role) values ('00000000-0000-0000-0000-000000000011', 'lopez@bench.example', 'Ana Lopez', 'AUDITOR') on conflict do nothing`,
  );
  await owner.query(
    `insert into public.college (id, name, username, code, subscription_status) values ('00000000-0000-0000-0000-000000000022', 'North College', 'north', 'NORTH', 'ACTIVE') on conflict do nothing`,
  );
  const worst: { q: string; p95: number }[] = [];
  const all: number[] = [];
  for (const q of QUESTIONS) {
    const times: number[] = [];
    for (let i = 0; i < 12; i++) {
      const started = performance.now();
      const now = new Date();
      await searchLog({ ctx, input: { q, from: new Date(now.getTime() - 30 * 86_400_000), to: now } });
      if (i >= 2) times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    all.push(...times);
    worst.push({ q, p95: times[Math.floor(times.length * 0.95)]! });
  }
  all.sort((a, b) => a - b);
  worst.sort((a, b) => b.p95 - a.p95);
  return [
    {
      metric: `search over ${SEARCHED} entries, ten questions, p95`,
      value: all[Math.floor(all.length * 0.95)]!,
      unit: "ms",
      aim: "100",
    },
    { metric: "median", value: all[Math.floor(all.length / 2)]!, unit: "ms" },
    ...worst.map((one) => ({ metric: `p95 of ${one.q}`, value: one.p95, unit: "ms" })),
  ];
}

export const bench = {
  name: "audit",
  run: (): Promise<Row[]> =>
    benchCluster({ max_connections: 120, shared_buffers: "1GB", max_wal_size: "8GB" }, async (cluster) => {
      const rows: Row[] = [];
      const dir = fs.mkdtempSync(path.join(os.tmpdir(), "invigil-bench-anchor-"));
      for (const part of PARTS) {
        const { owner, use, fresh } = await cluster.database(`bench_${part}`);
        await use();
        if (part === "writing") {
          const key = { name: ORIGIN, ...generateKeyPairSync("ed25519") };
          const sequencer = () => createSequencer(rolePool("sequencer"), key, path.join(dir, "anchor.txt"));
          rows.push(...(await rates(owner, use, sequencer)), ...(await writing(owner)), ...(await latency(owner, sequencer())));
        } else rows.push(...(await (part === "verifying" ? verifying(owner) : searching(owner, fresh))));
      }
      fs.rmSync(dir, { recursive: true });
      return rows;
    }),
};
