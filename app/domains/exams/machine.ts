import type { Machine } from "~/platform/machine.ts";

export type ExamStatus = "DRAFT" | "SCHEDULED" | "LIVE" | "CLOSED" | "GRADED" | "PUBLISHED" | "CANCELLED";

export const EXAM: Machine<ExamStatus> = {
  DRAFT: ["SCHEDULED", "CANCELLED"],
  SCHEDULED: ["DRAFT", "LIVE", "CANCELLED"],
  LIVE: ["CLOSED", "CANCELLED"],
  CLOSED: ["GRADED"],
  GRADED: ["PUBLISHED", "CLOSED"],
  PUBLISHED: [],
  CANCELLED: [],
};

export type AttemptState =
  "IN_PROGRESS" | "PAUSED" | "LOCKED" | "SUBMITTED" | "FORCE_SUBMITTED" | "EXPIRED" | "GRADED" | "WITHHELD" | "ZEROED";

export const ATTEMPT: Machine<AttemptState> = {
  IN_PROGRESS: ["PAUSED", "LOCKED", "SUBMITTED", "FORCE_SUBMITTED", "EXPIRED"],
  /** Its clock stands still: no way to EXPIRED. */
  PAUSED: ["IN_PROGRESS", "LOCKED", "FORCE_SUBMITTED"],
  LOCKED: ["IN_PROGRESS", "PAUSED", "FORCE_SUBMITTED"],
  SUBMITTED: ["GRADED", "WITHHELD", "ZEROED"],
  FORCE_SUBMITTED: ["GRADED", "WITHHELD", "ZEROED"],
  EXPIRED: ["GRADED", "WITHHELD", "ZEROED"],
  GRADED: ["WITHHELD", "ZEROED"],
  WITHHELD: ["SUBMITTED", "FORCE_SUBMITTED", "EXPIRED", "GRADED", "ZEROED"],
  ZEROED: ["SUBMITTED", "FORCE_SUBMITTED", "EXPIRED", "GRADED", "WITHHELD"],
};

/** Not ended yet: the student writes, or will go on when a proctor resumes the attempt. */
export const OPEN_ATTEMPT: readonly AttemptState[] = ["IN_PROGRESS", "PAUSED", "LOCKED"];

export const isOpenAttempt = (state: string | null): boolean => OPEN_ATTEMPT.includes(state as AttemptState);

export const ATTEMPT_STATES = Object.keys(ATTEMPT) as AttemptState[];

export const EXAM_STATUSES = Object.keys(EXAM) as ExamStatus[];

/** Keys go to whoever writes the paper, and to the others once nobody can still use them. */
export const keysAreOpen = (status: ExamStatus): boolean => status === "CLOSED" || status === "GRADED" || status === "PUBLISHED";
