import { describe, expect, it } from "vitest";
import { piecesOf, type Piece } from "./history.server.ts";

const HOUR = 3_600_000;
const now = Date.UTC(2026, 4, 20, 14, 37, 12);
const level = (suffix: string, seconds: number, days: number) => ({ suffix, seconds, days });
const levels = [level("_1d", 86_400, 375), level("_1h", 3600, 375), level("_5m", 300, 30), level("", 15, 1)];
const floor = (at: number, step: number) => Math.floor(at / (step * 1000)) * step * 1000;
const made = new Map(levels.slice(0, 3).map((level) => [level.suffix, floor(now, level.seconds)]));
const steps = (pieces: readonly Piece[]) => pieces.map((piece) => piece.suffix || "raw");

/** Breaks when a moment of a span is told twice or by no one. */
describe("the pieces of a span", () => {
  it("follow on each other from its first moment to its last, each made of whole sums", () => {
    let seed = 7;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let i = 0; i < 2000; i++) {
      const to = Math.floor(now - random() * 2 * HOUR);
      const from = Math.floor(to - random() * 21 * HOUR);
      const pieces = piecesOf(levels.slice(Math.floor(random() * 4)), made, from, to, now);
      expect(pieces[0]!.from).toBe(from);
      expect(pieces.at(-1)!.to).toBe(to);
      pieces.slice(1).forEach((piece, index) => expect(piece.from).toBe(pieces[index]!.to));
      for (const piece of pieces) {
        expect(piece.to).toBeGreaterThan(piece.from);
        if (piece.suffix) expect([piece.from % (piece.seconds * 1000), piece.to % (piece.seconds * 1000)]).toEqual([0, 0]);
      }
    }
  });

  it("are coarse in the middle and fine at its ends", () => {
    const pieces = piecesOf(levels, made, now - 10 * 24 * HOUR, now, now);
    expect(steps(pieces)).toEqual(["_5m", "_1h", "_1d", "_1h", "_5m", "raw"]);
    expect(pieces.find((piece) => piece.suffix === "_1d")).toMatchObject({
      from: Date.UTC(2026, 4, 11),
      to: Date.UTC(2026, 4, 20),
    });
  });

  it("do without a sum that is not made yet", () => {
    const behind = new Map(made).set("_1d", Date.UTC(2026, 4, 12)).set("_1h", Date.UTC(2026, 4, 12, 3));
    const pieces = piecesOf(levels, behind, Date.UTC(2026, 4, 11), now, now);
    expect(steps(pieces)).toEqual(["_1d", "_1h", "_5m", "raw"]);
    expect(steps(piecesOf(levels, new Map(), now - HOUR, now, now))).toEqual(["raw"]);
  });

  it("end with a whole sum where nothing finer is kept", () => {
    const [from, to] = [Date.UTC(2026, 0, 3, 0, 30), Date.UTC(2026, 0, 5, 12, 30)];
    const pieces = piecesOf(levels, made, from, to, now);
    expect(pieces.at(0)).toMatchObject({ suffix: "_1h", from: Date.UTC(2026, 0, 3, 1) });
    expect(pieces.at(-1)).toMatchObject({ suffix: "_1h", to });
  });
});
