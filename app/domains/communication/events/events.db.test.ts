import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import "~/domains/creators.server.ts";
import "~/domains/resources.ts";
import { create, update, get } from "~/resources/verbs.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { Conflict, Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { cancelExam, scheduleExam, unscheduleExam } from "~/domains/exams/calendar/move.server.ts";
import { rescheduleExam } from "~/domains/exams/authoring/reschedule.server.ts";
import { systemCtx } from "~/access/ctx.server.ts";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeExam } from "../../../../tests/fixtures/exam.ts";
import { deliverNotifications } from "../deliver.server.ts";
import { cancelEvent, endSeries } from "./cancel-event.server.ts";
import { changeSeries } from "./change-series.server.ts";
import { eventFacts } from "./event.server.ts";
import { expandSeries } from "./expand.server.ts";

const db = testDatabase();
let college: string;
let manager: Ctx;
/** A Friday, three weeks before the clocks of Berlin change. */
const NOW = new Date("2030-03-08T10:00:00Z");
const at = (now: Date) => ({ now: () => now });
const worker = (now = NOW) => ({ ...systemCtx("events"), clock: at(now) });

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  await db.owner.query("update public.college set time_zone = 'Europe/Berlin' where id = $1", [college]);
  manager = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere, at(NOW));
  for (const table of ["audit.entry", "audit.content", "audit.words"])
    await db.owner.query("select public.ensure_partitions($1::regclass, '1 month', $2, $2)", [table, NOW]);
});
beforeEach(() => db.owner.query("delete from public.event where college_id = $1", [college]));

const make = async (values: Record<string, string>) =>
  (
    await create({
      ctx: manager,
      input: { resource: "event", collegeId: college, values: { title: "Assembly", scheduledAt: "2030-03-08T10:00", ...values } },
    })
  ).id;
const monday = (values: Record<string, string> = {}) =>
  make({ recurrencePattern: "0 9 * * 1", endDateTime: "2030-03-08T10:45", isActive: "on", ...values });
const occurrences = async (series: string) =>
  (
    await db.owner.query<{ id: string; title: string; scheduled_at: Date; end_date_time: Date | null; is_active: boolean }>(
      "select id, title, scheduled_at, end_date_time, is_active from public.event where series_id = $1 order by occurs_at",
      [series],
    )
  ).rows;
const times = async (series: string) =>
  (await occurrences(series)).filter((row) => row.is_active).map((row) => row.scheduled_at.toISOString());

describe("an event with a recurrence rule", () => {
  it("has its occurrences for eight weeks, at the same hour when the clock of the college changes", async () => {
    const id = await monday();
    const found = await occurrences(id);
    expect(found).toHaveLength(8);
    expect((await times(id)).slice(2, 5)).toEqual([
      "2030-03-25T08:00:00.000Z",
      "2030-04-01T07:00:00.000Z",
      "2030-04-08T07:00:00.000Z",
    ]);
    expect(found[0]!.end_date_time!.getTime() - found[0]!.scheduled_at.getTime()).toBe(45 * 60_000);
    const { event, occurrences: shown } = await eventFacts({ ctx: manager, input: { id } });
    expect(event).toMatchObject({ is_recurring: true, recurrence_pattern: "0 9 * * 1" });
    expect(shown).toHaveLength(8);
  });

  it("is expanded once however many workers run, and further as time goes on", async () => {
    const id = await monday();
    await db.owner.query("update public.event set expanded_until = null where id = $1", [id]);
    await db.owner.query("delete from public.event where series_id = $1", [id]);
    await Promise.all(Array.from({ length: 4 }, () => expandSeries(worker())));
    expect(await times(id)).toHaveLength(8);
    expect(await expandSeries(worker())).toBe(0);
    await expandSeries(worker(new Date("2030-03-22T10:00:00Z")));
    expect(await times(id)).toHaveLength(10);
  });

  it("ends on its last day", async () => {
    expect(await times(await monday({ repeatsUntil: "2030-03-18" }))).toHaveLength(2);
  });

  it.each([
    [{ recurrencePattern: "every Monday" }, "recurrencePattern"],
    [{ recurrencePattern: "* * * * *" }, "recurrencePattern"],
    [{ repeatsUntil: "2030-06-01" }, "repeatsUntil"],
    [{ endDateTime: "2030-03-08T09:00" }, "endDateTime"],
  ])("is refused beside the field with %j", async (values, field) => {
    const refused = await make(values).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Invalid);
    expect(Object.keys((refused as Invalid).fields ?? {})).toEqual([field]);
  });
});

describe("one occurrence", () => {
  const edit = async (id: string, values: Record<string, string>) => {
    const { row } = await get({ ctx: manager, input: { resource: "event", id } });
    const later = { ...manager, clock: at(new Date(NOW.getTime() + 60_000)) };
    await update({ ctx: later, input: { resource: "event", id, version: row.version, values: { isActive: "on", ...values } } });
  };

  it("that was moved alone stays so when its series is changed; the others follow", async () => {
    const series = await monday();
    const [, second] = await occurrences(series);
    await edit(second!.id, { title: "In the hall", scheduledAt: "2030-03-19T11:00" });
    await edit(series, { title: "Morning assembly" });
    await expandSeries(worker(new Date(NOW.getTime() + 120_000)));
    const after = await occurrences(series);
    expect(after.map((row) => row.title).slice(0, 3)).toEqual(["Morning assembly", "In the hall", "Morning assembly"]);
    expect(after[1]!.scheduled_at.toISOString()).toBe("2030-03-19T11:00:00.000Z");
  });

  it("that was cancelled alone is not made again", async () => {
    const series = await monday();
    const [first] = await occurrences(series);
    const later = { ...manager, clock: at(new Date(NOW.getTime() + 60_000)) };
    await cancelEvent({ ctx: later, input: { id: first!.id, reason: "a holiday" } });
    await db.owner.query("update public.event set expanded_until = null where id = $1", [series]);
    await expandSeries(worker());
    expect(await times(series)).toHaveLength(7);
    await expect(cancelEvent({ ctx: later, input: { id: first!.id, reason: "again" } })).rejects.toThrow(Conflict);
    await expect(cancelEvent({ ctx: later, input: { id: series, reason: "all" } })).rejects.toThrow(/is a series/);
  });
});

describe("a whole series from a day on", () => {
  it("is changed: what was before stays, what comes follows the new rule", async () => {
    const series = await monday();
    const { id } = await changeSeries({
      ctx: manager,
      input: { id: series, from: "2030-03-20", title: "Assembly, later", rule: "30 10 * * 3", minutes: 30 },
    });
    expect(id).not.toBe(series);
    expect(await times(series)).toEqual(["2030-03-11T08:00:00.000Z", "2030-03-18T08:00:00.000Z"]);
    expect((await times(id)).slice(0, 2)).toEqual(["2030-03-20T09:30:00.000Z", "2030-03-27T09:30:00.000Z"]);
    await expandSeries(worker(new Date("2030-03-25T10:00:00Z")));
    expect(await times(series)).toHaveLength(2);
  });

  it("is changed in place where none took place yet", async () => {
    const series = await monday();
    const { id } = await changeSeries({
      ctx: manager,
      input: { id: series, from: "2030-03-08", title: "Tuesdays", rule: "0 9 * * 2", minutes: 0 },
    });
    expect(id).toBe(series);
    expect((await times(id))[0]).toBe("2030-03-12T08:00:00.000Z");
    expect((await occurrences(id)).every((row) => row.title === "Tuesdays" && row.end_date_time === null)).toBe(true);
  });

  it("ends, and nobody is reminded of what is cancelled", async () => {
    const series = await monday();
    await db.owner.query(
      "insert into public.event_reminder (id, college_id, event_id, remind_at) values ($1, $2, $3, '2030-03-08T09:00Z')",
      [newId(), college, series],
    );
    await db.owner.query("update public.event set expanded_until = null where id = $1", [series]);
    await expandSeries(worker());
    const open = async () =>
      (
        await db.owner.query<{ remind_at: Date }>(
          `select r.remind_at from public.event_reminder r join public.event e on e.id = r.event_id
           where e.series_id = $1 and r.sent_at is null order by 1`,
          [series],
        )
      ).rows.map((row) => row.remind_at.toISOString());
    // As long before each as the series' own reminder is before the series.
    expect((await open()).slice(0, 2)).toEqual(["2030-03-11T07:00:00.000Z", "2030-03-18T07:00:00.000Z"]);
    await endSeries({ ctx: manager, input: { id: series, from: "2030-03-18", reason: "no more" } });
    expect(await times(series)).toEqual(["2030-03-11T08:00:00.000Z"]);
    expect(await open()).toHaveLength(1);
    await expandSeries(worker(new Date("2030-03-12T10:00:00Z")));
    expect(await times(series)).toHaveLength(1);
    await expect(endSeries({ ctx: manager, input: { id: series, from: "2030-03-01", reason: "late" } })).rejects.toThrow(
      /today or a later day/,
    );
  });
});

describe("an exam", () => {
  const dateOf = async (exam: string) =>
    (
      await db.owner.query(
        `select e.title, e.scheduled_at, e.is_active,
                (select array_agg(r.remind_at order by r.remind_at) from public.event_reminder r
                 where r.event_id = e.id and r.sent_at is null) as reminders
         from public.event e where e.id = $1`,
        [exam],
      )
    ).rows[0] as { scheduled_at: Date; is_active: boolean; reminders: Date[] | null } | undefined;
  const hours = (n: number) => new Date(Math.ceil(Date.now() / 60_000) * 60_000 + n * 3_600_000);
  const before = (start: Date) => [24, 1].map((n) => new Date(start.getTime() - n * 3_600_000));
  const someone = async () => ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), inTenants(college));

  it("has a date and reminders from when it is scheduled; they move with it and end with its cancellation", async () => {
    const ctx = await someone();
    const exam = await makeExam(db.owner, college, { start: hours(72), students: 2 });
    expect(await dateOf(exam.id)).toBeUndefined();
    await scheduleExam({ ctx, input: { examId: exam.id } });
    expect(await dateOf(exam.id)).toMatchObject({ scheduled_at: hours(72), is_active: true, reminders: before(hours(72)) });
    await rescheduleExam({ ctx, input: { id: exam.id, startTime: hours(96).toISOString() } });
    expect(await dateOf(exam.id)).toMatchObject({ scheduled_at: hours(96), reminders: before(hours(96)) });
    await unscheduleExam({ ctx, input: { examId: exam.id } });
    expect(await dateOf(exam.id)).toMatchObject({ is_active: false, reminders: null });
    await scheduleExam({ ctx, input: { examId: exam.id } });
    expect(await dateOf(exam.id)).toMatchObject({ is_active: true, reminders: before(hours(96)) });
    await cancelExam({ ctx, input: { examId: exam.id, reason: "the room is closed" } });
    expect(await dateOf(exam.id)).toMatchObject({ is_active: false, reminders: null });
  });

  it("reminds its class again, with the new time, when it is moved after a reminder was sent", async () => {
    const ctx = await someone();
    const exam = await makeExam(db.owner, college, { start: hours(26), students: 2 });
    await scheduleExam({ ctx, input: { examId: exam.id } });
    const told = async () =>
      (
        await db.owner.query<{ message: string }>(
          "select message from public.notification where event_id = $1 order by created_at",
          [exam.id],
        )
      ).rows.map((row) => row.message);
    const soon = (n: number) => ({ ...systemCtx("notifications"), clock: at(hours(n)) });
    await deliverNotifications(soon(3));
    expect(await told()).toHaveLength(2);
    await rescheduleExam({ ctx, input: { id: exam.id, startTime: hours(50).toISOString() } });
    await Promise.all([1, 2, 3].map(() => deliverNotifications(soon(27))));
    const messages = await told();
    expect(messages).toHaveLength(4);
    expect(messages[0]).toContain("(Europe/Berlin)");
    expect(messages[3]).not.toBe(messages[0]);
    // Sent to whoever is enrolled: a notification keeps its event.
    await db.owner.query("delete from public.notification where event_id = $1", [exam.id]);
  });
});
