import {
  choice,
  hundredths,
  int,
  json,
  list,
  longText,
  moment,
  plainId,
  ref,
  resource,
  text,
  thousandths,
} from "~/resources/define.ts";

const integrityEvent = resource({
  name: "integrity_event",
  one: "Signal",
  many: "Signals",
  area: "integrity",
  read: "platform.read",
  write: null,
  fields: {
    attempt: ref("student_exam_attempt", "attempt_id", "Attempt", { required: true }),
    type: text("type", "Type", { required: true }),
    at: moment("at", "At", { required: true }),
    receivedAt: moment("received_at", "Received"),
    seq: int("seq", "Sequence number"),
    durationMs: int("duration_ms", "Duration (ms)"),
    details: json("details", "Details"),
    explainedBy: plainId("explained_by", "Explained by"),
  },
  title: "attempt",
  columns: ["attempt", "type", "at", "receivedAt", "seq", "durationMs"],
  filters: ["attempt", "type"],
});

/** One open or decided review of one attempt; who may decide next follows from its decisions. */
const review = resource({
  name: "review",
  one: "Review",
  many: "Reviews",
  area: "integrity",
  read: "platform.read",
  write: null,
  fields: {
    attempt: ref("student_exam_attempt", "attempt_id", "Attempt", { required: true }),
    state: choice("state", "State", ["QUEUED", "CLAIMED", "SECOND", "THIRD", "CLEARED", "INCONCLUSIVE", "VIOLATION", "APPEALED"]),
    score: int("score", "Score"),
    reasons: json("reasons", "Reasons", { required: true }),
    claimedBy: plainId("claimed_by", "Claimed by"),
    claimedUntil: moment("claimed_until", "Claimed until"),
    decidedAt: moment("decided_at", "Decided", { readOnly: true }),
  },
  title: "attempt",
  columns: ["attempt", "state", "score", "claimedUntil", "decidedAt"],
  filters: ["state", "attempt"],
});

const reviewDecision = resource({
  name: "review_decision",
  one: "Review decision",
  many: "Review decisions",
  area: "integrity",
  read: "platform.read",
  write: null,
  fields: {
    review: ref("review", "review_id", "Review", { required: true }),
    round: int("round", "Round", { required: true }),
    deciderId: plainId("decider_id", "Decided by", { required: true }),
    decision: choice("decision", "Decision", ["CLEARED", "INCONCLUSIVE", "VIOLATION"], { required: true }),
    note: longText("note", "Note", { required: true }),
    undoneAt: moment("undone_at", "Undone"),
  },
  title: "review",
  columns: ["review", "round", "decision", "undoneAt"],
  filters: ["review"],
});

const reviewNote = resource({
  name: "review_note",
  one: "Review note",
  many: "Review notes",
  area: "integrity",
  read: "platform.read",
  write: null,
  fields: {
    review: ref("review", "review_id", "Review", { required: true }),
    authorId: plainId("author_id", "Written by", { required: true }),
    body: longText("body", "Body", { required: true }),
  },
  title: "review",
  columns: ["review"],
  filters: ["review"],
});

const appeal = resource({
  name: "appeal",
  one: "Appeal",
  many: "Appeals",
  area: "integrity",
  read: "platform.read",
  write: null,
  fields: {
    review: ref("review", "review_id", "Review", { required: true }),
    filedBy: plainId("filed_by", "Filed by", { required: true }),
    statement: longText("statement", "Statement", { required: true }),
    status: choice("status", "Status", ["OPEN", "UPHELD", "DISMISSED", "EXPIRED"]),
    deadlineAt: moment("deadline_at", "Deadline", { required: true }),
    decidedBy: plainId("decided_by", "Decided by", { readOnly: true }),
    decidedAt: moment("decided_at", "Decided", { readOnly: true }),
    decisionNote: longText("decision_note", "Decision note"),
  },
  title: "review",
  columns: ["review", "status", "deadlineAt", "decidedAt"],
  filters: ["status", "review"],
});

/** A reviewer says whom they teach or know; those attempts never reach them. */
const declaredConflict = resource({
  name: "declared_conflict",
  one: "Declared conflict",
  many: "Declared conflicts",
  area: "integrity",
  read: "platform.read",
  write: null,
  fields: {
    staffId: plainId("staff_id", "By", { required: true }),
    user: ref("user", "user_id", "Person"),
    class: ref("class", "class_id", "Class"),
    reason: longText("reason", "Reason", { required: true }),
  },
  title: "staffId",
  columns: ["staffId", "user", "class"],
  filters: ["user", "class"],
});

/** A tenant's key for the machine endpoints; only its hash is kept. */
const apiKey = resource({
  name: "api_key",
  one: "API key",
  many: "API keys",
  area: "integrity",
  read: "platform.read",
  write: null,
  fields: {
    name: text("name", "Name", { required: true, personal: true }),
    prefix: text("prefix", "Prefix", { required: true }),
    scopes: list("scopes", "Scopes", { required: true }),
    ratePerMinute: int("rate_per_minute", "Requests per minute"),
    expiresAt: moment("expires_at", "Expires"),
    lastUsedAt: moment("last_used_at", "Last used"),
    revokedAt: moment("revoked_at", "Revoked"),
    createdBy: plainId("created_by", "Created by"),
  },
  title: "name",
  columns: ["name", "prefix", "ratePerMinute", "expiresAt", "lastUsedAt", "revokedAt"],
});

/** A pair of attempts of one exam whose answers agree more than chance allows. */
const collusionPair = resource({
  name: "collusion_pair",
  one: "Similar pair",
  many: "Similar pairs",
  area: "integrity",
  read: "platform.read",
  write: null,
  fields: {
    exam: ref("exam", "exam_id", "Exam", { required: true }),
    firstAttempt: ref("student_exam_attempt", "first_attempt_id", "One attempt", { required: true }),
    secondAttempt: ref("student_exam_attempt", "second_attempt_id", "Other attempt", { required: true }),
    ring: int("ring", "Ring"),
    eeic: int("eeic", "Same wrong answers", { required: true }),
    differences: int("differences", "Different answers", { required: true }),
    ratio: hundredths("ratio", "Ratio", { required: true }),
    commonAnswers: int("common_answers", "Answers in common", { required: true }),
    gbtLog10P: thousandths("gbt_log10_p", "Log10 of the GBT probability", { required: true }),
    expectedPairs: thousandths("expected_pairs", "Pairs expected by chance", { required: true }),
  },
  title: "exam",
  columns: ["exam", "firstAttempt", "secondAttempt", "ring", "eeic", "differences"],
  filters: ["exam", "firstAttempt", "secondAttempt"],
});

export const integrityResources = [
  integrityEvent,
  review,
  reviewDecision,
  reviewNote,
  appeal,
  declaredConflict,
  apiKey,
  collusionPair,
];
