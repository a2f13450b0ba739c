import { describe, expect, it } from "vitest";
import { lagNotTold, lagOf, position, PositionHistory, type StandbyEnd } from "./lag.ts";

// Breaks when a dead receiver, an idle primary or a paused standby is told as something else.
const now = new Date("2026-11-20T09:00:00Z");
const end = (over: Partial<StandbyEnd>): StandbyEnd => ({
  recovering: true,
  received: "0/5000",
  replayed: "0/5000",
  replayed_at: new Date(now.getTime() - 600_000),
  now,
  paused: false,
  receiver: "streaming",
  receiver_hidden: false,
  ...over,
});
const primary = (lsn: string, fresh = true) => ({ lsn: position(lsn), at: now.getTime(), fresh });

function history(...points: [secondsAgo: number, lsn: string][]): PositionHistory {
  const made = new PositionHistory();
  for (const [ago, lsn] of points) made.add(now.getTime() - ago * 1000, position(lsn));
  return made;
}

describe("lag", () => {
  it("of a standby whose receiver this role may not see is told, and no receiver is called dead for it", () => {
    const hidden = lagOf("s", end({ receiver: null, receiver_hidden: true, replayed: "0/4000" }), primary("0/5000"), null);
    expect(hidden).toMatchObject({ state: "not known", receiving: null, bytes: 0x1000 });
  });

  it("of a standby that does not tell is not what it was before", () => {
    expect(lagNotTold("s", primary("0/5000"), "It may not be read.")).toMatchObject({
      state: "not known",
      bytes: null,
      seconds: null,
      receiving: null,
    });
  });

  it("is zero on an idle primary, however old the last commit is", () => {
    expect(lagOf("s", end({}), primary("0/5000"), history([600, "0/5000"]))).toMatchObject({
      state: "streaming",
      bytes: 0,
      seconds: 0,
    });
  });

  it("grows when the receiver is dead, though received equals replayed", () => {
    const lag = lagOf("s", end({ receiver: null }), primary("0/9000"), history([100, "0/5000"], [42, "0/6000"], [1, "0/9000"]));
    expect(lag).toMatchObject({ state: "receiver down", bytes: 0x4000, seconds: 42, receiving: false });
  });

  it("says that the receiver is dead on an idle primary too", () => {
    expect(lagOf("s", end({ receiver: null }), primary("0/5000"), null)).toMatchObject({
      state: "receiver down",
      bytes: 0,
      seconds: 0,
    });
  });

  it("names a paused standby, and how old what it shows is", () => {
    const lag = lagOf("s", end({ paused: true, received: "0/9000" }), primary("0/9000"), history([100, "0/4000"], [7, "0/6000"]));
    expect(lag).toMatchObject({ state: "paused", seconds: 7 });
  });

  it("does not know a standby that can't be reached, nor bytes without a primary", () => {
    expect(lagOf("s", null, primary("0/5000"), null)).toMatchObject({ state: "unreachable", bytes: null, seconds: null });
    expect(lagOf("s", end({}), null, null)).toMatchObject({ bytes: null, seconds: null });
  });

  it("says when the primary's position is an old one", () => {
    expect(lagOf("s", end({}), primary("0/5000", false), null).says).toMatch(/last known position/);
  });

  it("notices a promotion", () => {
    expect(lagOf("s", end({ recovering: false }), primary("0/5000"), null).state).toBe("promoted");
  });

  it("falls back to the last replayed commit when its memory is too short", () => {
    expect(lagOf("s", end({}), primary("0/9000"), history([3, "0/8000"]))).toMatchObject({ seconds: 600 });
  });
});
