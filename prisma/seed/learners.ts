import { afterAnswer, type Memory, type Rating } from "../../app/domains/learning/vocabulary/schedule.ts";
import { Table } from "./copy.ts";
import type { College } from "./platform.ts";
import { Random } from "./random.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;

export type SeededCourse = {
  id: string;
  college: College;
  lessons: string[];
  priceMinor: number;
  students: College["students"];
};

const STORIES = [
  ["The lighthouse", "Every evening the keeper climbed the stairs and lit the lamp.", "A2", 120, true],
  ["A letter from the harbour", "The tide had turned when the letter came.", "B1", 160, false],
  ["Counting the swallows", "Nobody had ever counted all of them.", "A1", 90, false],
] as const;

const FRESH: Memory = {
  state: "NEW",
  stability: 0,
  difficulty: 0,
  learningSteps: 0,
  scheduledDays: 0,
  reviewCount: 0,
  lapses: 0,
  dueAt: null,
  lastReviewedAt: null,
};

/** What learners have done so far: consistent from lesson to course, by the rules that count it from now on. */
export function learnersTables(now: number, courses: SeededCourse[], words: { id: string; college: College }[]): Table[] {
  // Chance of its own: what the rest of the demo draws stays as it is.
  const random = new Random(20_261);
  return [
    ...progressTables(random, now, courses),
    ...readingTables(random, now, courses),
    wordTable(random, now, courses, words),
  ];
}

function progressTables(random: Random, now: number, courses: SeededCourse[]): Table[] {
  const t = {
    progress: new Table("public.course_progress", [
      "id",
      "college_id",
      "user_id",
      "course_id",
      "completed_lessons",
      "total_lessons",
      "progress_percent",
      "time_spent_seconds",
      "started_at",
      "last_accessed_at",
      "completed_at",
    ]),
    lesson: new Table("public.lesson_progress", [
      "id",
      "college_id",
      "progress_id",
      "lesson_id",
      "progress_percent",
      "completed",
      "completed_at",
      "watch_time_seconds",
      "started_at",
      "last_watched_at",
    ]),
    certificate: new Table("public.certificate", [
      "id",
      "college_id",
      "user_id",
      "course_id",
      "certificate_no",
      "issued_at",
      "expires_at",
      "revoked_at",
      "revoked_reason",
    ]),
    transaction: new Table("public.transaction", [
      "id",
      "college_id",
      "user_id",
      "course_id",
      "amount_minor",
      "currency",
      "status",
      "provider",
      "created_at",
    ]),
    session: new Table("public.learning_session", [
      "id",
      "college_id",
      "user_id",
      "started_at",
      "completed_at",
      "duration_minutes",
    ]),
    event: new Table("public.user_event", [
      "id",
      "college_id",
      "user_id",
      "session_id",
      "event_type",
      "data",
      "at",
      "created_at",
    ]),
  };
  for (const course of courses) {
    for (const [index, student] of course.students.entries()) {
      const { college, lessons } = course;
      const bought = now - random.int(70, 110) * DAY;
      t.transaction.add(
        random.id(bought),
        college.id,
        student.id,
        course.id,
        course.priceMinor,
        "USD",
        random.weighted([["COMPLETED", 18] as const, ["REFUNDED", 1] as const, ["PENDING", 1] as const]),
        "stripe",
        new Date(bought),
      );
      // Fewer reach each lesson than the one before.
      let done = 0;
      while (done < lessons.length && random.chance(done < 2 ? 0.95 : 0.88)) done++;
      const silent = random.chance(0.25) ? random.int(31, 60) : random.int(0, 9);
      const last = now - silent * DAY - random.int(0, 600) * MINUTE;
      const first = Math.max(bought, last - random.int(20, 45) * DAY);
      const progressId = random.id(first);
      let seconds = 0;
      for (const [at, lessonId] of lessons.slice(0, Math.min(done + 1, lessons.length)).entries()) {
        const whole = at < done;
        const ended = first + ((last - first) * (at + 1)) / (done + 1);
        const watched = whole ? random.int(500, 1300) : random.int(30, 400);
        seconds += watched;
        t.lesson.add(
          random.id(first),
          college.id,
          progressId,
          lessonId,
          whole ? 100 : random.int(5, 80),
          whole,
          whole ? new Date(ended) : null,
          watched,
          new Date(ended - watched * 1000),
          new Date(ended),
        );
        const sessionId = random.id(ended);
        t.session.add(
          sessionId,
          college.id,
          student.id,
          new Date(ended - watched * 1000),
          new Date(ended),
          Math.round(watched / 60),
        );
        t.event.add(
          random.id(ended),
          college.id,
          student.id,
          sessionId,
          whole ? "LESSON_COMPLETED" : "LESSON_PROGRESS",
          JSON.stringify({ lessonId, seconds: watched }),
          new Date(ended),
          new Date(ended),
        );
      }
      const completedAt = done === lessons.length ? first + ((last - first) * done) / (done + 1) : null;
      t.progress.add(
        progressId,
        college.id,
        student.id,
        course.id,
        done,
        lessons.length,
        Math.floor((done / lessons.length) * 100),
        seconds,
        new Date(first),
        new Date(last),
        completedAt === null ? null : new Date(completedAt),
      );
      if (completedAt !== null) {
        const revoked = t.certificate.rows.length % 9 === 4;
        t.certificate.add(
          random.id(completedAt),
          college.id,
          student.id,
          course.id,
          `IVG-${college.code.slice(0, 4)}-${random.hex(8).toUpperCase()}`,
          new Date(completedAt),
          t.certificate.rows.length % 9 === 7 ? new Date(now - DAY) : new Date(completedAt + 730 * DAY),
          revoked ? new Date(now - DAY) : null,
          revoked ? "The final essay was copied." : null,
        );
      }
      // Some come back every day.
      if (index % 5 === 0)
        for (let day = 0; day < 6 + index; day++) {
          const started = now - day * DAY - random.int(30, 240) * MINUTE;
          const minutes = random.int(8, 40);
          t.session.add(
            random.id(started),
            college.id,
            student.id,
            new Date(started),
            new Date(started + minutes * MINUTE),
            minutes,
          );
        }
    }
  }
  return Object.values(t);
}

function readingTables(random: Random, now: number, courses: SeededCourse[]): Table[] {
  const t = {
    story: new Table("public.story", [
      "id",
      "college_id",
      "title",
      "content",
      "level",
      "difficulty_score",
      "estimated_minutes",
      "featured",
      "published",
    ]),
    reading: new Table("public.story_progress", [
      "id",
      "college_id",
      "user_id",
      "story_id",
      "completion_percentage",
      "time_spent",
      "last_accessed_at",
    ]),
    exercise: new Table("public.exercise", ["id", "college_id", "story_id", "exercise_type", "prompt", "content"]),
    attempt: new Table("public.exercise_attempt", [
      "id",
      "college_id",
      "exercise_id",
      "user_id",
      "is_correct",
      "answer",
      "time_spent",
      "created_at",
    ]),
  };
  for (const { college, students } of courses.filter((_, index) => index % 3 === 0)) {
    for (const [title, content, level, difficulty, featured] of STORIES) {
      const storyId = random.id(now - 100 * DAY);
      t.story.add(storyId, college.id, title, content, level, difficulty, 6, featured, true);
      const exerciseId = random.id(now - 100 * DAY);
      t.exercise.add(
        exerciseId,
        college.id,
        storyId,
        "GAP",
        "Every evening the ____ climbed the stairs.",
        JSON.stringify({ answer: "keeper" }),
      );
      for (const student of students.slice(0, 24)) {
        const at = now - random.int(0, 40) * DAY;
        const percent = random.chance(0.5) ? 100 : random.int(10, 95);
        t.reading.add(random.id(at), college.id, student.id, storyId, percent, percent * 4, new Date(at));
        if (percent < 100) continue;
        const correct = random.chance(0.75);
        t.attempt.add(
          random.id(at),
          college.id,
          exerciseId,
          student.id,
          correct,
          correct ? "keeper" : "captain",
          random.int(5, 40),
          new Date(at),
        );
      }
    }
  }
  return Object.values(t);
}

/** Each word was answered whenever it was due, sometimes a day or two late, until some days ago. */
function wordTable(random: Random, now: number, courses: SeededCourse[], words: { id: string; college: College }[]): Table {
  const learned = new Table("public.user_vocabulary_progress", [
    "id",
    "college_id",
    "user_id",
    "vocabulary_id",
    "mastery_level",
    "review_count",
    "last_reviewed_at",
    "next_review_on",
    "state",
    "stability",
    "difficulty",
    "learning_steps",
    "scheduled_days",
    "lapses",
    "due_at",
  ]);
  for (const { id, college } of words) {
    const students = courses.find((course) => course.college === college)?.students ?? [];
    for (const student of students.slice(0, 24)) {
      if (random.chance(0.3)) continue;
      let at = now - random.int(10, 80) * DAY;
      let memory: Memory & { masteryLevel?: number } = FRESH;
      while (at < now && memory.reviewCount < 8) {
        const rating = random.weighted<Rating>([
          ["GOOD", 6],
          ["EASY", 2],
          ["HARD", 2],
          ["AGAIN", 1],
        ]);
        memory = afterAnswer(memory, rating, new Date(at)) ?? memory;
        at = memory.dueAt!.getTime() + random.int(0, 2) * DAY + random.int(1, 300) * MINUTE;
      }
      learned.add(
        random.id(now),
        college.id,
        student.id,
        id,
        memory.masteryLevel ?? 0,
        memory.reviewCount,
        memory.lastReviewedAt,
        memory.dueAt!.toISOString().slice(0, 10),
        memory.state,
        memory.stability,
        memory.difficulty,
        memory.learningSteps,
        memory.scheduledDays,
        memory.lapses,
        memory.dueAt,
      );
    }
  }
  return learned;
}
