import { describe, expect, it } from "vitest";
import { recoverable } from "./window.ts";

// Breaks when the page promises a moment that no restore reaches.
const base = (finishedAt: number, whole = true) => ({ finishedAt, whole });

describe("the recovery window", () => {
  it("reaches from the oldest backup to the end of the archive", () => {
    expect(recoverable([base(30), base(10)], [], 100)).toEqual([{ from: 10, to: 100 }]);
  });

  it("ends at a hole, and begins again at the next backup, not at the hole's end", () => {
    expect(recoverable([base(10), base(60)], [{ from: 40, to: 45 }], 100)).toEqual([
      { from: 10, to: 40 },
      { from: 60, to: 100 },
    ]);
  });

  it("ends for good where no backup was taken after the hole", () => {
    expect(recoverable([base(10), base(30)], [{ from: 40, to: 45 }], 100)).toEqual([{ from: 10, to: 40 }]);
  });

  it("has only the end of a backup that nothing follows yet, or only a hole", () => {
    expect(recoverable([base(42)], [{ from: 40, to: 45 }], 100)).toEqual([{ from: 42, to: 42 }]);
    expect(recoverable([base(110)], [], 100)).toEqual([{ from: 110, to: 110 }]);
  });

  it("has nothing of a backup whose own WAL is missing, and nothing without one", () => {
    expect(recoverable([base(42, false)], [{ from: 40, to: 45 }], 100)).toEqual([]);
    expect(recoverable([], [], 100)).toEqual([]);
  });

  it("is cut at several holes", () => {
    const holes = [
      { from: 70, to: 75 },
      { from: 20, to: 25 },
    ];
    expect(recoverable([base(10), base(30), base(80)], holes, 100)).toEqual([
      { from: 10, to: 20 },
      { from: 30, to: 70 },
      { from: 80, to: 100 },
    ]);
  });
});
