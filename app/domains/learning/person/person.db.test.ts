import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeCourse, makeLearners } from "../../../../tests/fixtures/course.ts";
import type { Ctx } from "~/db/ctx.ts";
import { fixedClock } from "~/platform/clock.ts";
import { Forbidden, NotFound } from "~/platform/errors.ts";
import { ingestLearning } from "../events/ingest.server.ts";
import { answerWord } from "../vocabulary/answer-word.server.ts";
import { dueWords, recommendedWords } from "../vocabulary/words.server.ts";
import { learnerCourses, learnerSessions } from "./courses.server.ts";
import { learningSummary } from "./summary.server.ts";

// Breaks when a learner's page counts a day, a word or a module that is not theirs, or misses one that is.
const db = testDatabase();
let college: string;
let manager: Ctx;
const now = fixedClock("2026-11-20T10:00:00Z");

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  await db.owner.query("update public.college set time_zone = 'America/New_York' where id = $1", [college]);
  manager = { ...ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college)), clock: now };
});

const learner = async () => (await makeLearners(db.owner, college, 1))[0]!;
const send = (events: Record<string, unknown>[]) =>
  ingestLearning(manager, college, {
    text: JSON.stringify({ events: events.map((event) => ({ id: randomUUID(), ...event })) }),
    contentType: "application/json",
  });

async function makeWord(word: string, frequency = 100, difficulty = 100): Promise<string> {
  const id = randomUUID();
  await db.owner.query(
    "insert into public.vocabulary (id, college_id, word, definition, frequency, difficulty_level) values ($1, $2, $3, 'd', $4, $5)",
    [id, college, `${word} ${id.slice(0, 4)}`, frequency, difficulty],
  );
  return id;
}

describe("streak and active days", () => {
  const sessionsOn = (userId: string, times: string[]) =>
    send(times.map((at) => ({ type: "SESSION_STARTED", userId, sessionId: randomUUID(), at })));
  const daysOf = async (userId: string) => {
    const summary = await learningSummary({ ctx: manager, input: { userId } });
    return [summary!.streak, summary!.active_days];
  };

  it("count days in a row up to today, by the college's clock and not by UTC", async () => {
    const userId = await learner();
    // 03:00 UTC on the 20th is still the 19th in New York; two sessions of one day are one day.
    await sessionsOn(userId, ["2026-11-20T03:00:00Z", "2026-11-19T15:00:00Z", "2026-11-18T15:00:00Z", "2026-11-16T15:00:00Z"]);
    expect(await daysOf(userId)).toEqual([2, 3]);
    await sessionsOn(userId, ["2026-11-20T09:00:00Z"]);
    expect(await daysOf(userId)).toEqual([3, 4]);
  });

  it("end when a whole day was missed, and forget days after thirty", async () => {
    const userId = await learner();
    await sessionsOn(userId, ["2026-11-18T15:00:00Z", "2026-11-17T15:00:00Z", "2026-10-01T15:00:00Z"]);
    expect(await daysOf(userId)).toEqual([0, 2]);
  });
});

describe("a learner's summary", () => {
  it("is empty and not absent for someone who has not begun", async () => {
    expect(await learningSummary({ ctx: manager, input: { userId: await learner() } })).toMatchObject({
      courses: 0,
      average_progress: null,
      words: 0,
      streak: 0,
      last_activity: null,
    });
  });

  it("adds up courses, stories and words; modules are completed by their lessons", async () => {
    const userId = await learner();
    const course = await makeCourse(db.owner, college, { modules: 2, lessons: 2 });
    const story = randomUUID();
    await db.owner.query("insert into public.story (id, college_id, title) values ($1, $2, 'S')", [story, college]);
    const word = await makeWord("lease");
    const sessionId = randomUUID();
    await send([
      { type: "LESSON_COMPLETED", userId, sessionId, lessonId: course.lessons[0], seconds: 60, at: "2026-11-19T10:00:00Z" },
      { type: "LESSON_COMPLETED", userId, sessionId, lessonId: course.lessons[1], seconds: 60, at: "2026-11-19T10:10:00Z" },
      {
        type: "LESSON_PROGRESS",
        userId,
        sessionId,
        lessonId: course.lessons[2],
        percent: 50,
        seconds: 5,
        at: "2026-11-19T10:20:00Z",
      },
      { type: "STORY_PROGRESS", userId, storyId: story, percent: 100, seconds: 300, at: "2026-11-19T11:00:00Z" },
      { type: "WORD_ANSWERED", userId, vocabularyId: word, rating: "EASY", at: "2026-11-01T11:00:00Z" },
    ]);
    expect(await learningSummary({ ctx: manager, input: { userId } })).toMatchObject({
      courses: 1,
      courses_completed: 0,
      average_progress: 50,
      seconds: 425,
      stories: 1,
      stories_completed: 1,
      words: 1,
      words_due: 1,
      last_activity: new Date("2026-11-19T11:00:00Z"),
    });
    const [found] = await learnerCourses({ ctx: manager, input: { userId } });
    expect(found).toMatchObject({ completed_lessons: 2, total_lessons: 4, progress_percent: 50, completed_at: null });
    expect(found!.modules.map(({ lessons, completed, seconds }) => [lessons, completed, seconds])).toEqual([
      [2, 2, 120],
      [2, 0, 5],
    ]);
    expect(found!.modules.map((module) => module.completed_at !== null)).toEqual([true, false]);
    expect(await learnerSessions({ ctx: manager, input: { userId } })).toMatchObject([
      { id: sessionId, duration_minutes: 20, events: 3 },
    ]);
  });
});

describe("words", () => {
  it("are due until they are answered; the answer is recorded", async () => {
    const userId = await learner();
    const word = await makeWord("inference");
    await send([{ type: "WORD_ANSWERED", userId, vocabularyId: word, rating: "GOOD", at: "2026-11-01T11:00:00Z" }]);
    expect(await dueWords({ ctx: manager, input: { userId } })).toMatchObject([{ id: word, review_count: 1 }]);
    const { dueAt } = await answerWord({ ctx: manager, input: { userId, vocabularyId: word, rating: "EASY" } });
    expect(dueAt > now.now()).toBe(true);
    expect(await dueWords({ ctx: manager, input: { userId } })).toEqual([]);
    const { rows } = await db.owner.query(
      "select count(*)::int as n from audit.entry where action = 'vocabulary.answer' and resource_id = $1",
      [userId],
    );
    expect(rows).toEqual([{ n: 1 }]);
  });

  it("are answered only by who may, and only within a tenant", async () => {
    const userId = await learner();
    const word = await makeWord("balance");
    const auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), inTenants(college));
    const input = { userId, vocabularyId: word, rating: "GOOD" } as const;
    await expect(answerWord({ ctx: auditor, input })).rejects.toThrow(Forbidden);
    const [foreign] = await makeLearners(db.owner, (await makeCollege(db.owner)).id, 1);
    await expect(answerWord({ ctx: manager, input: { ...input, userId: foreign! } })).rejects.toThrow(NotFound);
  });

  it("are recommended by urgency, level and frequency, and never where they are too hard or known", async () => {
    const other = (await makeCollege(db.owner)).id;
    const ctx = { ...manager, scope: inTenants(other) };
    const [userId] = await makeLearners(db.owner, other, 1);
    const add = async (word: string, frequency: number, difficulty: number) => {
      const id = randomUUID();
      await db.owner.query(
        "insert into public.vocabulary (id, college_id, word, definition, frequency, difficulty_level) values ($1, $2, $3, 'd', $4, $5)",
        [id, other, word, frequency, difficulty],
      );
      return id;
    };
    await add("rare", 10, 100);
    await add("common", 900, 100);
    await add("too hard", 900, 160);
    const known = await add("known", 1000, 100);
    await db.owner.query(
      "insert into public.user_vocabulary_progress (id, college_id, user_id, vocabulary_id, mastery_level) values ($1, $2, $3, $4, 95)",
      [randomUUID(), other, userId, known],
    );
    const words = await recommendedWords({ ctx, input: { userId: userId! } });
    expect(words.map(({ word, score }) => [word, score])).toEqual([
      ["common", 0.97],
      ["rare", 0.703],
    ]);
  });
});
