import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeCourse, makeLearners, makeRun } from "../../../../tests/fixtures/course.ts";
import type { Ctx } from "~/db/ctx.ts";
import { fixedClock } from "~/platform/clock.ts";
import { Forbidden } from "~/platform/errors.ts";
import { ingestLearning } from "../events/ingest.server.ts";
import { learningActivity } from "./activity.server.ts";
import { countAllCourses, countCourse } from "./count-courses.server.ts";
import { courseReport } from "./course-report.server.ts";

// Breaks when a sum over a course counts someone twice, leaves out who has not begun, or adds currencies together.
const db = testDatabase();
let college: string;
let manager: Ctx;
const now = fixedClock("2026-11-20T10:00:00Z");

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  manager = { ...ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college)), clock: now };
  manager.session!.stepUpAt = now.now();
});

const send = (events: Record<string, unknown>[], ctx = manager) =>
  ingestLearning(ctx, college, {
    text: JSON.stringify({ events: events.map((event) => ({ id: randomUUID(), ...event })) }),
    contentType: "application/json",
  });

describe("the sums over a course", () => {
  it("count each learner once, and are recorded", async () => {
    const course = await makeCourse(db.owner, college, { modules: 1, lessons: 4 });
    const [done, busy, silent, never] = await makeLearners(db.owner, college, 4);
    await makeRun(db.owner, course, [done!, busy!, never!], "PENDING");
    await makeRun(db.owner, course, [done!], "PENDING");
    await send([
      ...course.lessons.map((lessonId) => ({ type: "LESSON_COMPLETED", userId: done, lessonId, at: "2026-11-19T10:00:00Z" })),
      { type: "LESSON_COMPLETED", userId: busy, lessonId: course.lessons[0], at: "2026-11-10T10:00:00Z" },
      { type: "LESSON_STARTED", userId: busy, lessonId: course.lessons[1], at: "2026-11-10T10:00:00Z" },
      { type: "LESSON_STARTED", userId: silent, lessonId: course.lessons[0], at: "2026-10-01T10:00:00Z" },
    ]);
    await countCourse({ ctx: manager, input: { id: course.id } });
    const report = await courseReport({ ctx: manager, input: { id: course.id } });
    expect(report.course).toMatchObject({
      enrolled: 4,
      completed: 1,
      active: 1,
      inactive: 1,
      completion_rate: 25,
      average_progress: 31,
      counted_at: now.now(),
    });
    expect(report.lessons.map(({ started, completed }) => [started, completed])).toEqual([
      [3, 2],
      [2, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(report.inactive).toMatchObject([{ id: silent, progress_percent: 0 }]);
    const { rows } = await db.owner.query(
      "select count(*)::int as n from audit.entry where action = 'course.count' and resource_id = $1",
      [course.id],
    );
    expect(rows).toEqual([{ n: 1 }]);
  });

  it("add up what came in by currency, and only what was completed", async () => {
    const course = await makeCourse(db.owner, college);
    const [buyer] = await makeLearners(db.owner, college, 1);
    for (const [minor, currency, status] of [
      [4900, "USD", "COMPLETED"],
      [1000, "EUR", "COMPLETED"],
      [9900, "USD", "PENDING"],
      [9900, "USD", "REFUNDED"],
    ])
      await db.owner.query(
        `insert into public.transaction (id, college_id, user_id, course_id, amount_minor, currency, status, provider)
         values ($1, $2, $3, $4, $5, $6, $7, 'test')`,
        [randomUUID(), college, buyer, course.id, minor, currency, status],
      );
    const run = await makeRun(db.owner, course, [buyer!]);
    await db.owner.query(
      `insert into public.payment (id, college_id, user_id, enrollment_id, amount_minor, currency, status)
       select $1, college_id, user_id, id, 100, 'USD', 'COMPLETED' from public.enrollment where class_id = $2`,
      [randomUUID(), run],
    );
    await countCourse({ ctx: manager, input: { id: course.id } });
    const { rows } = await db.owner.query(
      "select total_revenue_minor::int as minor, revenue from public.course_analytics where course_id = $1",
      [course.id],
    );
    expect(rows).toEqual([
      {
        minor: 5000,
        revenue: [
          { minor: 5000, currency: "USD" },
          { minor: 1000, currency: "EUR" },
        ],
      },
    ]);
  });

  it("are counted every night for all courses, again after lessons were removed, which may complete a learner", async () => {
    const course = await makeCourse(db.owner, college, { modules: 1, lessons: 2 });
    const [learner] = await makeLearners(db.owner, college, 1);
    await send([{ type: "LESSON_COMPLETED", userId: learner, lessonId: course.lessons[0], at: "2026-11-19T10:00:00Z" }]);
    await db.owner.query("delete from public.lesson where id = $1", [course.lessons[1]]);
    const courses = await db.owner.query("select count(*)::int as n from public.course where deleted_at is null");
    expect(await countAllCourses()).toBe((courses.rows[0] as { n: number }).n);
    expect((await courseReport({ ctx: manager, input: { id: course.id } })).course).toMatchObject({
      completed: 1,
      completion_rate: 100,
    });
    const { rows } = await db.owner.query("select count(*)::int as n from public.certificate where course_id = $1", [course.id]);
    expect(rows).toEqual([{ n: 1 }]);
    expect(await countAllCourses({ onlyNew: true })).toBe(0);
  });

  it("are counted on demand only by who may manage the tenant", async () => {
    const course = await makeCourse(db.owner, college);
    const auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), inTenants(college));
    await expect(countCourse({ ctx: auditor, input: { id: course.id } })).rejects.toThrow(Forbidden);
    expect((await courseReport({ ctx: auditor, input: { id: course.id } })).course.counted_at).toBeNull();
  });
});

describe("learning by day", () => {
  it("counts sessions on the day that it was where the college is", async () => {
    const other = (await makeCollege(db.owner)).id;
    await db.owner.query("update public.college set time_zone = 'Asia/Tokyo' where id = $1", [other]);
    const ctx = { ...manager, scope: inTenants(other) };
    const [a, b] = await makeLearners(db.owner, other, 2);
    const sessions: [string, string, number][] = [
      [a!, "2026-11-18T16:00:00Z", 20],
      [a!, "2026-11-19T01:00:00Z", 10],
      [b!, "2026-11-19T02:00:00Z", 30],
      [b!, "2026-09-01T02:00:00Z", 30],
    ];
    for (const [user, at, minutes] of sessions)
      await db.owner.query(
        "insert into public.learning_session (id, college_id, user_id, started_at, duration_minutes) values ($1, $2, $3, $4, $5)",
        [randomUUID(), other, user, at, minutes],
      );
    const { days } = await learningActivity({ ctx, input: {} });
    expect(days).toEqual([{ day: "2026-11-19", learners: 2, sessions: 3, average_minutes: 20, minutes: 60 }]);
  });
});
