import { DECIDED_STATES } from "~/domains/integrity/machine.ts";

/**
 * What the platform holds on a person, table by table: whose a row is, what an erasure does to it, and what an export leaves
 * out. A test compares this list with the catalogue: a new table, reference or text column fails it until it stands here.
 */
export type PersonTable = {
  /** What the file of an export is called, and a line of the preview. */
  label: string;
  /** The column that names the person, or a row of `of` that is theirs; or an address that is theirs. */
  by: { column?: string; of?: string; email?: string };
  /** Rows go, or stay without what is cleared. */
  erase: "delete" | "keep";
  /** What of a row that stays still says something, for whoever decides. */
  stays?: string;
  /** New values of columns that name or describe the person: SQL; `@name` and `@email` stand for the new ones. */
  clear?: Record<string, string>;
  /** Text that stays, and why. */
  kept?: { columns: readonly string[]; why: string };
  /** Never leaves with an export: it opens doors, or is about somebody else. */
  hide?: readonly string[];
  /** SQL over `t`: which rows an export holds. What is not decided or published yet is told by whoever decides it. */
  exportIf?: string;
  /** Why no file of an export holds it at all. */
  notExported?: string;
};

const decided = (review: string) => `${review} in (${DECIDED_STATES.map((state) => `'${state}'`).join(", ")})`;
const OF_DECIDED_REVIEW = `exists (
  select from public.review r where r.id = t.review_id and r.college_id = t.college_id and ${decided("r.state")}
)`;
const PUBLISHED = "t.published_at is not null and not t.withheld";

const NOTHING = "null";
const ERASED = "'[erased]'";
const CODES = "A code, a unit or a class of things, which names nobody.";
const DECISION = "The record of a decision. It names the candidate by number.";

/** In the order in which an erasure walks them: what refers to another row goes before it. */
export const PERSON_TABLES: Readonly<Record<string, PersonTable>> = {
  // ── The account and the ways in
  user_session: { label: "Sessions", by: { column: "user_id" }, erase: "delete", hide: ["token_hash"] },
  refresh_token: { label: "Refresh tokens", by: { column: "user_id" }, erase: "delete", hide: ["token_hash"] },
  oauth_account: {
    label: "Sign-in accounts",
    by: { column: "user_id" },
    erase: "delete",
    hide: ["refresh_token", "access_token", "id_token", "session_state"],
  },
  verification_token: { label: "Confirmation links", by: { email: "identifier" }, erase: "delete", hide: ["token_hash"] },
  user_invitation: {
    label: "Invitations",
    by: { column: "accepted_by_id", email: "email" },
    erase: "delete",
    hide: ["token_hash"],
  },
  recovery_request: { label: "Recovery requests", by: { column: "user_id" }, erase: "delete", hide: ["decided_by"] },
  // ── The person and their family
  student_profile: { label: "Profile", by: { column: "user_id" }, erase: "delete" },
  guardian: { label: "Guardians", by: { column: "user_id" }, erase: "delete" },
  family_info: { label: "Family", by: { column: "user_id" }, erase: "delete" },
  scholarship: {
    label: "Scholarships",
    stays: "Kind, amount and dates.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { sponsor: NOTHING, note: NOTHING },
    kept: { columns: ["kind", "currency"], why: CODES },
  },
  // ── Messages
  email_log: { label: "E-mail log", by: { column: "user_id", email: "to_address" }, erase: "delete" },
  notification: { label: "Notifications", by: { column: "user_id" }, erase: "delete", hide: ["dedupe_key"] },
  event_reminder: { label: "Reminders", by: { column: "user_id" }, erase: "delete" },
  event_subscription: { label: "Subscriptions to events", by: { column: "user_id" }, erase: "delete" },
  room_message_recipient: { label: "Messages in the exam room", by: { column: "user_id" }, erase: "delete" },
  // ── School
  student_registration: {
    label: "Registrations",
    stays: "Class, state and dates.",
    by: { column: "user_id", email: "email" },
    erase: "keep",
    clear: { name: "@name", email: "@email", phone: NOTHING, note: NOTHING, decision_reason: NOTHING },
    hide: ["decided_by"],
  },
  enrollment: {
    label: "Enrollments",
    stays: "Class, state, payment state and dates.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { drop_reason: NOTHING },
    kept: { columns: ["currency"], why: CODES },
  },
  attendance: {
    label: "Attendance",
    stays: "Date, session and mark.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { reason: NOTHING },
    kept: { columns: ["recorded_by"], why: "Whoever took the register." },
    hide: ["recorded_by"],
  },
  grade: {
    label: "Grades",
    stays: "Subject, mark and date.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { comment: NOTHING },
  },
  teacher_class_assignment: { label: "Classes taught", stays: "Class and subject.", by: { column: "user_id" }, erase: "keep" },
  // ── Money: kept as long as the law on accounts asks
  payment: {
    label: "Payments",
    stays: "Amount, method, transaction number and dates: kept by law.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { failure_reason: NOTHING },
    kept: { columns: ["currency", "method", "transaction_id"], why: "An account of money: kept by law." },
    hide: ["recorded_by", "approved_by"],
  },
  invoice: {
    label: "Invoices",
    stays: "Number, amount and dates: kept by law.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { void_reason: NOTHING },
    kept: { columns: ["currency"], why: CODES },
  },
  transaction: {
    label: "Transactions",
    stays: "Amount, provider and the provider's number: kept by law.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { metadata: NOTHING },
    kept: { columns: ["currency", "provider", "provider_txn_id"], why: "An account of money: kept by law." },
  },
  // ── Exams
  accommodation: {
    label: "Accommodations",
    stays: "Extra time, and signals that do not apply.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { reason: ERASED },
    kept: { columns: ["ignored_signals"], why: CODES },
  },
  exam_seat: {
    label: "Seats",
    stays: "Room and seat.",
    by: { column: "user_id" },
    erase: "keep",
    kept: { columns: ["room"], why: "A room of the building." },
  },
  exam_result: {
    label: "Results",
    stays: "Marks, percent and grade.",
    exportIf: PUBLISHED,
    by: { column: "user_id" },
    erase: "keep",
    kept: { columns: ["grade"], why: "A grade of the scale." },
  },
  integrity_event: {
    label: "Signals",
    stays: "Kind, time and length of each signal.",
    by: { column: "attempt_id", of: "student_exam_attempt" },
    erase: "keep",
    clear: { details: NOTHING },
    kept: { columns: ["type"], why: CODES },
  },
  room_hand: {
    label: "Questions to the proctor",
    stays: "That a hand was raised, when, and what became of it.",
    by: { column: "attempt_id", of: "student_exam_attempt" },
    erase: "keep",
    clear: { text: NOTHING, answer: NOTHING },
    kept: { columns: ["closed_by_name"], why: "The proctor who answered." },
    hide: ["closed_by", "closed_by_name"],
  },
  room_event: {
    label: "Minutes of the exam room",
    stays: "What happened, and when.",
    by: { column: "attempt_id", of: "student_exam_attempt" },
    erase: "keep",
    clear: { details: "details - '{text,answer,note,reason}'::text[]" },
    kept: { columns: ["actor_name"], why: "The member of staff who did it." },
    hide: ["actor_id", "actor_name"],
  },
  student_answer: {
    label: "Answers",
    stays: "The paper as it was sat: marks, results and appeals rest on it.",
    by: { column: "attempt_id", of: "student_exam_attempt" },
    erase: "keep",
    kept: { columns: ["answer_text"], why: "The paper as it was sat: marks, results and appeals rest on it." },
    hide: ["is_correct", "marks_awarded", "marked_by"],
  },
  answer_version: {
    label: "Versions of answers",
    stays: "The paper as it was sat, for 400 days.",
    by: { column: "attempt_id", of: "student_exam_attempt" },
    erase: "keep",
    kept: {
      columns: ["answer_text"],
      why: "The paper as it was sat. No runtime role may change a version; they go after 400 days.",
    },
  },
  incident_time: {
    label: "Time given for incidents",
    stays: "Minutes given.",
    by: { column: "attempt_id", of: "student_exam_attempt" },
    erase: "keep",
  },
  collusion_pair: {
    label: "Similar answers",
    stays: "Figures of the comparison.",
    by: { column: "first_attempt_id", of: "student_exam_attempt" },
    erase: "keep",
    notExported: "A pair is about two students, and would tell one about the other.",
  },
  result_hold: {
    label: "Held results",
    stays: "What was held, and what it was before.",
    by: { column: "attempt_id", of: "student_exam_attempt" },
    erase: "keep",
    clear: { lifted_reason: NOTHING },
    kept: { columns: ["prior_state", "prior_result"], why: "What the result was before a decision held it." },
    notExported: "Whether a result is held is told by whoever decides.",
  },
  review: {
    label: "Reviews",
    stays: "Score, kinds of signals, state and dates.",
    exportIf: decided("t.state"),
    by: { column: "attempt_id", of: "student_exam_attempt" },
    erase: "keep",
    kept: { columns: ["reasons"], why: "Which signals led to the review, by kind and number." },
    hide: ["claimed_by", "claimed_until"],
  },
  review_decision: {
    label: "Decisions",
    stays: "The decision and its note, by candidate number.",
    exportIf: OF_DECIDED_REVIEW,
    by: { column: "review_id", of: "review" },
    erase: "keep",
    kept: { columns: ["note"], why: DECISION },
    hide: ["decider_id"],
  },
  review_note: {
    label: "Notes of reviewers",
    stays: "That a note was written, and when.",
    by: { column: "review_id", of: "review" },
    erase: "keep",
    clear: { body: ERASED },
    notExported: "What reviewers write for each other.",
  },
  review_statement: {
    label: "Statements of decisions",
    stays: "What a decision rested on, by candidate number.",
    exportIf: OF_DECIDED_REVIEW,
    by: { column: "review_id", of: "review" },
    erase: "keep",
    kept: {
      columns: ["body"],
      why: "What a decision rested on. No runtime role may change it. It names the candidate by number.",
    },
  },
  appeal: {
    label: "Appeals",
    stays: "Outcome, its note and dates.",
    exportIf: OF_DECIDED_REVIEW,
    by: { column: "review_id", of: "review" },
    erase: "keep",
    clear: { statement: ERASED },
    kept: { columns: ["decision_note"], why: DECISION },
    hide: ["filed_by", "decided_by"],
  },
  declared_conflict: {
    label: "Conflicts of interest",
    stays: "That a reviewer declared one.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { reason: ERASED },
    notExported: "What a reviewer said about themselves.",
  },
  // ── Learning
  assignment_submission: {
    label: "Submissions",
    stays: "Score and dates.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { content: NOTHING, url: NOTHING, feedback: NOTHING },
  },
  lesson_progress: {
    label: "Lessons",
    stays: "Progress and time.",
    by: { column: "progress_id", of: "course_progress" },
    erase: "keep",
  },
  course_progress: { label: "Courses", stays: "Progress and time.", by: { column: "user_id" }, erase: "keep" },
  certificate: {
    label: "Certificates",
    stays: "Number, course and dates. It can still be verified.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { pdf_url: NOTHING, revoked_reason: `case when revoked_at is not null then ${ERASED} end` },
    kept: { columns: ["certificate_no"], why: "The number by which a certificate is verified." },
    hide: ["issued_by", "revoked_by"],
  },
  user_event: {
    label: "Learning events",
    stays: "Kind and time of each event.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { data: NOTHING },
    kept: { columns: ["event_type"], why: CODES },
  },
  learning_session: { label: "Learning sessions", stays: "Times.", by: { column: "user_id" }, erase: "keep" },
  story_progress: { label: "Stories read", stays: "Progress and time.", by: { column: "user_id" }, erase: "keep" },
  user_vocabulary_progress: { label: "Vocabulary", stays: "Words and their schedule.", by: { column: "user_id" }, erase: "keep" },
  exercise_attempt: {
    label: "Exercises",
    stays: "Whether it was right, and time.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { answer: NOTHING },
  },
  // ── Holds
  legal_hold: {
    label: "Legal holds",
    stays: "Dates, and who placed it.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { reason: ERASED, lifted_reason: `case when lifted_at is not null then ${ERASED} end` },
    kept: { columns: ["placed_by_name"], why: "The member of staff who placed it." },
    notExported: "What a college keeps for a dispute is its own.",
  },
  // ── What the others hang from, last. Nothing is scored again: the details of its signals are gone.
  student_exam_attempt: {
    label: "Attempts",
    stays: "Times, scores and the state of its review.",
    by: { column: "user_id" },
    erase: "keep",
    hide: ["score", "risk_score", "review_state", "suspicious_activity", "violation_count", "needs_scoring"],
    clear: {
      ip_address: NOTHING,
      user_agent: NOTHING,
      browser_fingerprint: NOTHING,
      activity_log: NOTHING,
      needs_scoring: "false",
    },
  },
  user: {
    label: "Account",
    stays: "Role and dates, under a number.",
    by: { column: "id" },
    erase: "keep",
    clear: {
      name: "@name",
      email: "@email",
      roll_no: NOTHING,
      username: NOTHING,
      password: NOTHING,
      first_name: NOTHING,
      last_name: NOTHING,
      phone: NOTHING,
      phone2: NOTHING,
      position: NOTHING,
      image: NOTHING,
      locked_reason: NOTHING,
      status: "'INACTIVE'",
      is_active: "false",
      email_verified_at: NOTHING,
      last_failed_login_at: NOTHING,
      failed_login_attempts: "0",
    },
    hide: ["password"],
  },
};

/** References to a person from what is not theirs. They stay, and name the person by number from then on. */
export const REFERENCES_KEPT: Readonly<Record<string, string>> = {
  "course.instructor_id": "The course belongs to the college.",
  "exam.created_by_id": "The exam belongs to the college.",
  "grade.graded_by_id": "The grade is the student's.",
  "user_invitation.invited_by_id": "The invitation is about whoever was invited.",
  "exam_result.attempt_id": "The result is found by its student.",
  "collusion_pair.second_attempt_id": "Holds no text. The pair is found by its first attempt.",
  "result_hold.review_id": "The hold is found by its attempt.",
  "email_log.notification_id": "The line of the log is found by its person.",
  "review_statement.decision_id": "The statement is found by its review.",
  "payment.enrollment_id": "The payment is found by its person.",
  "invoice.payment_id": "The invoice is found by its person.",
  "user_event.session_id": "The event is found by its person.",
};

const PAPER = "What is taught and examined: written by staff, about nobody.";

/** Every other table of the platform, and why it holds nothing on a platform user. */
export const NOT_PERSONAL: Readonly<Record<string, string>> = {
  _prisma_migrations: "The list of migrations.",
  college: "The tenant itself. Its contact address is the college's.",
  subscription: "What a college pays for.",
  platform_identifier: "Hashes and numbers that must be unique; triggers keep it.",
  api_key: "Keys of machines.",
  announcement: "What staff tell a class or everybody.",
  event: "The calendar of a college or class.",
  room_message: "What staff tell the students in a room. It stays with the exam's minutes.",
  assignment: PAPER,
  class: PAPER,
  course: PAPER,
  course_analytics: "Counts of a course.",
  course_module: PAPER,
  exam: PAPER,
  exam_analysis: "Statistics of an exam. Attempts are named by id.",
  exercise: PAPER,
  forecast: "What was expected of the database.",
  grade_boundary: PAPER,
  lesson: PAPER,
  media: PAPER,
  question: PAPER,
  question_option: PAPER,
  school_year: PAPER,
  semester: PAPER,
  story: PAPER,
  study_material: PAPER,
  subject: PAPER,
  vocabulary: PAPER,
};
