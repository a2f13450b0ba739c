import { randomUUID } from "node:crypto";
import http from "node:http";
import type pg from "pg";
import { hashKey } from "../../app/domains/integrity/keys/api-keys.server.ts";
import { action } from "../../app/routes/machine/events.ts";
import { copyRows } from "../../prisma/seed/copy.ts";
import { makeAttempt, makeExam } from "../fixtures/exam.ts";
import { benchCluster } from "./cluster.ts";
import type { Row } from "./similarity.ts";

const BATCH = 5000;
const BATCHES = 24;
const SENDERS = 3;
const SINGLES = 3000;
const SINGLE_SENDERS = 64;
const TYPES = ["HEARTBEAT", "ANSWER_SAVED", "NAVIGATION", "TAB_SWITCH", "WINDOW_BLUR"];

type Event = { id: string; attemptId: string; type: string; at: string; seq: number };

const eventsOf = (attempts: string[], n: number): Event[] =>
  Array.from({ length: n }, (_, seq) => ({
    id: randomUUID(),
    attemptId: attempts[seq % attempts.length]!,
    type: TYPES[seq % TYPES.length]!,
    at: new Date().toISOString(),
    seq,
  }));

/** The endpoint behind a real socket, as the console's server hands it a request. */
function serve(): Promise<http.Server> {
  const server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const request = new Request("http://bench/api/v1/integrity/events", {
        method: "POST",
        headers: { authorization: incoming.headers.authorization ?? "", "content-type": "application/json" },
        body: Buffer.concat(chunks),
      });
      void action({ request, params: {}, context: {} }).then(async (response) => {
        outgoing.writeHead(response.status).end(await response.text());
      });
    });
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

async function post(url: string, key: string, body: string): Promise<{ accepted: number; duplicates: number }> {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  });
  if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as { accepted: number; duplicates: number };
}

/** One event a request, as exam clients that report each for itself send them; all durable before they are answered. */
async function singles(url: string, key: string, attempts: string[]): Promise<number> {
  const bodies = eventsOf(attempts, SINGLES).map((event) => JSON.stringify({ events: [event] }));
  let next = 0;
  let accepted = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: SINGLE_SENDERS }, async () => {
      for (let at = next++; at < bodies.length; at = next++) {
        const done = await post(url, key, bodies[at]!);
        accepted += done.accepted;
      }
    }),
  );
  if (accepted !== SINGLES) throw new Error(`${accepted} of ${SINGLES} single events were taken`);
  return SINGLES / ((performance.now() - started) / 1000);
}

/** Events a second over HTTP, on disk, deduplicated, under row security; and COPY of as many rows into the same table. */
async function measure(owner: pg.Client): Promise<Row[]> {
  const college = randomUUID();
  await owner.query("insert into public.college (id, name, username, code) values ($1, 'Bench', 'bench', 'BENCH')", [college]);
  const exam = await makeExam(owner, college, { students: 200, questions: 0, status: "LIVE" });
  const attempts: string[] = [];
  for (let s = 0; s < exam.students.length; s++) attempts.push(await makeAttempt(owner, exam, s, { state: "IN_PROGRESS" }));
  const key = `ivg_bench123.${"b".repeat(43)}`;
  await owner.query(
    "insert into public.api_key (id, college_id, name, prefix, key_hash, scopes, rate_per_minute) values ($1, $2, 'bench', 'ivg_bench123', $3, '{integrity:write}', 100000)",
    [randomUUID(), college, hashKey(key)],
  );
  const server = await serve();
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  try {
    const bodies = Array.from({ length: BATCHES }, () => JSON.stringify({ events: eventsOf(attempts, BATCH) }));
    await post(url, key, JSON.stringify({ events: eventsOf(attempts, BATCH) }));
    let next = 0;
    let accepted = 0;
    const started = performance.now();
    await Promise.all(
      Array.from({ length: SENDERS }, async () => {
        for (let at = next++; at < bodies.length; at = next++) {
          const done = await post(url, key, bodies[at]!);
          accepted += done.accepted;
        }
      }),
    );
    const perSecond = accepted / ((performance.now() - started) / 1000);
    const again = await post(url, key, bodies[0]!);
    if (accepted !== BATCH * BATCHES || again.duplicates !== BATCH) throw new Error("the events were not taken once each");

    const single = await singles(url, key, attempts);

    const raw = eventsOf(attempts, BATCH * BATCHES);
    const copyStarted = performance.now();
    await copyRows(
      owner,
      "public.integrity_event",
      ["id", "college_id", "attempt_id", "type", "at", "received_at", "seq"],
      raw.map((event) => [event.id, college, event.attemptId, event.type, event.at, event.at, event.seq]),
    );
    const copied = raw.length / ((performance.now() - copyStarted) / 1000);
    return [
      { metric: "ingest over HTTP", value: perSecond, unit: "events/s", aim: "12,000" },
      { metric: "ingest over HTTP, one event a request", value: single, unit: "events/s", aim: "3,000" },
      { metric: "one event a request, share of batches", value: single / perSecond, unit: "×" },
      { metric: "COPY into the same table", value: copied, unit: "rows/s" },
      { metric: "share of COPY", value: perSecond / copied, unit: "×", aim: "0.10" },
    ];
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

export const bench = {
  name: "ingest",
  // Durable as in production: fsync and synchronous commit stay on.
  run: (): Promise<Row[]> =>
    benchCluster({}, async (cluster) => {
      const database = await cluster.database("bench");
      await database.use();
      return measure(database.owner);
    }),
};
