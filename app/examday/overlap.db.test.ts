import { beforeAll, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { makeAttempt, makeExam, makeSignal } from "../../tests/fixtures/exam.ts";
import type { Ctx } from "../db/ctx.ts";
import { fixedClock } from "../platform/clock.ts";
import { newId } from "../platform/ids.ts";
import { judgeForecasts, keepForecasts } from "./forecast.server.ts";
import { needs } from "./overview.server.ts";
import { readiness } from "./readiness.server.ts";
import { today } from "./today.server.ts";
import { clearExplained, extraTimeForIncident, touchedBy } from "./touched.server.ts";

/** Incidents that overlap, and exams that do not happen. */

const db = testDatabase();
let college: { id: string };
let ana: Ctx;

beforeAll(async () => {
  college = await makeCollege(db.owner);
  ana = ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id));
});

const minutesAgo = (n: number) => new Date(Date.now() - n * 60_000);
async function incident(from: Date, to: Date | null): Promise<number> {
  const { rows } = await db.owner.query<{ number: number }>(
    "insert into console.incident (id, title, cause, target, severity, state, from_at, to_at) values ($1, 'Lock on student_answer', 'test', 'primary', 'CRITICAL', $2, $3, $4) returning number",
    [newId(), to ? "RESOLVED" : "OPEN", from, to],
  );
  return rows[0]!.number;
}

it("time given for one incident is not taken for time given for another that overlaps it", async () => {
  const exam = await makeExam(db.owner, college.id, { students: 1, status: "LIVE", start: minutesAgo(30), minutes: 60 });
  const attempt = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS", started: minutesAgo(30) });
  const long = await incident(minutesAgo(20), null);
  const short = await incident(minutesAgo(10), minutesAgo(8));
  await extraTimeForIncident({ ctx: ana, input: { number: short, minutes: 5 } });
  const given = async (number: number) =>
    (await touchedBy({ ctx: ana, input: { number } })).exams.find((one) => one.id === exam.id)!.given;
  expect([await given(short), await given(long)]).toEqual([1, 0]);
  await extraTimeForIncident({ ctx: ana, input: { number: long, minutes: 3 } });
  const { rows } = await db.owner.query("select extra_seconds as extra from public.student_exam_attempt where id = $1", [
    attempt,
  ]);
  expect(rows).toEqual([{ extra: 480 }]);
  await expect(extraTimeForIncident({ ctx: ana, input: { number: long, minutes: 3 } })).rejects.toThrow(
    /already been given time/,
  );
});

it("the overview asks to clear what an incident explains until that is done, and not for exams with nothing to explain", async () => {
  await db.owner.query(
    "update console.incident set to_at = now() - interval '10 days', from_at = now() - interval '11 days', state = 'RESOLVED'",
  );
  const started = { state: "SUBMITTED", started: minutesAgo(50) };
  const noisy = await makeExam(db.owner, college.id, { students: 1, status: "CLOSED", start: minutesAgo(55) });
  const quiet = await makeExam(db.owner, college.id, { students: 1, status: "CLOSED", start: minutesAgo(55) });
  const attempt = await makeAttempt(db.owner, noisy, 0, started);
  await makeAttempt(db.owner, quiet, 0, started);
  await makeSignal(db.owner, noisy, attempt, "NETWORK_LOST", minutesAgo(45));
  const number = await incident(minutesAgo(46), minutesAgo(44));
  const asked = async () =>
    (await needs(ana, Promise.resolve(null))).some((need) => need.title.startsWith(`Incident ${number} affected`));
  expect(await asked()).toBe(true);
  await clearExplained(ana, number);
  expect(await asked()).toBe(false);
});

it("a forecast of an exam that was cancelled is judged by nothing", async () => {
  const start = new Date(Date.now() + 2 * 3_600_000);
  const made = await Promise.all(
    [1, 2].map(() => makeExam(db.owner, college.id, { students: 4, status: "SCHEDULED", start, minutes: 60 })),
  );
  await keepForecasts();
  const [held, cancelled] = made as [(typeof made)[0], (typeof made)[0]];
  await db.owner.query("update public.exam set status = 'CANCELLED' where id = $1", [cancelled.id]);
  for (const status of ["LIVE", "CLOSED"])
    await db.owner.query("update public.exam set status = $2 where id = $1", [held.id, status]);
  await db.owner.query(
    "update public.exam set start_time = now() - interval '65 minutes', end_time = now() + interval '1 hour' where id = $1",
    [held.id],
  );
  await db.owner.query(
    "update public.exam set start_time = now() - interval '5 hours', end_time = now() - interval '3 hours' where id = $1",
    [cancelled.id],
  );
  const judged = async (id: string) =>
    (await db.owner.query("select judged_at is not null as judged from public.forecast where exam_id = $1", [id])).rows[0];
  await judgeForecasts();
  // What came is known when the five minutes in which it ended have been put together.
  expect([await judged(held.id), await judged(cancelled.id)]).toEqual([{ judged: false }, { judged: false }]);
  await db.owner.query(
    "update public.exam set start_time = now() - interval '5 hours', end_time = now() - interval '3 hours' where id = $1",
    [held.id],
  );
  await judgeForecasts();
  expect([await judged(held.id), await judged(cancelled.id)]).toEqual([{ judged: true }, { judged: false }]);
});

it("an exam that has lasted since the morning still counts in what is sat now", async () => {
  const exam = await makeExam(db.owner, college.id, { students: 4, status: "LIVE", start: minutesAgo(8 * 60), minutes: 600 });
  const { exams } = await readiness({ ctx: ana, input: {} });
  expect(exams.map((one) => one.id)).toContain(exam.id);
});

it("what is later today is what begins before midnight where the reader is", async () => {
  const ctx: Ctx = { ...ana, clock: fixedClock("2026-11-24T17:00:00Z") };
  await makeExam(db.owner, college.id, { students: 0, status: "SCHEDULED", start: new Date("2026-11-24T19:00:00Z") });
  // Half past midnight in Kolkata.
  expect([(await today({ ctx, input: {} })).later, (await today({ ctx, input: { zone: "Asia/Kolkata" } })).later]).toEqual([
    1, 0,
  ]);
});
