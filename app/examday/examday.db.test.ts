import pg from "pg";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { makeAttempt, makeExam, makeSignal, type MadeExam } from "../../tests/fixtures/exam.ts";
import type { Ctx } from "../db/ctx.ts";
import { fixedClock } from "../platform/clock.ts";
import { newId } from "../platform/ids.ts";
import { cache } from "../db/cache.server.ts";
import { declareIncident } from "../observability/incidents/incidents.server.ts";
import { databaseForExam } from "./during.server.ts";
import { judgeForecasts, keepForecasts } from "./forecast.server.ts";
import { readiness } from "./readiness.server.ts";
import { today } from "./today.server.ts";
import { clearExplained, extraTimeForIncident, previewClearing, incidentImpact, undoClearing } from "./incident-impact.server.ts";

const db = testDatabase();
let college: { id: string; code: string };
let other: { id: string; code: string };
let ana: Ctx;
let ben: Ctx;
let sre: Ctx;
let stranger: Ctx;

beforeAll(async () => {
  college = await makeCollege(db.owner);
  other = await makeCollege(db.owner);
  [ana, ben] = (await Promise.all(
    [1, 2].map(async () => ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id))),
  )) as [Ctx, Ctx];
  stranger = ctxFor(await makeStaff(db.owner, "PROCTOR", [other.id]), inTenants(other.id));
  sre = ctxFor(await makeStaff(db.owner, "SRE"), everywhere);
});

const minutesAgo = (n: number) => new Date(Date.now() - n * 60_000);

async function incident(from: Date, to: Date | null): Promise<number> {
  const { rows } = await db.owner.query<{ number: number }>(
    "insert into console.incident (id, title, cause, target, severity, state, from_at, to_at) values ($1, 'Lock on student_answer', 'test', 'primary', 'CRITICAL', $2, $3, $4) returning number",
    [newId(), to ? "RESOLVED" : "OPEN", from, to],
  );
  return rows[0]!.number;
}

/** A live exam with three who write since half an hour, two of whom lost the server five minutes ago. */
async function live(inCollege = college): Promise<{ exam: MadeExam; attempts: string[] }> {
  const exam = await makeExam(db.owner, inCollege.id, { students: 3, status: "LIVE", start: minutesAgo(30), minutes: 60 });
  const attempts: string[] = [];
  for (let student = 0; student < 3; student++)
    attempts.push(await makeAttempt(db.owner, exam, student, { state: "IN_PROGRESS", started: minutesAgo(30) }));
  for (const attempt of attempts.slice(0, 2)) await makeSignal(db.owner, exam, attempt, "NETWORK_LOST", minutesAgo(5));
  await makeSignal(db.owner, exam, attempts[0]!, "SEVERAL_FACES", minutesAgo(5));
  return { exam, attempts };
}

describe("an incident", () => {
  it("names the exams and attempts of this person's tenants alone", async () => {
    const mine = await live();
    const theirs = await live(other);
    const number = await incident(minutesAgo(6), minutesAgo(4));
    const seen = await incidentImpact({ ctx: ana, input: { number } });
    expect(seen.exams.map((exam) => exam.id)).toContain(mine.exam.id);
    expect(seen.exams.map((exam) => exam.id)).not.toContain(theirs.exam.id);
    expect((await incidentImpact({ ctx: stranger, input: { number } })).exams.map((exam) => exam.id)).toEqual([theirs.exam.id]);
    const none = await incident(minutesAgo(300), minutesAgo(290));
    expect((await incidentImpact({ ctx: stranger, input: { number: none } })).exams).toEqual([]);
    await expect(incidentImpact({ ctx: ana, input: { number: 999_999 } })).rejects.toThrow(/Incident not found/);
  });

  it("gives time once for each exam when two press at once, again only when asked, and not to strangers", async () => {
    const { exam, attempts } = await live();
    const number = await incident(minutesAgo(6), minutesAgo(4));
    const both = await Promise.allSettled([ana, ben].map((ctx) => extraTimeForIncident({ ctx, input: { number, minutes: 5 } })));
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const extra = async () =>
      (
        await db.owner.query<{ extra: number }>(
          "select extra_seconds as extra from public.student_exam_attempt where exam_id = $1 order by id",
          [exam.id],
        )
      ).rows.map((row) => row.extra);
    expect(await extra()).toEqual(attempts.map(() => 300));
    await expect(extraTimeForIncident({ ctx: ana, input: { number, minutes: 5 } })).rejects.toThrow(/already been given time/);
    await extraTimeForIncident({ ctx: ana, input: { number, minutes: 1, again: true } });
    expect(await extra()).toEqual(attempts.map(() => 360));
    await expect(extraTimeForIncident({ ctx: ana, input: { number, minutes: 0 } })).rejects.toThrow(/one minute/);
    await expect(extraTimeForIncident({ ctx: sre, input: { number, minutes: 5 } })).rejects.toThrow(/does not allow/);
    const log = await db.owner.query(
      "select 1 from audit.entry e join audit.content c on c.entry_id = e.id where e.action = 'incident.extra_time' and e.resource_id = $1 and c.body like $2",
      [exam.id, `%Incident ${number}%`],
    );
    expect(log.rowCount).toBe(2);
  });

  it("gives time while students go on: who starts, or sends what happened, does not wait for it", async () => {
    const exam = await makeExam(db.owner, college.id, { students: 4, status: "LIVE", start: minutesAgo(30), minutes: 60 });
    const writing: string[] = [];
    for (let student = 0; student < 3; student++)
      writing.push(await makeAttempt(db.owner, exam, student, { state: "IN_PROGRESS", started: minutesAgo(30) }));
    const [first, , last] = [...writing].sort();
    const number = await incident(minutesAgo(6), minutesAgo(4));
    const busy = new pg.Client({ connectionString: db.url("owner") });
    await busy.connect();
    try {
      // One student's row is busy: the act holds the exam and the others, and waits.
      await busy.query("begin");
      await busy.query("select 1 from public.student_exam_attempt where id = $1 for no key update", [last]);
      const act = extraTimeForIncident({ ctx: ana, input: { number, minutes: 5 } });
      const waits =
        "select 1 from pg_locks l join pg_stat_activity a on a.pid = l.pid and a.datname = current_database() where not l.granted";
      await expect.poll(async () => (await db.owner.query(waits)).rowCount, { timeout: 20_000 }).toBe(1);
      await db.owner.query("set lock_timeout = '5s'");
      await makeAttempt(db.owner, exam, 3, { state: "IN_PROGRESS" });
      await makeSignal(db.owner, exam, first!, "PASTE", new Date());
      await busy.query("commit");
      await expect(act).resolves.toMatchObject({ exams: expect.any(Number) });
    } finally {
      await db.owner.query("reset lock_timeout");
      await busy.end();
    }
  });

  it("clears what it explains and nothing else, and takes it back; overlapping ones explain a signal once", async () => {
    const { attempts } = await live();
    const first = await incident(minutesAgo(6), minutesAgo(4));
    const second = await incident(minutesAgo(5.5), minutesAgo(3));
    const explained = async () =>
      (
        await db.owner.query<{ type: string; number: number }>(
          "select type, explained_number as number from public.integrity_event where attempt_id = any($1) and explained_number is not null order by type",
          [attempts],
        )
      ).rows;
    expect(await previewClearing(ana, first)).toMatchObject({ byType: expect.arrayContaining([]) });
    expect(await explained()).toEqual([]);
    await clearExplained(ana, first);
    expect(await explained()).toEqual([
      { type: "NETWORK_LOST", number: first },
      { type: "NETWORK_LOST", number: first },
    ]);
    await clearExplained(ana, second);
    expect((await explained()).every((row) => row.number === first)).toBe(true);
    await undoClearing(ana, first);
    expect(await explained()).toEqual([]);
    await expect(clearExplained(sre, first)).rejects.toThrow(/Only reviewers/);
  });

  it("explains nothing while it has not ended, declared by hand or not", async () => {
    await live();
    const { number } = await declareIncident({
      ctx: sre,
      input: { title: "The hall lost its power", cause: "A fuse", target: "primary", from: minutesAgo(10) } as never,
    });
    expect((await incidentImpact({ ctx: ana, input: { number } })).attempts).toBeGreaterThan(0);
    expect(await previewClearing(ana, number)).toBeNull();
    await expect(clearExplained(ana, number)).rejects.toThrow(/still open/);
  });
});

describe("the board of a live exam", () => {
  it("says that answers are locked instead of waiting for them", async () => {
    const { exam } = await live();
    await db.owner.query("begin; lock table public.student_answer in access exclusive mode");
    try {
      const started = performance.now();
      const seen = await databaseForExam({ ctx: ana, input: { examId: exam.id } });
      expect(seen).toMatchObject({ savesPerMinute: null, known: false });
      expect(performance.now() - started).toBeLessThan(5000);
    } finally {
      await db.owner.query("rollback");
    }
    expect((await databaseForExam({ ctx: ana, input: { examId: exam.id } }))!.savesPerMinute).toBe(0);
  });
});

describe("readiness", () => {
  beforeEach(() => cache.changed(["exam"]));

  it("says what is assumed while there is no history, and judges twenty thousand at once", async () => {
    const exam = await makeExam(db.owner, college.id, {
      students: 0,
      status: "SCHEDULED",
      start: new Date(Date.now() + 3 * 3_600_000),
    });
    await db.owner.query(
      `with people as (insert into public."user" (id, college_id, name, email) select public.invigil_uuid7(), $1, 'S' || n, 's' || n || '@crowd.example' from generate_series(1, 20000) n returning id)
       insert into public.enrollment (id, college_id, user_id, class_id) select public.invigil_uuid7(), $1, id, $2 from people`,
      [college.id, exam.classId],
    );
    const seen = await readiness({ ctx: sre, input: {} });
    expect(seen.cost.connections.assumed).toBe(true);
    const judged = seen.exams.find((one) => one.id === exam.id)!;
    expect(judged.expected).toBeGreaterThan(15_000);
    expect(judged.verdict).toBe("WILL_NOT_HOLD");
    expect(seen.days.find((day) => day.verdict === "WILL_NOT_HOLD")!.says).toMatch(/moving exams alone does not help/);
    expect(JSON.stringify(seen)).not.toMatch(/NaN|Infinity/);
    // Moved by a day, it is on another day; more connections change the reason, not the calendar.
    const moved = await readiness({ ctx: sre, input: { shift: [{ id: exam.id, minutes: 1440 }], connections: 100_000 } });
    expect(moved.exams.find((one) => one.id === exam.id)!.start.getTime() - judged.start.getTime()).toBe(86_400_000);
    expect(moved.exams.find((one) => one.id === exam.id)!.short).not.toContain("connections");
    // Whoever sees one tenant is told of its exams, with everybody's load.
    expect((await readiness({ ctx: stranger, input: {} })).exams.map((exam) => exam.college)).not.toContain(judged.college);
    await db.owner.query("update public.exam set status = 'CANCELLED', cancelled_reason = 'test' where id = $1", [exam.id]);
    cache.changed(["exam"]);
    expect((await readiness({ ctx: sre, input: {} })).exams.map((exam) => exam.id)).not.toContain(exam.id);
  });

  it("says of today's crowd at least those who are sitting now, also past the usual end", async () => {
    const exam = await makeExam(db.owner, college.id, {
      students: 5,
      status: "LIVE",
      start: minutesAgo(90),
      minutes: 60,
      windowMinutes: 180,
    });
    for (let student = 0; student < 5; student++)
      await makeAttempt(db.owner, exam, student, { state: "IN_PROGRESS", started: minutesAgo(40) });
    const seen = await readiness({ ctx: ana, input: {} });
    const { sitting } = await today({ ctx: ana, input: {} });
    expect(sitting).toBeGreaterThanOrEqual(5);
    expect(seen.exams.find((one) => one.id === exam.id)!.peak).toBeGreaterThanOrEqual(sitting);
  });

  it("counts as later today what begins before midnight, and not at it", async () => {
    const ctx = { ...ana, clock: fixedClock("2026-10-14T20:00:00Z") };
    for (const start of ["2026-10-14T23:00:00Z", "2026-10-15T00:00:00Z"])
      await makeExam(db.owner, college.id, { students: 1, status: "SCHEDULED", start: new Date(start) });
    expect((await today({ ctx, input: {} })).later).toBe(1);
  });

  it("does not lose an hour when clocks are changed in the window", async () => {
    // Central Europe goes back on 25 October 2026 at 01:00 UTC: an exam across it lasts as long as it lasts.
    const start = new Date("2026-10-25T00:30:00Z");
    const exam = await makeExam(db.owner, college.id, { students: 2, status: "SCHEDULED", start, minutes: 90 });
    const ctx = { ...sre, clock: fixedClock("2026-10-24T12:00:00Z") };
    const seen = (await readiness({ ctx, input: {} })).exams.find((one) => one.id === exam.id)!;
    expect([seen.start.toISOString(), seen.minutes]).toEqual([start.toISOString(), 90]);
  });

  it("keeps what it said, follows an exam that moves, and makes nothing up where nothing was sampled", async () => {
    const exam = await makeExam(db.owner, college.id, {
      students: 4,
      status: "SCHEDULED",
      start: new Date(Date.now() + 2 * 3_600_000),
    });
    expect(await keepForecasts()).toBeGreaterThan(0);
    const later = new Date(Date.now() + 5 * 3_600_000);
    await db.owner.query(
      "update public.exam set start_time = $2, end_time = $2::timestamptz + interval '2 hours' where id = $1",
      [exam.id, later],
    );
    cache.changed(["exam"]);
    await keepForecasts();
    const kept = await db.owner.query("select start_time from public.forecast where exam_id = $1", [exam.id]);
    expect(kept.rows).toEqual([{ start_time: later }]);
    await db.owner.query(
      "update public.exam set start_time = now() - interval '5 hours', end_time = now() - interval '3 hours' where id = $1",
      [exam.id],
    );
    await judgeForecasts();
    const judged = await db.owner.query(
      "select judged_at is not null as judged, actual_connections as came from public.forecast where exam_id = $1",
      [exam.id],
    );
    expect(judged.rows).toEqual([{ judged: true, came: null }]);
  });
});
