import { expect, it } from "vitest";
import { sentence } from "./sentence.ts";

const now = new Date("2026-12-01T08:00:00Z");
const health = { status: "healthy", checks: { primary: { ok: true } } };
const at = (time: string, college: string, verdict: string) => ({
  verdict,
  title: "Final",
  college,
  start: new Date(`2026-12-03T${time}:00Z`),
});
const said = (exams: ReturnType<typeof at>[], all: number, verdict: string) =>
  sentence({ health, incidents: [], days: [{ day: "2026-12-03", verdict, exams: all }], exams, now });

// Breaks when the title names one of many, or says that a day holds of which nothing does.
it("the title says which part of a day does not hold", () => {
  const one = at("09:00", "North College", "WILL_NOT_HOLD");
  expect(said([one], 5, "WILL_NOT_HOLD")).toBe("Thu 3 Dec holds, except 09:00 in North College.");
  expect(said([one, { ...one, college: "South College" }], 5, "WILL_NOT_HOLD")).toBe("Thu 3 Dec holds, except 2 exams at 09:00.");
  expect(said([one, at("11:00", "North College", "WILL_NOT_HOLD")], 5, "WILL_NOT_HOLD")).toBe(
    "Thu 3 Dec holds, except 2 exams in North College.",
  );
  expect(said([at("09:00", "North College", "AT_RISK"), at("09:00", "South College", "AT_RISK")], 3, "AT_RISK")).toBe(
    "Thu 3 Dec holds; 2 exams at 09:00 are at risk.",
  );
});

it("the title says that a day does not hold when none of its exams does", () => {
  const all = ["North College", "South College", "West College"].map((college) => at("09:00", college, "WILL_NOT_HOLD"));
  expect(said(all, 3, "WILL_NOT_HOLD")).toBe("Thu 3 Dec will not hold.");
  expect(said([], 3, "AT_RISK")).toBe("Thu 3 Dec is at risk.");
});
