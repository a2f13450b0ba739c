/** Silent for longer than this: offline. Heartbeats come every fifteen seconds. */
const OFFLINE_AFTER_S = 60;
/** Connected, but without an answer for this long: idle. */
const IDLE_AFTER_S = 300;

export const SEAT_STATES = ["expected", "working", "idle", "offline", "submitted", "expired"] as const;
export type SeatState = (typeof SEAT_STATES)[number];

/** Who may need a person first. */
export const URGENCY: Record<SeatState, number> = { offline: 0, idle: 1, expected: 2, working: 3, expired: 4, submitted: 5 };

export function seatState(
  seat: { attempt_state: string | null; last_seen_at: Date | null; last_answer_at: Date | null; started_at: Date | null },
  now: Date,
  answersKnown = true,
): SeatState {
  if (seat.attempt_state === null) return "expected";
  if (seat.attempt_state === "EXPIRED") return "expired";
  if (seat.attempt_state !== "IN_PROGRESS") return "submitted";
  const since = (at: Date | null) => (at ? (now.getTime() - at.getTime()) / 1000 : Infinity);
  if (since(seat.last_seen_at ?? seat.started_at) > OFFLINE_AFTER_S) return "offline";
  if (!answersKnown) return "working";
  return since(seat.last_answer_at ?? seat.started_at) > IDLE_AFTER_S ? "idle" : "working";
}
