import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, type MadeExam } from "../../../../tests/fixtures/exam.ts";
import { systemCtx } from "../../../access/ctx.server.ts";
import type { Ctx } from "../../../db/ctx.ts";
import { Conflict, Forbidden, NotFound } from "../../../platform/errors.ts";
import { advanceExams } from "../calendar/clock.server.ts";
import { liveBoard } from "../live/board.server.ts";
import { giveExtraTime } from "../live/extra-time.server.ts";
import { forceSubmit } from "../live/force-submit.server.ts";
import { pauseAttempts, resumeAttempts } from "./pause.server.ts";

// A paused attempt: its clock stands still, nobody's clock ends it, and it gets back exactly what it lost.
const db = testDatabase();
let college: { id: string };
let other: { id: string };
let proctor: Ctx;
let second: Ctx;

beforeAll(async () => {
  college = await makeCollege(db.owner);
  other = await makeCollege(db.owner);
  proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id));
  second = ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id));
});

const minutes = (n: number) => new Date(Date.now() + n * 60_000);
type Row = { state: string; deadline_at: Date; paused_at: Date | null; paused_seconds: number };
const attempt = async (id: string) =>
  (
    await db.owner.query<Row>(
      "select state, deadline_at, paused_at, paused_seconds from public.student_exam_attempt where id = $1",
      [id],
    )
  ).rows[0]!;
const events = async (exam: MadeExam) =>
  (
    await db.owner.query<{ kind: string; actor_name: string | null; details: Record<string, unknown> }>(
      "select kind, actor_name, details from public.room_event where exam_id = $1 order by seq",
      [exam.id],
    )
  ).rows;
const live = (given: Parameters<typeof makeExam>[2] = {}) =>
  makeExam(db.owner, college.id, { status: "LIVE", start: minutes(-30), minutes: 60, windowMinutes: 90, ...given });
const writing = (exam: MadeExam, student = 0, deadline: Date | null = minutes(10)) =>
  makeAttempt(db.owner, exam, student, { state: "IN_PROGRESS", started: minutes(-20), deadline });
const pause = (exam: MadeExam, ids: string[], how: "PAUSED" | "LOCKED" = "PAUSED", ctx = proctor) =>
  pauseAttempts({ ctx, input: { examId: exam.id, attemptIds: ids, how, reason: "A fire drill" } });
const resume = (exam: MadeExam, ids: string[], ctx = proctor) =>
  resumeAttempts({ ctx, input: { examId: exam.id, attemptIds: ids } });
/** As if it had been paused this long ago: nobody waits a minute for a test. */
const pausedFor = (id: string, seconds: number) =>
  db.owner.query("update public.student_exam_attempt set paused_at = now() - $2 * interval '1 second' where id = $1", [
    id,
    seconds,
  ]);

describe("a pause", () => {
  it("stops the clock on the board and gives the time back to the second", async () => {
    const exam = await live();
    const id = await writing(exam);
    const before = (await attempt(id)).deadline_at;
    expect(await pause(exam, [id])).toEqual({ stopped: 1, skipped: 0 });
    await pausedFor(id, 94);
    const board = await liveBoard({ ctx: proctor, input: { examId: exam.id } });
    const seat = board.seats.find((row) => row.attempt_id === id)!;
    expect(seat.state).toBe("paused");
    expect(Math.abs(seat.secondsLeft! - (600 + 94))).toBeLessThan(3);
    await resume(exam, [id]);
    const after = await attempt(id);
    expect(after).toMatchObject({ state: "IN_PROGRESS", paused_at: null, paused_seconds: 94 });
    expect(Math.abs(after.deadline_at.getTime() - before.getTime() - 94_000)).toBeLessThan(1000);
    const told = await events(exam);
    expect(told.map((event) => event.kind)).toEqual(["PAUSED", "RESUMED"]);
    expect(told[0]!.actor_name).toBe("Test PROCTOR");
    expect(told[1]!.details["pausedSeconds"]).toBe(94);
  });

  it("of an attempt without a deadline of its own lengthens the exam's end for it", async () => {
    const exam = await live();
    const id = await writing(exam, 0, null);
    await pause(exam, [id]);
    await pausedFor(id, 60);
    await resume(exam, [id]);
    const { rows } = await db.owner.query<{ end_time: Date }>("select end_time from public.exam where id = $1", [exam.id]);
    expect(Math.abs((await attempt(id)).deadline_at.getTime() - rows[0]!.end_time.getTime() - 60_000)).toBeLessThan(1000);
  });

  it("that becomes a lock counts from its beginning", async () => {
    const exam = await live();
    const id = await writing(exam);
    await pause(exam, [id]);
    await pausedFor(id, 50);
    await pause(exam, [id], "LOCKED");
    expect((await attempt(id)).state).toBe("LOCKED");
    await resume(exam, [id]);
    expect((await attempt(id)).paused_seconds).toBe(50);
  });

  it("keeps the exam's clock from ending the attempt and from closing the exam", async () => {
    const exam = await live({ start: minutes(-100), windowMinutes: 90 });
    const id = await writing(exam, 0, minutes(1));
    await pause(exam, [id]);
    await db.owner.query("update public.student_exam_attempt set deadline_at = $2, paused_at = $3 where id = $1", [
      id,
      minutes(-5),
      minutes(-6),
    ]);
    await advanceExams(systemCtx("test"));
    expect((await attempt(id)).state).toBe("PAUSED");
    const { rows } = await db.owner.query("select status from public.exam where id = $1", [exam.id]);
    expect(rows).toEqual([{ status: "LIVE" }]);
    // The database refuses it too, whoever tries.
    await expect(
      db.owner.query("update public.student_exam_attempt set state = 'EXPIRED' where id = $1", [id]),
    ).rejects.toMatchObject({ code: "IV001" });
    await resume(exam, [id]);
    expect((await attempt(id)).deadline_at.getTime()).toBeGreaterThan(Date.now() + 30_000);
  });

  it("is not given to whose time is up", async () => {
    const exam = await live();
    const id = await writing(exam, 0, minutes(-0.1));
    await expect(pause(exam, [id])).rejects.toThrow(Conflict);
  });

  it("takes extra time, and force submit ends it", async () => {
    const exam = await live();
    const id = await writing(exam);
    await pause(exam, [id]);
    const before = (await attempt(id)).deadline_at;
    await giveExtraTime({ ctx: proctor, input: { examId: exam.id, attemptIds: [id], minutes: 5 } });
    expect((await attempt(id)).deadline_at.getTime() - before.getTime()).toBe(300_000);
    await forceSubmit({ ctx: proctor, input: { examId: exam.id, attemptIds: [id], reason: "Left the room" } });
    expect(await attempt(id)).toMatchObject({ state: "FORCE_SUBMITTED", paused_at: null });
    await expect(resume(exam, [id])).rejects.toThrow(/paused or locked any more/);
    expect((await events(exam)).map((event) => event.kind)).toEqual(["PAUSED", "TIME", "FORCE_SUBMITTED"]);
  });
});

describe("two at once", () => {
  it("one of two proctors pauses, and the other is told", async () => {
    const exam = await live();
    const id = await writing(exam);
    const done = await Promise.allSettled([pause(exam, [id]), pause(exam, [id], "PAUSED", second)]);
    expect(done.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await events(exam)).length).toBe(1);
  });

  it("one of two resumes, and the time is given back once", async () => {
    const exam = await live();
    const id = await writing(exam);
    const before = (await attempt(id)).deadline_at;
    await pause(exam, [id]);
    await pausedFor(id, 30);
    const done = await Promise.allSettled([resume(exam, [id]), resume(exam, [id], second)]);
    expect(done.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(Math.abs((await attempt(id)).deadline_at.getTime() - before.getTime() - 30_000)).toBeLessThan(1000);
  });

  it("a force submit and a resume leave one end, whichever came first", async () => {
    for (let round = 0; round < 5; round++) {
      const exam = await live();
      const id = await writing(exam);
      await pause(exam, [id]);
      await Promise.allSettled([
        resume(exam, [id]),
        forceSubmit({ ctx: second, input: { examId: exam.id, attemptIds: [id], reason: "Left the room" } }),
      ]);
      expect(await attempt(id)).toMatchObject({ state: "FORCE_SUBMITTED", paused_at: null });
    }
  });

  it("a pause and the exam's clock: the attempt is paused or has expired, never both", async () => {
    for (let round = 0; round < 5; round++) {
      const exam = await live();
      const id = await writing(exam, 0, new Date(Date.now() + 150));
      await db.owner.query("select pg_sleep(0.05)");
      const [paused] = await Promise.allSettled([pause(exam, [id]), advanceExams(systemCtx("test"))]);
      const { state } = await attempt(id);
      expect(state).toBe(paused.status === "fulfilled" ? "PAUSED" : "IN_PROGRESS");
    }
  });
});

describe("who may not", () => {
  it("an auditor watches and pauses nobody", async () => {
    const exam = await live();
    const id = await writing(exam);
    const auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), { kind: "all" });
    await expect(pause(exam, [id], "PAUSED", auditor)).rejects.toThrow(Forbidden);
    await expect(resume(exam, [id], auditor)).rejects.toThrow(Forbidden);
  });

  it("a proctor of another tenant finds no such exam", async () => {
    const exam = await live();
    const id = await writing(exam);
    const stranger = ctxFor(await makeStaff(db.owner, "PROCTOR", [other.id]), inTenants(other.id));
    await expect(pause(exam, [id], "PAUSED", stranger)).rejects.toThrow(NotFound);
    await expect(resume(exam, [id], stranger)).rejects.toThrow(NotFound);
  });

  it("a lock needs a reason", async () => {
    const exam = await live();
    const id = await writing(exam);
    await expect(pauseAttempts({ ctx: proctor, input: { examId: exam.id, attemptIds: [id], how: "LOCKED" } })).rejects.toThrow(
      /needs a reason/,
    );
  });
});
