import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeCourse, makeLearners, makeRun, type MadeCourse } from "../../../../tests/fixtures/course.ts";
import { makeExam } from "../../../../tests/fixtures/exam.ts";
import { action } from "../../../routes/machine/learning-events.ts";
import { createApiKey } from "../../integrity/keys/api-keys.server.ts";

// Breaks when an event counts twice, when a late one lowers what was reached, or when a completed course has no consequence.
const db = testDatabase();
let college: string;
let key: string;
let wrongKey: string;

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  const manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  const make = async (scopes: ("learning:write" | "integrity:write")[]) =>
    (await createApiKey({ ctx: manager, input: { collegeId: college, name: "App", ratePerMinute: 100_000, scopes } })).key;
  key = await make(["learning:write"]);
  wrongKey = await make(["integrity:write"]);
});

type Sent = Record<string, unknown> & { id: string };
const event = (type: string, userId: string, fields: Record<string, unknown> = {}): Sent => ({
  id: randomUUID(),
  type,
  userId,
  at: new Date().toISOString(),
  ...fields,
});

async function send(events: unknown, { as = key, ...headers }: Record<string, string> = {}) {
  const request = new Request("http://console/api/v1/learning/events", {
    method: "POST",
    headers: { authorization: `Bearer ${as}`, "content-type": "application/json", ...headers },
    body: typeof events === "string" ? events : JSON.stringify({ events }),
  });
  const response = await action({ request, params: {}, context: {} });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const progressOf = async (userId: string, course: MadeCourse) =>
  (
    await db.owner.query(
      `select completed_lessons as done, total_lessons as total, progress_percent as percent, time_spent_seconds as seconds,
         started_at, last_accessed_at, completed_at
       from public.course_progress where user_id = $1 and course_id = $2`,
      [userId, course.id],
    )
  ).rows[0] as {
    done: number;
    total: number;
    percent: number;
    seconds: number;
    started_at: Date;
    last_accessed_at: Date;
    completed_at: Date | null;
  };

const completeAll = (userId: string, course: MadeCourse, at?: string) =>
  course.lessons.map((lessonId) => event("LESSON_COMPLETED", userId, { lessonId, seconds: 60, ...(at ? { at } : {}) }));

describe("the endpoint of learning events", () => {
  it("counts lesson, module and course from what was sent", async () => {
    const course = await makeCourse(db.owner, college, { modules: 2, lessons: 2 });
    const [learner] = await makeLearners(db.owner, college, 1);
    const answer = await send([
      event("LESSON_STARTED", learner!, { lessonId: course.lessons[0], at: "2026-11-01T08:00:00Z" }),
      event("LESSON_PROGRESS", learner!, { lessonId: course.lessons[0], percent: 40, seconds: 120, at: "2026-11-01T08:02:00Z" }),
      event("LESSON_COMPLETED", learner!, { lessonId: course.lessons[1], seconds: 30, at: "2026-11-01T09:00:00Z" }),
    ]);
    expect(answer).toMatchObject({ status: 202, body: { accepted: 3, duplicates: 0, unknownTypes: 0, rejected: [] } });
    expect(await progressOf(learner!, course)).toMatchObject({
      done: 1,
      total: 4,
      percent: 25,
      seconds: 150,
      started_at: new Date("2026-11-01T08:00:00Z"),
      last_accessed_at: new Date("2026-11-01T09:00:00Z"),
      completed_at: null,
    });
    const { rows } = await db.owner.query(
      "select progress_percent as percent, completed, completed_at from public.lesson_progress where lesson_id = any($1) order by 1",
      [course.lessons],
    );
    expect(rows).toEqual([
      { percent: 40, completed: false, completed_at: null },
      { percent: 100, completed: true, completed_at: new Date("2026-11-01T09:00:00Z") },
    ]);
  });

  it("never lowers what was reached: a repeated event counts once, a late one changes only what is earlier", async () => {
    const course = await makeCourse(db.owner, college);
    const [learner] = await makeLearners(db.owner, college, 1);
    const done = event("LESSON_COMPLETED", learner!, { lessonId: course.lessons[0], seconds: 60, at: "2026-11-02T08:00:00Z" });
    await send([done, done]);
    expect((await send([done])).body).toMatchObject({ accepted: 0, duplicates: 1 });
    const late = event("LESSON_PROGRESS", learner!, {
      lessonId: course.lessons[0],
      percent: 10,
      seconds: 5,
      at: "2026-11-01T08:00:00Z",
    });
    expect((await send([late])).body).toMatchObject({ accepted: 1 });
    expect(await progressOf(learner!, course)).toMatchObject({
      done: 1,
      percent: 25,
      seconds: 65,
      started_at: new Date("2026-11-01T08:00:00Z"),
      last_accessed_at: new Date("2026-11-02T08:00:00Z"),
    });
  });

  it("counts each event once when many senders repeat it at the same moment, in any order", async () => {
    const course = await makeCourse(db.owner, college, { modules: 3, lessons: 4 });
    const learners = await makeLearners(db.owner, college, 20);
    const events = learners.flatMap((learner) => completeAll(learner, course));
    const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => send(i % 2 ? [...events].reverse() : events)));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 6 }, () => 202));
    expect(answers.reduce((sum, answer) => sum + (answer.body["accepted"] as number), 0)).toBe(events.length);
    const { rows } = await db.owner.query(
      `select distinct completed_lessons as done, progress_percent as percent, time_spent_seconds as seconds,
         (select count(*)::int from public.certificate where course_id = $1) as certificates
       from public.course_progress where course_id = $1`,
      [course.id],
    );
    expect(rows).toEqual([{ done: 12, percent: 100, seconds: 720, certificates: 20 }]);
  });

  it("takes an event of a clock that is ahead as one of now", async () => {
    const course = await makeCourse(db.owner, college);
    const [learner] = await makeLearners(db.owner, college, 1);
    await send([event("LESSON_STARTED", learner!, { lessonId: course.lessons[0], at: "2027-06-01T00:00:00Z" })]);
    expect((await progressOf(learner!, course)).last_accessed_at.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it("names each event that it can't take, keeps unknown types, and takes the others", async () => {
    const course = await makeCourse(db.owner, college);
    const [learner] = await makeLearners(db.owner, college, 1);
    const theirs = await makeCourse(db.owner, (await makeCollege(db.owner)).id);
    const lessonId = course.lessons[0];
    const cases: [unknown, string | null][] = [
      [event("LESSON_COMPLETED", learner!, { lessonId }), null],
      [event("moon-landing", learner!), null],
      [event("LESSON_COMPLETED", learner!), "LESSON_COMPLETED needs lessonId"],
      [event("LESSON_PROGRESS", learner!, { lessonId }), "LESSON_PROGRESS needs percent"],
      [event("LESSON_PROGRESS", learner!, { lessonId, percent: 101 }), "percent must be a whole number from 0 to 100"],
      [event("LESSON_COMPLETED", learner!, { lessonId, seconds: -1 }), "seconds must be a whole number, at most a day"],
      [event("LESSON_COMPLETED", learner!, { lessonId: theirs.lessons[0] }), "no such lesson"],
      [event("LESSON_COMPLETED", randomUUID(), { lessonId }), "no such person"],
      [event("WORD_ANSWERED", learner!, { vocabularyId: randomUUID(), rating: "GOOD" }), "no such word"],
      [
        event("WORD_ANSWERED", learner!, { vocabularyId: randomUUID(), rating: "FINE" }),
        "rating must be one of AGAIN, HARD, GOOD, EASY",
      ],
      [event("STORY_PROGRESS", learner!, { storyId: randomUUID(), percent: 5 }), "no such story"],
      [{ ...event("LESSON_COMPLETED", learner!, { lessonId }), id: "1" }, "id must be a UUID"],
      [7, "not an object"],
    ];
    const { body } = await send(cases.map(([sent]) => sent));
    expect(body).toMatchObject({ accepted: 2, unknownTypes: 1 });
    expect(body["rejected"]).toEqual(cases.flatMap(([, reason], index) => (reason ? [{ index, reason }] : [])));
  });

  it("is open to a current key with the scope learning:write, and to nobody else", async () => {
    expect((await send([], { as: wrongKey })).status).toBe(403);
    expect((await send([], { as: "ivg_none" })).status).toBe(401);
    expect((await send("{", {})).status).toBe(400);
    expect((await send(Array.from({ length: 5001 }, () => ({})))).status).toBe(413);
  });
});

describe("a completed course", () => {
  const enrollment = async (userId: string, classId: string) =>
    (
      await db.owner.query(
        "select status, course_completed_at is not null as part, completed_at is not null as completed from public.enrollment where user_id = $1 and class_id = $2",
        [userId, classId],
      )
    ).rows[0] as unknown;

  it("completes a paid enrollment that has nothing else ahead, and is recorded", async () => {
    const course = await makeCourse(db.owner, college);
    const [learner] = await makeLearners(db.owner, college, 1);
    const run = await makeRun(db.owner, course, [learner!]);
    await send(completeAll(learner!, course).slice(1));
    expect(await enrollment(learner!, run)).toEqual({ status: "ACTIVE", part: false, completed: false });
    await send(completeAll(learner!, course).slice(0, 1));
    expect(await enrollment(learner!, run)).toEqual({ status: "COMPLETED", part: true, completed: true });
    expect((await progressOf(learner!, course)).completed_at).not.toBeNull();
    const { rows } = await db.owner.query(
      "select action, actor_kind from audit.entry where action in ('enrollment.complete_course', 'certificate.issue') and resource_id in (select id::text from public.enrollment where class_id = $1 union select id::text from public.certificate where course_id = $2) order by 1",
      [run, course.id],
    );
    expect(rows).toEqual([
      { action: "certificate.issue", actor_kind: "api-key" },
      { action: "enrollment.complete_course", actor_kind: "api-key" },
    ]);
  });

  it("completes only the learning part where an exam waits or the enrollment is unpaid", async () => {
    const course = await makeCourse(db.owner, college);
    const [withExam, unpaid] = await makeLearners(db.owner, college, 2);
    const run = await makeRun(db.owner, course, [withExam!]);
    await makeExam(db.owner, college, { classId: run, students: 0, status: "SCHEDULED" });
    const other = await makeRun(db.owner, course, [unpaid!], "PENDING");
    await send([...completeAll(withExam!, course), ...completeAll(unpaid!, course)]);
    expect(await enrollment(withExam!, run)).toEqual({ status: "ACTIVE", part: true, completed: false });
    expect(await enrollment(unpaid!, other)).toEqual({ status: "ACTIVE", part: true, completed: false });
  });

  it("stays completed when a lesson is added", async () => {
    const course = await makeCourse(db.owner, college, { modules: 1, lessons: 2 });
    const [learner] = await makeLearners(db.owner, college, 1);
    await send(completeAll(learner!, course, "2026-11-03T10:00:00Z"));
    await db.owner.query(
      "insert into public.lesson (id, college_id, module_id, title, order_index) values ($1, $2, $3, 'New', 9)",
      [randomUUID(), college, course.modules[0]!.id],
    );
    await send([event("LESSON_STARTED", learner!, { lessonId: course.lessons[0] })]);
    expect(await progressOf(learner!, course)).toMatchObject({
      done: 2,
      total: 3,
      percent: 100,
      completed_at: new Date("2026-11-03T10:00:00Z"),
    });
  });
});

describe("stories, exercises, words and sessions", () => {
  const make = async (table: string, row: Record<string, unknown>): Promise<string> => {
    const id = randomUUID();
    const all = { id, college_id: college, ...row };
    const names = Object.keys(all);
    await db.owner.query(
      `insert into public.${table} (${names.join(", ")}) values (${names.map((_, i) => `$${i + 1}`).join(", ")})`,
      Object.values(all),
    );
    return id;
  };

  it("a story's percentage only grows, and its time adds up", async () => {
    const storyId = await make("story", { title: "S" });
    const [learner] = await makeLearners(db.owner, college, 1);
    await send([event("STORY_PROGRESS", learner!, { storyId, percent: 60, seconds: 100 })]);
    await send([event("STORY_PROGRESS", learner!, { storyId, percent: 20, seconds: 30, at: "2026-01-01T00:00:00Z" })]);
    const { rows } = await db.owner.query(
      "select completion_percentage as percent, time_spent as seconds from public.story_progress where story_id = $1",
      [storyId],
    );
    expect(rows).toEqual([{ percent: 60, seconds: 130 }]);
  });

  it("an exercise is judged by the answer that it holds; one without an answer as the application judged it", async () => {
    const storyId = await make("story", { title: "S" });
    const held = await make("exercise", {
      story_id: storyId,
      exercise_type: "GAP",
      content: JSON.stringify({ answer: "The Sea" }),
    });
    const open = await make("exercise", { story_id: storyId, exercise_type: "ESSAY" });
    const [learner] = await makeLearners(db.owner, college, 1);
    const { body } = await send([
      event("EXERCISE_ANSWERED", learner!, { exerciseId: held, answer: " the  sea ", correct: false }),
      event("EXERCISE_ANSWERED", learner!, { exerciseId: held, answer: "a lake", correct: true }),
      event("EXERCISE_ANSWERED", learner!, { exerciseId: open, answer: "long", correct: true }),
      event("EXERCISE_ANSWERED", learner!, { exerciseId: open, answer: "long" }),
    ]);
    expect(body).toMatchObject({ accepted: 3, rejected: [{ index: 3, reason: "this exercise holds no answer: send correct" }] });
    const { rows } = await db.owner.query(
      "select answer, is_correct from public.exercise_attempt where user_id = $1 order by 1",
      [learner],
    );
    expect(rows).toEqual([
      { answer: " the  sea ", is_correct: true },
      { answer: "a lake", is_correct: false },
      { answer: "long", is_correct: true },
    ]);
  });

  it("an answer sets the next review of its word, on the day that the college has", async () => {
    await db.owner.query("update public.college set time_zone = 'Pacific/Auckland' where id = $1", [college]);
    const vocabularyId = await make("vocabulary", { word: "lease", definition: "a contract" });
    const [learner] = await makeLearners(db.owner, college, 1);
    const answer = (rating: string, at: string) => event("WORD_ANSWERED", learner!, { vocabularyId, rating, at });
    await send([answer("EASY", "2026-11-02T13:00:00Z"), answer("GOOD", "2026-11-01T13:00:00Z")]);
    const read = async () =>
      (
        await db.owner.query(
          "select state, review_count as reviews, mastery_level as mastery, due_at, next_review_on::text as day, last_reviewed_at as last from public.user_vocabulary_progress where vocabulary_id = $1",
          [vocabularyId],
        )
      ).rows[0] as { state: string; reviews: number; mastery: number; due_at: Date; day: string; last: Date };
    const first = await read();
    expect(first).toMatchObject({ state: "REVIEW", reviews: 2, last: new Date("2026-11-02T13:00:00Z") });
    expect(first.due_at > first.last).toBe(true);
    expect(first.day).toBe(new Intl.DateTimeFormat("en-CA", { timeZone: "Pacific/Auckland" }).format(first.due_at));
    await send([answer("AGAIN", "2026-11-01T15:00:00Z")]);
    expect(await read()).toEqual(first);
  });

  it("a session lasts from the first to the last that was heard in it, in whatever order it arrives", async () => {
    const course = await makeCourse(db.owner, college);
    const [learner, other] = await makeLearners(db.owner, college, 2);
    const sessionId = randomUUID();
    await send([event("SESSION_ENDED", learner!, { sessionId, at: "2026-11-01T09:00:00Z" })]);
    await send([event("LESSON_STARTED", learner!, { sessionId, lessonId: course.lessons[0], at: "2026-11-01T08:30:00Z" })]);
    await send([event("SESSION_STARTED", learner!, { sessionId, at: "2026-11-01T08:00:00Z" })]);
    const { rows } = await db.owner.query(
      "select started_at, completed_at, duration_minutes as minutes, (select count(*)::int from public.user_event where session_id = s.id) as events from public.learning_session s where id = $1",
      [sessionId],
    );
    expect(rows).toEqual([
      { started_at: new Date("2026-11-01T08:00:00Z"), completed_at: new Date("2026-11-01T09:00:00Z"), minutes: 60, events: 3 },
    ]);
    expect((await send([event("SESSION_ENDED", other!, { sessionId })])).body).toMatchObject({
      accepted: 0,
      rejected: [{ index: 0, reason: "sessionId is of someone else" }],
    });
  });
});
