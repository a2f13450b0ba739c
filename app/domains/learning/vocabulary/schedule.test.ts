import { describe, expect, it } from "vitest";
import { afterAnswer, type Memory, type Rating, type Scheduled } from "./schedule.ts";

const DAY = 86_400_000;
const fresh: Memory = {
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
const start = new Date("2026-03-01T08:00:00Z");

/** Each answer on the day on which the word is due. */
function course(...ratings: Rating[]) {
  let memory = fresh;
  const gaps: number[] = [];
  for (const rating of ratings) {
    const at = memory.dueAt ?? start;
    const next = afterAnswer(memory, rating, at)!;
    gaps.push((next.dueAt.getTime() - at.getTime()) / DAY);
    memory = next;
  }
  return { memory: memory as Scheduled, gaps };
}

describe("the next review of a word", () => {
  it("is further away after each answer that was known", () => {
    const { gaps, memory } = course("GOOD", "GOOD", "GOOD", "GOOD", "GOOD");
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
    expect(gaps.at(-1)!).toBeGreaterThan(30);
    expect(memory).toMatchObject({ state: "REVIEW", reviewCount: 5, lapses: 0 });
  });

  it("comes back the same day when the word was forgotten, and its mastery falls", () => {
    const known = course("EASY", "GOOD", "GOOD").memory;
    const forgotten = afterAnswer(known, "AGAIN", known.dueAt!)!;
    expect(forgotten.dueAt.getTime() - known.dueAt!.getTime()).toBeLessThan(DAY);
    expect(forgotten).toMatchObject({ state: "RELEARNING", lapses: 1 });
    expect(forgotten.masteryLevel).toBeLessThan(known.masteryLevel);
  });

  it("is nearer for a harder answer", () => {
    const known = course("GOOD", "GOOD", "GOOD").memory;
    const due = (rating: Rating) => afterAnswer(known, rating, known.dueAt!)!.dueAt.getTime();
    expect(due("HARD")).toBeLessThan(due("GOOD"));
    expect(due("GOOD")).toBeLessThan(due("EASY"));
  });

  it("is not moved by an answer that is older than the last one", () => {
    const known = course("GOOD", "GOOD").memory;
    expect(afterAnswer(known, "AGAIN", start)).toBeNull();
    expect(afterAnswer(known, "AGAIN", known.lastReviewedAt!)).toBeNull();
  });

  it("gives a mastery between 0 and 100 that grows with what is remembered", () => {
    const levels = [course("AGAIN"), course("GOOD"), course("GOOD", "GOOD", "GOOD"), course("EASY", "EASY", "EASY", "EASY")].map(
      ({ memory }) => memory.masteryLevel,
    );
    expect(levels).toEqual([...levels].sort((a, b) => a - b));
    expect(levels[0]!).toBeGreaterThanOrEqual(0);
    expect(levels.at(-1)!).toBeGreaterThan(80);
    expect(levels.at(-1)!).toBeLessThanOrEqual(100);
  });
});
