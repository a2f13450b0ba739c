import type { Machine } from "~/platform/machine.ts";

export type ReviewState = "QUEUED" | "CLAIMED" | "SECOND" | "THIRD" | "CLEARED" | "INCONCLUSIVE" | "VIOLATION" | "APPEALED";

/** Backward moves are undos (within ten seconds), releases, and what an appeal decides. */
export const REVIEW: Machine<ReviewState> = {
  QUEUED: ["CLAIMED"],
  CLAIMED: ["QUEUED", "CLEARED", "INCONCLUSIVE", "SECOND"],
  SECOND: ["VIOLATION", "THIRD", "CLAIMED"],
  THIRD: ["VIOLATION", "CLEARED", "INCONCLUSIVE", "SECOND"],
  CLEARED: ["CLAIMED", "THIRD"],
  INCONCLUSIVE: ["CLAIMED", "THIRD"],
  VIOLATION: ["APPEALED", "SECOND", "THIRD"],
  APPEALED: ["CLEARED", "VIOLATION"],
};

export type AppealStatus = "OPEN" | "UPHELD" | "DISMISSED" | "EXPIRED";

export const APPEAL: Machine<AppealStatus> = {
  OPEN: ["UPHELD", "DISMISSED", "EXPIRED"],
  UPHELD: [],
  DISMISSED: [],
  EXPIRED: [],
};

export type Decision = "CLEARED" | "INCONCLUSIVE" | "VIOLATION";
export const DECISIONS = ["CLEARED", "INCONCLUSIVE", "VIOLATION"] as const satisfies readonly Decision[];

/** Nobody has decided for good. SQL reads these lists too (`literals` of db/sql.ts): a state is added here and nowhere else. */
export const OPEN_STATES = ["QUEUED", "CLAIMED", "SECOND", "THIRD"] as const satisfies readonly ReviewState[];
/** Open, and someone is or was at work on it. */
export const BEGUN_STATES = ["CLAIMED", "SECOND", "THIRD"] as const satisfies readonly ReviewState[];
/** Nobody has decided yet. */
export const UNDECIDED_STATES = ["QUEUED", "CLAIMED"] as const satisfies readonly ReviewState[];
/** A violation was reported, and another person looks. */
export const FURTHER_STATES = ["SECOND", "THIRD"] as const satisfies readonly ReviewState[];
export const DECIDED_STATES = ["CLEARED", "INCONCLUSIVE", "VIOLATION", "APPEALED"] as const satisfies readonly ReviewState[];
/** A violation stands, also while someone appeals against it. */
export const VIOLATION_STATES = ["VIOLATION", "APPEALED"] as const satisfies readonly ReviewState[];
export const isOpen = (state: string): boolean => (OPEN_STATES as readonly string[]).includes(state);

/** Which look at the attempt comes next: a violation needs a second person, a disagreement a third. */
export const roundOf = (state: ReviewState): 1 | 2 | 3 | null =>
  state === "QUEUED" || state === "CLAIMED" ? 1 : state === "SECOND" ? 2 : state === "THIRD" ? 3 : null;

/** Where a decision leads. Only a second person's agreement makes a violation stand; only a third settles a disagreement. */
export function nextState(state: ReviewState, decision: Decision): ReviewState | null {
  if (state === "CLAIMED") return decision === "VIOLATION" ? "SECOND" : decision;
  if (state === "SECOND") return decision === "VIOLATION" ? "VIOLATION" : "THIRD";
  return state === "THIRD" ? decision : null;
}

/** Where an undo leads back to. */
export const undoState = (round: number): ReviewState => (round === 1 ? "CLAIMED" : round === 2 ? "SECOND" : "THIRD");

/** The views of the queue. */
export const QUEUE_VIEWS = ["open", "mine", "second", "decided"] as const;
