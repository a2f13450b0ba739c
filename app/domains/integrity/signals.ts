/** Every kind of signal that the ingest knows, with what one occurrence is worth by default and how many are counted. */
export type SignalSpec = { label: string; points: number; cap: number; explainable: boolean; violation: boolean };

export const SIGNALS = {
  TAB_SWITCH: { label: "tab switch", points: 3, cap: 5, explainable: false, violation: true },
  WINDOW_BLUR: { label: "focus loss", points: 2, cap: 6, explainable: false, violation: true },
  FULLSCREEN_EXIT: { label: "exit from full screen", points: 3, cap: 4, explainable: false, violation: true },
  COPY: { label: "copy", points: 4, cap: 3, explainable: false, violation: true },
  CUT: { label: "cut", points: 4, cap: 3, explainable: false, violation: true },
  PASTE: { label: "paste", points: 5, cap: 4, explainable: false, violation: true },
  CONTEXT_MENU: { label: "context menu", points: 1, cap: 3, explainable: false, violation: false },
  DEVTOOLS: { label: "developer tools", points: 12, cap: 2, explainable: false, violation: true },
  PRINT: { label: "print", points: 6, cap: 2, explainable: false, violation: true },
  SCREEN_SHARE: { label: "screen share", points: 15, cap: 2, explainable: false, violation: true },
  EXTRA_DISPLAY: { label: "second display", points: 8, cap: 2, explainable: false, violation: true },
  NO_FACE: { label: "empty seat", points: 4, cap: 4, explainable: false, violation: true },
  SEVERAL_FACES: { label: "second face", points: 8, cap: 3, explainable: false, violation: true },
  FACE_MISMATCH: { label: "different face", points: 20, cap: 2, explainable: false, violation: true },
  GAZE_AWAY: { label: "look away", points: 1, cap: 6, explainable: false, violation: false },
  SPEECH: { label: "speech", points: 2, cap: 5, explainable: false, violation: false },
  PHONE: { label: "phone in view", points: 15, cap: 2, explainable: false, violation: true },
  IP_CHANGE: { label: "change of network address", points: 4, cap: 3, explainable: true, violation: false },
  USER_AGENT_CHANGE: { label: "change of browser", points: 8, cap: 2, explainable: false, violation: true },
  FINGERPRINT_CHANGE: { label: "change of device", points: 10, cap: 2, explainable: false, violation: true },
  CONCURRENT_SESSION: { label: "second session", points: 12, cap: 2, explainable: true, violation: true },
  VIRTUAL_MACHINE: { label: "virtual machine", points: 12, cap: 1, explainable: false, violation: true },
  NETWORK_LOST: { label: "network gap", points: 3, cap: 5, explainable: true, violation: false },
  NETWORK_RESTORED: { label: "network restored", points: 0, cap: 0, explainable: true, violation: false },
  HEARTBEAT: { label: "heartbeat", points: 0, cap: 0, explainable: true, violation: false },
  HEARTBEAT_GAP: { label: "heartbeat gap", points: 3, cap: 4, explainable: true, violation: false },
  LONG_PAUSE: { label: "long pause", points: 2, cap: 3, explainable: true, violation: false },
  SAVE_BURST: { label: "burst of saves", points: 4, cap: 3, explainable: true, violation: false },
  ANSWER_SAVED: { label: "answer saved", points: 0, cap: 0, explainable: true, violation: false },
  ANSWER_REVISED: { label: "answer revised", points: 0, cap: 0, explainable: true, violation: false },
  NAVIGATION: { label: "navigation", points: 0, cap: 0, explainable: true, violation: false },
} as const satisfies Record<string, SignalSpec>;

export type SignalType = keyof typeof SIGNALS;

export const isSignal = (type: string): type is SignalType => Object.hasOwn(SIGNALS, type);

/** What the answers, the clock and the devices of a whole exam say about one attempt; found by the analysis, not by a client. */
export const EVIDENCE = {
  IDENTICAL_ERRORS: { label: "identical wrong answers with another candidate", points: 40 },
  TOO_QUICK: { label: "answers given too quickly to have been read", points: 10 },
  QUICK_BLOCK: { label: "a block of answers at impossible speed", points: 15 },
  SHARED_DEVICE: { label: "a device shared with another account", points: 12 },
  SHARED_ADDRESS: { label: "a network address shared with few others", points: 2 },
  OVERLAPPING_ATTEMPTS: { label: "two attempts of one account at the same time", points: 12 },
  ALIKE_TO_GROUP: { label: "answers like those of someone in a flagged group", points: 0 },
  PATTERNED_ANSWERS: { label: "answers in a pattern, given without reading", points: 0 },
} as const satisfies Record<string, { label: string; points: number }>;

export type EvidenceKind = keyof typeof EVIDENCE;

export const isEvidence = (kind: string): kind is EvidenceKind => Object.hasOwn(EVIDENCE, kind);

/** What a signal or a kind of evidence is called. */
export const labelOf = (kind: string): string =>
  isEvidence(kind) ? EVIDENCE[kind].label : isSignal(kind) ? SIGNALS[kind].label : kind.toLowerCase().replaceAll("_", " ");

/** What is shown beside the evidence and is never worth a point, in any exam. */
export const weighable = (kind: EvidenceKind): boolean => EVIDENCE[kind].points > 0;

/** Types that are worth something, by default or in some exam. The others say that someone is there, and change no score. */
export const SCORED_TYPES: readonly string[] = Object.entries(SIGNALS)
  .filter(([, spec]) => spec.cap > 0)
  .map(([type]) => type);

/** Types that make an attempt count as suspicious. A flag says "look", never "guilty". */
export const VIOLATION_TYPES: readonly string[] = Object.entries(SIGNALS)
  .filter(([, spec]) => spec.violation)
  .map(([type]) => type);

/** Types that a failure of ours can cause. */
export const EXPLAINABLE_TYPES: readonly string[] = Object.entries(SIGNALS)
  .filter(([, spec]) => spec.explainable && spec.points > 0)
  .map(([type]) => type);
