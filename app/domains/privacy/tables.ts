import { ACCOUNT_TABLES } from "./tables/account.ts";
import { EXAM_TABLES } from "./tables/exams.ts";
import { LEARNING_TABLES } from "./tables/learning.ts";
import { ERASED, NOTHING, type PersonTable } from "./tables/person-table.ts";
import { SCHOOL_TABLES } from "./tables/school.ts";

/**
 * What the platform holds on a person, table by table, in the order in which an erasure walks them: what refers to another row
 * goes before it. A test compares this list with the catalogue: a new table, reference or text column fails it until it stands here.
 */
export const PERSON_TABLES: Readonly<Record<string, PersonTable>> = {
  ...ACCOUNT_TABLES,
  ...SCHOOL_TABLES,
  ...EXAM_TABLES,
  ...LEARNING_TABLES,
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
  question_image: PAPER,
  question_option: PAPER,
  school_year: PAPER,
  semester: PAPER,
  story: PAPER,
  study_material: PAPER,
  subject: PAPER,
  vocabulary: PAPER,
};
