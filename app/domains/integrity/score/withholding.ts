import type { ReviewState } from "../machine.ts";
import type { SignalType, EvidenceKind } from "../signals.ts";
import type { Reason } from "./score.ts";

/**
 * Where evidence comes from. Kinds of one source depend on each other: errors in common and answers too quick are both read
 * from the same sheet. `connection` is what a failing network or database looks like, and is never evidence of a person's act.
 */
export type Source = "answers" | "browser" | "camera" | "device" | "connection";

const SOURCE: Record<SignalType | EvidenceKind, Source> = {
  IDENTICAL_ERRORS: "answers",
  ALIKE_TO_GROUP: "answers",
  PATTERNED_ANSWERS: "answers",
  TOO_QUICK: "answers",
  QUICK_BLOCK: "answers",
  TAB_SWITCH: "browser",
  WINDOW_BLUR: "browser",
  FULLSCREEN_EXIT: "browser",
  COPY: "browser",
  CUT: "browser",
  PASTE: "browser",
  CONTEXT_MENU: "browser",
  DEVTOOLS: "browser",
  PRINT: "browser",
  SCREEN_SHARE: "browser",
  EXTRA_DISPLAY: "browser",
  NO_FACE: "camera",
  SEVERAL_FACES: "camera",
  FACE_MISMATCH: "camera",
  GAZE_AWAY: "camera",
  SPEECH: "camera",
  PHONE: "camera",
  USER_AGENT_CHANGE: "device",
  FINGERPRINT_CHANGE: "device",
  VIRTUAL_MACHINE: "device",
  SHARED_DEVICE: "device",
  OVERLAPPING_ATTEMPTS: "device",
  SHARED_ADDRESS: "connection",
  IP_CHANGE: "connection",
  CONCURRENT_SESSION: "connection",
  NETWORK_LOST: "connection",
  NETWORK_RESTORED: "connection",
  HEARTBEAT: "connection",
  HEARTBEAT_GAP: "connection",
  LONG_PAUSE: "connection",
  SAVE_BURST: "connection",
  ANSWER_SAVED: "connection",
  ANSWER_REVISED: "connection",
  NAVIGATION: "connection",
};

/** Less than this from a source is what happens to everybody: a glance at another window, a right click. */
const LEAST_POINTS = 5;

export type Withholding = {
  withheld: boolean;
  /** The person who reported a violation, or the kinds of evidence that weigh; one alone never withholds. */
  by: "person" | Source[];
};

/**
 * Whether an open review keeps the result back until it is decided. It takes a person who reported a violation, or two
 * independent kinds of evidence; a single statistic never does, however unlikely it is by chance. What a decided review
 * withholds is its hold, not this.
 */
export function withholding(review: { state: ReviewState; reasons: readonly Reason[]; sampled?: boolean }): Withholding {
  const points = new Map<Source, number>();
  for (const { signal, points: worth, incident, ignored } of review.reasons) {
    const source = (SOURCE as Record<string, Source | undefined>)[signal];
    if (!source || source === "connection" || incident !== undefined || ignored) continue;
    points.set(source, (points.get(source) ?? 0) + worth);
  }
  const kinds = [...points].filter(([, sum]) => sum >= LEAST_POINTS).map(([source]) => source);
  if (review.state === "SECOND" || review.state === "THIRD") return { withheld: true, by: "person" };
  const open = review.state === "QUEUED" || review.state === "CLAIMED";
  // What was drawn at random was flagged by nothing, and waits for nobody.
  return { withheld: open && kinds.length >= 2 && !review.sampled, by: kinds.sort() };
}

const NAMES: Record<Source, string> = {
  answers: "the answers",
  browser: "the browser",
  camera: "the camera",
  device: "the device",
  connection: "the connection",
};

/** As it stands on the attempt's page. */
export function sayWithholding({ withheld, by }: Withholding): string {
  if (by === "person") return "The result is withheld until this is decided: a reviewer reported a violation.";
  const names = by.map((source) => NAMES[source]);
  if (withheld)
    return `The result is withheld until this is decided: independent evidence from ${names.slice(0, -1).join(", ")} and ${names.at(-1)}.`;
  if (names.length > 1) return "The result is not withheld.";
  return names.length === 1
    ? `The result is not withheld: there is evidence from ${names[0]} only, and one kind alone never withholds a result.`
    : "The result is not withheld: a single kind of evidence, or none, never withholds a result.";
}
