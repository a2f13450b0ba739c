import { describe, expect, it } from "vitest";
import {
  ACTIVE_PRIOR,
  at,
  CONNECTIONS_PRIOR,
  fitLine,
  judge,
  meanError,
  mostAtOnce,
  movesNeeded,
  peakDuring,
  sittingOver,
  totalOver,
} from "./model.ts";
import { daysOf } from "./days.ts";

const HOUR = 3_600_000;
const exam = (id: string, hour: number, students: number, minutes = 90) => ({ id, start: hour * HOUR, minutes, students });

describe("the cost of an exam", () => {
  it("is what is assumed while nothing was seen, and says so with a wide error", () => {
    const line = fitLine([], CONNECTIONS_PRIOR);
    expect(line.assumed).toBe(true);
    expect(line.base).toBeCloseTo(CONNECTIONS_PRIOR.base, 6);
    expect(line.perStudent).toBeCloseTo(CONNECTIONS_PRIOR.perStudent, 9);
    expect(line.error).toBeCloseTo(CONNECTIONS_PRIOR.error, 6);
  });

  it("follows what was seen once there is enough of it, with the error that was seen", () => {
    const seen = Array.from({ length: 400 }, (_, i) => ({
      sitting: (i * 37) % 900,
      value: 20 + 0.12 * ((i * 37) % 900) + ((i % 5) - 2),
    }));
    const line = fitLine(seen, CONNECTIONS_PRIOR);
    expect(line.assumed).toBe(false);
    expect(line.perStudent).toBeCloseTo(0.12, 1);
    expect(at(line, 500)).toBeGreaterThan(74);
    expect(at(line, 500)).toBeLessThan(86);
    expect(line.error).toBeLessThan(3);
  });

  it("is never negative and never not a number", () => {
    for (const seen of [
      [{ sitting: 0, value: 3 }],
      [
        { sitting: 500, value: 0 },
        { sitting: 0, value: 90 },
      ],
      [{ sitting: Number.NaN, value: 1 }],
      Array.from({ length: 50 }, () => ({ sitting: 10, value: 5 })),
    ]) {
      const line = fitLine(seen, ACTIVE_PRIOR);
      expect(line.perStudent).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(line.error + line.base)).toBe(true);
    }
  });
});

describe("who sits when", () => {
  const exams = [exam("a", 9, 300), exam("b", 9, 200), exam("c", 10, 100), exam("d", 14, 50)];

  it("adds up what overlaps", () => {
    const steps = sittingOver(exams);
    expect(peakDuring(exams[0]!, steps)).toBe(600);
    expect(peakDuring(exams[2]!, steps)).toBe(600);
    expect(peakDuring(exams[3]!, steps)).toBe(50);
    expect(Math.min(...steps.map((step) => step.sitting))).toBe(0);
  });

  it("counts an exam of twenty thousand like any other", () => {
    expect(peakDuring(exam("x", 9, 20_000), sittingOver([exam("x", 9, 20_000)]))).toBe(20_000);
  });

  it("says which to move, and when moving can't help", () => {
    expect(movesNeeded(exams, 9 * HOUR, 600, 20)).toEqual([]);
    expect(movesNeeded(exams, 9 * HOUR, 450, 180)).toEqual(["a"]);
    expect(movesNeeded([exam("x", 9, 20_000)], 9 * HOUR, 500, 20)).toBeNull();
  });
});

describe("the verdict", () => {
  const connections = { base: 20, perStudent: 0.1, error: 4, observations: 100, assumed: false };
  const active = { base: 0.2, perStudent: 0.001, error: 0.2, observations: 100, assumed: false };

  it("holds, is at risk, or will not hold, with its figures", () => {
    expect(judge(300, connections, active, { connections: 93, cores: 2 })).toMatchObject({ verdict: "HOLDS", reasons: [] });
    expect(judge(600, connections, active, { connections: 93, cores: 2 })).toMatchObject({
      verdict: "AT_RISK",
      reasons: ["80 of 93 usable connections, give or take 8"],
    });
    expect(judge(900, connections, active, { connections: 93, cores: 2 })).toMatchObject({
      verdict: "WILL_NOT_HOLD",
      reasons: ["110 of 93 usable connections"],
    });
    expect(judge(2500, connections, active, { connections: null, cores: 2 })).toMatchObject({
      verdict: "AT_RISK",
      reasons: ["2.7 busy sessions on 2 cores, give or take 0.4"],
      short: ["cores"],
    });
    expect(judge(3000, connections, active, { connections: null, cores: 2 })).toMatchObject({ verdict: "WILL_NOT_HOLD" });
    expect(judge(9000, connections, active, { connections: null, cores: null })).toMatchObject({ verdict: "HOLDS" });
  });
});

it("knows how many fit below every limit, and adds up what a day writes", () => {
  const line = { base: 20, perStudent: 0.1, error: 4, observations: 100, assumed: false };
  const busy = { ...line, base: 0.2, perStudent: 0.001 };
  expect(mostAtOnce(line, busy, { connections: 100, cores: 4 })).toBe(600);
  expect(mostAtOnce(line, busy, { connections: 1000, cores: 2 })).toBe(1400);
  expect(mostAtOnce(line, busy, { connections: null, cores: null })).toBe(Number.POSITIVE_INFINITY);
  expect(mostAtOnce(line, busy, { connections: 10, cores: null })).toBe(0);
  const steps = [
    { t: 10_000, sitting: 100 },
    { t: 20_000, sitting: 0 },
  ];
  // Ten seconds of nobody, ten of a hundred, ten of nobody.
  expect(totalOver({ ...line, base: 1, perStudent: 0.01 }, steps, 0, 30_000)).toBeCloseTo(40, 9);
  expect(totalOver({ ...line, base: 1, perStudent: 0 }, [], 0, 30_000)).toBeCloseTo(30, 9);
});

it("measures how good it has been", () => {
  expect(meanError([])).toBeNull();
  expect(
    meanError([
      { forecast: 110, actual: 100 },
      { forecast: 80, actual: 100 },
      { forecast: 5, actual: 0 },
    ]),
  ).toBeCloseTo(0.15, 9);
});

describe("days", () => {
  const line = { base: 10, perStudent: 0.1, error: 1, observations: 100, assumed: false };
  const start = new Date("2026-10-24T22:30:00Z");
  const crowd = {
    id: "one",
    title: "One",
    college: "North",
    code: "north",
    status: "SCHEDULED",
    start,
    end: new Date("2026-10-25T00:00:00Z"),
    minutes: 60,
    students: 900,
    expected: 900,
    peak: 900,
    computed: { verdict: "HOLDS" as const, reasons: [], short: [] },
    crowd: "",
    note: null,
    ...judge(900, line, { ...line, base: 0, perStudent: 0 }, { connections: 50, cores: null }),
  };
  const told = (zone: string, sittings: Parameters<typeof daysOf>[0]["sittings"] = []) =>
    daysOf({
      exams: [crowd],
      sittings,
      steps: [],
      lines: { commits: line, written: line, wal: { ...line, base: 1, perStudent: 0 } },
      most: 400,
      freeDisk: null,
      zone,
    })[0]!;

  it("say which of the exams are the reader's, where those of other tenants fill the moment", () => {
    const sitting = (id: string, students: number) => ({ id, start: start.getTime(), minutes: 60, students });
    const both = told("UTC", [sitting("one", 300), sitting("two", 350)]);
    expect(both.says).toMatch(/^22:30: 1 exam of yours, 900 students at once over all tenants, /);
    expect(both.says).toMatch(/Move 1 exam, none of yours, by 120 minutes/);
    expect(told("UTC", [sitting("one", 900)]).says).toMatch(/^22:30: 1 exam, 900 students at once, /);
  });

  it("are the reader's, with their times, and as long as they are", () => {
    expect([told("UTC").day, told("UTC").says.slice(0, 6), told("UTC").wal]).toEqual(["2026-10-24", "22:30:", 86_400]);
    // Half past midnight in Berlin, on the day of twenty-five hours.
    const there = told("Europe/Berlin");
    expect([there.day, there.says.slice(0, 6), there.wal]).toEqual(["2026-10-25", "00:30:", 90_000]);
  });
});
