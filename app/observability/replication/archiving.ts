import { plural, seconds } from "~/platform/format.ts";
import type { ProbeRow } from "../probes/all.ts";

type ArchiverRow = ProbeRow<"archiver">;

export type Archiving = {
  state: "off" | "no command" | "failing" | "stuck" | "working";
  /** For how long no segment could be archived; 0 while archiving works. */
  failingSeconds: number;
  says: string;
};

/** A segment of a healthy archive waits for seconds; after this long the command hangs or can't keep up. */
const STUCK_MS = 60_000;

const waiting = (row: ArchiverRow) => plural(row.backlog, "segment waits", "segments wait");

/**
 * Whether WAL reaches its archive. Counters alone can't tell: with an empty command nothing ever fails, and where nothing
 * was ever archived there is no last success to count from. What waits on disk is counted from instead.
 */
export function archivingOf(row: ArchiverRow, now: number): Archiving {
  if (row.mode === "off") return { state: "off", failingSeconds: 0, says: "Off: no point-in-time recovery" };
  const since = row.waiting_since ?? row.last_archived_time ?? row.started_at;
  // At least a second: a clock that is a little behind would make a failure look like none.
  const failingSeconds = Math.max(1, (now - since.getTime()) / 1000);
  if (!row.has_command)
    return {
      state: "no command",
      failingSeconds,
      says: `archive_mode is on and archive_command is empty: nothing is archived; ${waiting(row)}`,
    };
  if (row.last_failed_time && (!row.last_archived_time || row.last_failed_time > row.last_archived_time))
    return {
      state: "failing",
      failingSeconds,
      says: `Archiving ${row.last_failed_wal} has been failing for ${seconds(failingSeconds)}; ${waiting(row)}`,
    };
  if (row.waiting_since && now - row.waiting_since.getTime() > STUCK_MS)
    return {
      state: "stuck",
      failingSeconds,
      says: `The oldest segment has waited ${seconds(failingSeconds)} for the archive; ${waiting(row)}`,
    };
  return { state: "working", failingSeconds: 0, says: "Archiving works" };
}
