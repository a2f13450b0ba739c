import { CODES, NOTHING, type PersonTable } from "./person-table.ts";

/** Classes, marks and money. */
export const SCHOOL_TABLES: Readonly<Record<string, PersonTable>> = {
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
    stays: "Subject, mark, date and what it was for.",
    by: { column: "user_id" },
    erase: "keep",
    clear: { comment: NOTHING },
    kept: { columns: ["component"], why: "A column of the class's grade book, the same for all of its students." },
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
};
