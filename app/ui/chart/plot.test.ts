import { describe, expect, it } from "vitest";
import { AXIS_WIDTH, draggedSpan, MARGIN_RIGHT, nearestTick, selectionOf } from "./plot.ts";

const from = Date.parse("2026-12-03T09:00:00Z");
const to = Date.parse("2026-12-03T10:00:00Z");
/** One pixel a second. */
const width = AXIS_WIDTH + 3600 + MARGIN_RIGHT;

describe("a drag on a chart", () => {
  it("is the span that lies under it, whichever way it went", () => {
    const span = { from: new Date("2026-12-03T09:10:00Z"), to: new Date("2026-12-03T09:20:00Z") };
    expect(draggedSpan({ start: AXIS_WIDTH + 600, end: AXIS_WIDTH + 1200, width }, from, to)).toEqual(span);
    expect(draggedSpan({ start: AXIS_WIDTH + 1200, end: AXIS_WIDTH + 600, width }, from, to)).toEqual(span);
  });

  it("ends where the plot ends", () => {
    expect(selectionOf({ start: -50, end: width + 50, width })).toEqual({ left: AXIS_WIDTH, width: 3600 });
    expect(draggedSpan({ start: -50, end: width + 50, width }, from, to)).toEqual({ from: new Date(from), to: new Date(to) });
  });

  it("of a few pixels is a click, and a short one becomes long enough to draw", () => {
    expect(draggedSpan({ start: AXIS_WIDTH + 100, end: AXIS_WIDTH + 104, width }, from, to)).toBeNull();
    const short = draggedSpan({ start: AXIS_WIDTH + 100, end: AXIS_WIDTH + 107, width }, from, to)!;
    expect(short.to.getTime() - short.from.getTime()).toBeGreaterThanOrEqual(10_000);
  });
});

it("the crosshair of a chart with coarser points stands at the nearest of them", () => {
  const ticks = [0, 300, 600].map((value) => ({ value }));
  expect(nearestTick(ticks, "420")).toBe(1);
  expect(nearestTick(ticks, 460)).toBe(2);
  expect(nearestTick([], 460)).toBe(-1);
});
