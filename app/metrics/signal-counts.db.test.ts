import pg from "pg";
import { beforeAll, expect, it } from "vitest";
import { makeCollege, testDatabase } from "../../tests/database.ts";
import { makeAttempt, makeExam, type MadeExam } from "../../tests/fixtures/exam.ts";
import type { Queryable } from "../db/query.ts";
import { SignalCounts } from "./signal-counts.server.ts";

const db = testDatabase();
const MINUTE = 60_000;
let exam: MadeExam;
let attempt: string;

beforeAll(async () => {
  const college = await makeCollege(db.owner);
  exam = await makeExam(db.owner, college.id, { students: 1, status: "LIVE" });
  attempt = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS" });
});

const insert = (on: Queryable, type: string, n: number, at: Date) =>
  on.query({
    text: `insert into public.integrity_event (id, college_id, attempt_id, type, at, received_at, seq)
           select public.invigil_uuid7(), $1, $2, $3, $4, $4, i from generate_series(1, $5::int) i`,
    values: [exam.collegeId, attempt, type, at, n],
  });

/** All of it, counted anew. */
async function full(now: Date): Promise<Record<string, number>> {
  const from = new Date(Math.floor((now.getTime() - 24 * 60 * MINUTE) / MINUTE) * MINUTE);
  const { rows } = await db.owner.query<{ type: string; n: number }>(
    "select type, count(*)::int as n from public.integrity_event where received_at >= $1 group by 1",
    [from],
  );
  return Object.fromEntries(rows.map((row) => [row.type, row.n]));
}

async function look(counts: SignalCounts, now: Date): Promise<Record<string, number>> {
  return Object.fromEntries((await counts.read(db.owner, now)).map(({ key, n }) => [key, n]));
}

it("signals counted by what is new agree with a full count, also when stored late, by others at once, and after a restart", async () => {
  const start = Math.floor(Date.now() / MINUTE) * MINUTE;
  const now = (minutes: number) => new Date(start + minutes * MINUTE);
  const counts = new SignalCounts();
  await insert(db.owner, "PASTE", 400, now(-23 * 60));
  await insert(db.owner, "TAB_SWITCH", 30, now(-1));
  expect(await look(counts, now(0))).toEqual(await full(now(0)));
  const writers = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const client = new pg.Client({ connectionString: db.url("owner") });
      await client.connect();
      return client;
    }),
  );
  try {
    // Each took its time before the next look and is stored only after it.
    for (const writer of writers) {
      await writer.query("begin");
      await insert(writer, "PASTE", 25, now(0.5));
    }
    expect((await look(counts, now(1)))["PASTE"]).toBe(400);
    await Promise.all(writers.map((writer) => writer.query("commit")));
    expect(await look(counts, now(3))).toEqual(await full(now(3)));
    expect((await look(counts, now(3)))["PASTE"]).toBe(500);
    // Whoever begins anew counts the same.
    expect(await look(new SignalCounts(), now(3))).toEqual(await full(now(3)));
    // An hour later the oldest have left the day.
    for (const minutes of [30, 59, 65, 119]) {
      await insert(db.owner, "FOCUS_LOST", 7, now(minutes));
      expect(await look(counts, now(minutes))).toEqual(await full(now(minutes)));
    }
    expect((await look(counts, now(119)))["PASTE"]).toBe(100);
  } finally {
    await Promise.all(writers.map((writer) => writer.end()));
  }
});

it("a look reads what is new by an index, not the day", async () => {
  await db.owner.query("analyze public.integrity_event");
  const counts = new SignalCounts();
  const read: string[] = [];
  const watched: Queryable = {
    query: async (config) => {
      await db.owner.query("set enable_seqscan = off");
      const plan = await db.owner.query<{ "QUERY PLAN": string }>(`explain ${config.text}`, config.values);
      await db.owner.query("reset enable_seqscan");
      read.push(plan.rows.map((row) => row["QUERY PLAN"]).join("\n"));
      return db.owner.query(config);
    },
  };
  await counts.read(watched, new Date());
  await counts.read(watched, new Date());
  expect(read.at(-1)).toContain("integrity_event_received_at_idx");
});
