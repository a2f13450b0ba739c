import fs from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { eraseContent } from "../access/log/erase.server.ts";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { makeAttempt, makeExam, makeSignal } from "../../tests/fixtures/exam.ts";
import type { Ctx } from "../db/ctx.ts";
import { fixedClock } from "../platform/clock.ts";
import { giveTimeForIncident } from "../domains/exams/live/incident-time.server.ts";
import { newId } from "../platform/ids.ts";
import { judgeForecasts, keepForecasts } from "./forecast.server.ts";
import { needs } from "./overview.server.ts";
import { readiness } from "./readiness.server.ts";
import { today } from "./today.server.ts";
import { clearExplained, extraTimeForIncident, incidentImpact } from "./incident-impact.server.ts";

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
    (await incidentImpact({ ctx: ana, input: { number } })).exams.find((one) => one.id === exam.id)!.given;
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

it("time for an incident is given once: also when the log's words are erased and several press at the same moment", async () => {
  const exam = await makeExam(db.owner, college.id, { students: 2, status: "LIVE", start: minutesAgo(30), minutes: 60 });
  for (const student of [0, 1]) await makeAttempt(db.owner, exam, student, { state: "IN_PROGRESS", started: minutesAgo(30) });
  const number = await incident(minutesAgo(10), minutesAgo(8));
  const give = (minutes: number) => extraTimeForIncident({ ctx: ana, input: { number, minutes } });
  const extra = async () =>
    (
      await db.owner.query<{ extra: number }>(
        "select extra_seconds as extra from public.student_exam_attempt where exam_id = $1",
        [exam.id],
      )
    ).rows.map((row) => row.extra);
  const pressed = await Promise.allSettled([give(5), give(5), give(5), give(5)]);
  expect(pressed.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected", "rejected", "rejected"]);
  expect(await extra()).toEqual([300, 300]);
  const { rows: entries } = await db.owner.query<{ id: string }>("select id from audit.entry where resource_id = $1", [exam.id]);
  await eraseContent(
    ana,
    entries.map((entry) => entry.id),
    "A student asked for it",
  );
  expect((await Promise.allSettled([give(5), give(5)])).map((one) => one.status)).toEqual(["rejected", "rejected"]);
  expect(await extra()).toEqual([300, 300]);
});

it("a student who got the time of an incident alone gets no more of it with the others", async () => {
  const exam = await makeExam(db.owner, college.id, { students: 2, status: "LIVE", start: minutesAgo(30), minutes: 60 });
  const [first] = [
    await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS", started: minutesAgo(30) }),
    await makeAttempt(db.owner, exam, 1, { state: "IN_PROGRESS", started: minutesAgo(30) }),
  ];
  const number = await incident(minutesAgo(10), minutesAgo(8));
  const { incident: it } = await incidentImpact({ ctx: ana, input: { number } });
  const give = (attemptId: string | null) =>
    giveTimeForIncident({
      ctx: ana,
      input: { examId: exam.id, incident: it, attemptId, minutes: 4, reason: "Lock on student_answer" },
    });
  const alone = await Promise.allSettled([give(first), give(first)]);
  expect(alone.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await give(null)).toEqual({ students: 1 });
  await expect(give(first)).rejects.toThrow(/already given/);
  const { rows } = await db.owner.query("select extra_seconds as extra from public.student_exam_attempt where exam_id = $1", [
    exam.id,
  ]);
  expect(rows).toEqual([{ extra: 240 }, { extra: 240 }]);
});

it("the database holds one row for an incident and an exam, whoever writes it", async () => {
  const exam = await makeExam(db.owner, college.id, { students: 0, status: "LIVE" });
  const insert = () =>
    db.owner.query(
      "insert into public.incident_time (id, college_id, incident_id, exam_id, minutes, students) values ($1, $2, $3, $4, 5, 1)",
      [newId(), college.id, "00000000-0000-7000-8000-00000000000a", exam.id],
    );
  await insert();
  await expect(insert()).rejects.toMatchObject({ code: "23505" });
});

it("time that the log knows of is known after the upgrade, with its words and without them", async () => {
  const exam = await makeExam(db.owner, college.id, { students: 1, status: "LIVE", start: minutesAgo(30), minutes: 60 });
  await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS", started: minutesAgo(30) });
  const said = await incident(minutesAgo(20), null);
  const erased = await incident(minutesAgo(10), minutesAgo(8));
  await extraTimeForIncident({ ctx: ana, input: { number: said, minutes: 5 } });
  await extraTimeForIncident({ ctx: ana, input: { number: erased, minutes: 3 } });
  const given = () =>
    db.owner.query(
      `select i.number, t.minutes, t.students
       from public.incident_time t join console.incident i on i.id = t.incident_id
       where t.exam_id = $1
       order by i.number`,
      [exam.id],
    );
  const before = (await given()).rows;
  expect(before).toEqual([
    { number: said, minutes: 5, students: 1 },
    { number: erased, minutes: 3, students: 1 },
  ]);
  await db.owner.query("delete from audit.content where body like $1", [`%"incident":${erased},%`]);
  await db.owner.query("delete from public.incident_time");
  const migration = fs.readFileSync("prisma/migrations/20261129020000_incident_time/migration.sql", "utf8");
  await db.owner.query(migration.slice(migration.indexOf('INSERT INTO public."incident_time"')));
  expect((await given()).rows).toEqual([before[0], { number: erased, minutes: 1, students: 0 }]);
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
  expect(exams.map((exam) => exam.id)).toContain(exam.id);
});

it("what is later today is what begins before midnight where the reader is", async () => {
  const ctx: Ctx = { ...ana, clock: fixedClock("2026-11-24T17:00:00Z") };
  await makeExam(db.owner, college.id, { students: 0, status: "SCHEDULED", start: new Date("2026-11-24T19:00:00Z") });
  // Half past midnight in Kolkata.
  expect([(await today({ ctx, input: {} })).later, (await today({ ctx, input: { zone: "Asia/Kolkata" } })).later]).toEqual([
    1, 0,
  ]);
});
