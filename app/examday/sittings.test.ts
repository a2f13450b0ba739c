import { describe, expect, it } from "vitest";
import { sittingsOf } from "./sittings.ts";

const now = new Date("2026-12-03T10:00:00Z");
const exam = (startedMinutesAgo: number, students = 40) => ({
  exam_id: "e",
  start_time: new Date(now.getTime() - startedMinutesAgo * 60_000),
  end_time: new Date(now.getTime() + (180 - startedMinutesAgo) * 60_000),
  duration_minutes: 60,
  students,
});
const known = (here: number) => ({ turnout: 0.9, writing: new Map([["e", here]]), moved: new Map<string, number>(), now });

describe("who sits when", () => {
  it("is who is expected before the start, and at least that while students arrive", () => {
    expect(sittingsOf([exam(-30)], known(0))[0]).toMatchObject({ students: 36, minutes: 60 });
    expect(sittingsOf([exam(5)], known(12))[0]!.students).toBe(36);
    expect(sittingsOf([exam(5)], known(39))[0]!.students).toBe(39);
  });
  it("is who is there once everybody had time to come", () => {
    expect(sittingsOf([exam(30)], known(31))[0]!.students).toBe(31);
  });
  it("goes on past the usual end while someone is still writing", () => {
    expect(sittingsOf([exam(90)], known(7))[0]).toMatchObject({ students: 7, minutes: 180 });
    expect(sittingsOf([exam(90)], known(0))).toEqual([]);
  });
});
