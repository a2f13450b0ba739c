/**
 * What of a tenant may be put back, and what never is. A table that is not named here is put back whole: rows that are
 * missing, and rows that were changed.
 */
const MONEY = "Money is never rewound. Correct it with a new payment, a refund or a new invoice.";
const DECISION = "A decision is never rewound. Whoever decided it can undo it on the page of the review.";
const EVIDENCE = "What happened is evidence, and is never rewound.";
const CERTIFICATE = "A certificate was given to someone. Revoke it and issue another.";
const DOOR = "An old session, token or key would let someone in again.";
const SENT = "What was sent can't be taken back, and would be sent again.";
const COMPUTED = "This is computed again from the other rows.";

/** Listed, never written, and why. */
export const NEVER: Readonly<Record<string, string>> = {
  college: "The tenant's own settings are changed on the tenant's page.",
  subscription: MONEY,
  payment: MONEY,
  invoice: MONEY,
  transaction: MONEY,
  review: DECISION,
  review_decision: DECISION,
  review_note: DECISION,
  review_statement: DECISION,
  appeal: DECISION,
  result_hold: DECISION,
  exam_result: "A result is never rewound. Grade the exam again, or decide the review.",
  declared_conflict: DECISION,
  recovery_request: DECISION,
  legal_hold: "A hold is placed and lifted on the person's page.",
  integrity_event: EVIDENCE,
  answer_version: EVIDENCE,
  room_event: EVIDENCE,
  room_hand: EVIDENCE,
  room_message: SENT,
  room_message_recipient: SENT,
  incident_time: EVIDENCE,
  user_event: EVIDENCE,
  certificate: CERTIFICATE,
  api_key: DOOR,
  oauth_account: DOOR,
  refresh_token: DOOR,
  user_session: DOOR,
  user_invitation: DOOR,
  verification_token: DOOR,
  notification: SENT,
  email_log: SENT,
  event_reminder: SENT,
  collusion_pair: COMPUTED,
  course_analytics: COMPUTED,
  exam_analysis: COMPUTED,
  forecast: COMPUTED,
};

/** Rows that were deleted can be put back; what a student did in an exam since then is never overwritten, nor removed. */
const DELETED_ONLY = new Set(["student_exam_attempt", "student_answer"]);
export const DELETED_ONLY_REASON = "What a student did in an exam is never overwritten. Only deleted rows can be put back.";

/** Kept by triggers of the tables that are compared. */
export const SKIPPED = new Set(["platform_identifier"]);

export type Kind = "MISSING" | "CHANGED" | "ADDED";

/** Why rows of this kind are listed only; null where they can be put back. */
export const neverBecause = (table: string, kind: Kind): string | null =>
  NEVER[table] ?? (kind !== "MISSING" && DELETED_ONLY.has(table) ? DELETED_ONLY_REASON : null);

/** Nothing of these rows is copied into a comparison: what they hold opens doors. */
export const isSecret = (table: string): boolean => NEVER[table] === DOOR;

/**
 * Columns that stay as they are today in a row that is put back: what was decided, paid, locked or counted since then. They
 * don't make a row differ either. `updated_at` says when the row was last written, and putting back writes it.
 */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  user: [
    "password",
    "email_verified_at",
    "last_login_at",
    "failed_login_attempts",
    "last_failed_login_at",
    "locked_until",
    "locked_reason",
  ],
  enrollment: ["payment_status"],
  event: ["expanded_until", "expanded_from"],
  exam: ["status", "frozen_at", "published_at", "cancelled_reason"],
  student_exam_attempt: ["review_state", "risk_score", "needs_scoring"],
};
export const keptColumns = (table: string): readonly string[] => [...(KEPT[table] ?? []), "updated_at"];

/** What a row that is inserted again takes from the table's default: it follows from rows that are never put back. */
const DEFAULTED: Readonly<Record<string, readonly string[]>> = { student_exam_attempt: ["review_state"] };
export const defaultedColumns = (table: string): readonly string[] => DEFAULTED[table] ?? [];

/** What triggers and clocks write into a row by themselves: it is still as it was put back. */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  event: ["expanded_until", "expanded_from"],
  exam: ["frozen_at"],
  student_exam_attempt: ["review_state", "risk_score", "needs_scoring"],
};
export const followingColumns = (table: string): readonly string[] => [...(FOLLOWS[table] ?? []), "updated_at"];

/** Written by triggers about a row of these tables, and gone with it: they don't keep it from being removed again. */
export const WRITTEN_ALONG = new Set(["answer_version", "room_event"]);

/** Never shown, not even to who may see the row. */
export const isHiddenColumn = (column: string): boolean => /password|hash|secret|token/.test(column);

/** Differences hold personal data, so they don't stay. */
export const KEPT_DAYS = 7;
