/** Silent for longer than this: offline. Heartbeats come every fifteen seconds. */
const OFFLINE_AFTER_S = 60;
/** Connected, but without an answer for this long: idle. */
const IDLE_AFTER_S = 300;

export const SEAT_STATES = ["expected", "working", "idle", "offline", "paused", "locked", "submitted", "expired"] as const;
export type SeatState = (typeof SEAT_STATES)[number];

/** Who may need a person first. */
export const URGENCY: Record<SeatState, number> = {
  locked: 0,
  paused: 1,
  offline: 2,
  idle: 3,
  expected: 4,
  working: 5,
  expired: 6,
  submitted: 7,
};

export function seatState(
  seat: { attempt_state: string | null; last_seen_at: Date | null; last_answer_at: Date | null; started_at: Date | null },
  now: Date,
  answersKnown = true,
): SeatState {
  if (seat.attempt_state === null) return "expected";
  if (seat.attempt_state === "PAUSED") return "paused";
  if (seat.attempt_state === "LOCKED") return "locked";
  if (seat.attempt_state === "EXPIRED") return "expired";
  if (seat.attempt_state !== "IN_PROGRESS") return "submitted";
  const since = (at: Date | null) => (at ? (now.getTime() - at.getTime()) / 1000 : Infinity);
  if (since(seat.last_seen_at ?? seat.started_at) > OFFLINE_AFTER_S) return "offline";
  if (!answersKnown) return "working";
  return since(seat.last_answer_at ?? seat.started_at) > IDLE_AFTER_S ? "idle" : "working";
}
