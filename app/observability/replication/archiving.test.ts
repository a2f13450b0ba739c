import { describe, expect, it } from "vitest";
import { ruleByKey } from "../alerts/rules.ts";
import type { ProbeRow } from "../probes/all.ts";
import { archivingOf } from "./archiving.ts";

// Breaks when WAL that never reaches its archive is called "works", or the alert's age never grows.
const now = new Date("2026-11-20T09:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const row = (over: Partial<ProbeRow<"archiver">>): ProbeRow<"archiver"> => ({
  mode: "on",
  has_command: true,
  archived: 0,
  last_archived_wal: null,
  last_archived_time: null,
  failed: 0,
  last_failed_wal: null,
  last_failed_time: null,
  backlog: 0,
  waiting_since: null,
  started_at: ago(9000),
  ...over,
});
const state = (over: Partial<ProbeRow<"archiver">>) => archivingOf(row(over), now.getTime());
const { threshold } = ruleByKey("archive-failing")!;

describe("archiving", () => {
  it("that has never worked counts from when the oldest segment began to wait, not from the last attempt", () => {
    const never = state({ last_failed_wal: "0001", last_failed_time: ago(2), failed: 90, backlog: 3, waiting_since: ago(400) });
    expect(never).toMatchObject({ state: "failing", failingSeconds: 400 });
    expect(never.failingSeconds).toBeGreaterThan(threshold);
    expect(never.says).toBe("Archiving 0001 has been failing for 6 min 40 s; 3 segments wait");
  });

  it("that has never worked and whose waiting files are not seen counts from the server's start", () => {
    expect(state({ last_failed_wal: "0001", last_failed_time: ago(2) }).failingSeconds).toBe(9000);
  });

  it("without a command fails, though nothing ever failed", () => {
    expect(state({ has_command: false, backlog: 225, waiting_since: ago(5000) })).toEqual({
      state: "no command",
      failingSeconds: 5000,
      says: "archive_mode is on and archive_command is empty: nothing is archived; 225 segments wait",
    });
  });

  it("that hangs is stuck, though it neither fails nor succeeds", () => {
    expect(state({ last_archived_time: ago(700), backlog: 40, waiting_since: ago(650) })).toMatchObject({
      state: "stuck",
      failingSeconds: 650,
    });
  });

  it("works while a segment waits for its turn", () => {
    expect(state({ last_archived_time: ago(20), backlog: 2, waiting_since: ago(8) })).toMatchObject({
      state: "working",
      failingSeconds: 0,
    });
  });

  it("is off where archive_mode is off", () => {
    expect(state({ mode: "off", has_command: false })).toMatchObject({ state: "off", failingSeconds: 0 });
  });
});
