import { choice, date, int, json, longText, moment, money, staffId, ref, resource, text } from "~/resources/define.ts";
import { EMAIL } from "~/resources/patterns.ts";
import { PAYMENT_METHODS } from "./states.ts";

const studentRegistration = resource({
  name: "student_registration",
  one: "Registration",
  many: "Registrations",
  area: "enrollments",
  fields: {
    user: ref("user", "user_id", "Person"),
    class: ref("class", "class_id", "Class"),
    name: text("name", "Name", { required: true, personal: true }),
    email: text("email", "E-mail", { required: true, personal: true, pattern: EMAIL, max: 254 }),
    phone: text("phone", "Phone", { personal: true }),
    status: choice("status", "Status", ["PENDING", "APPROVED", "REJECTED", "CANCELLED"], { readOnly: true }),
    note: longText("note", "Note"),
    decidedBy: staffId("decided_by", "Decided by", { readOnly: true }),
    decidedAt: moment("decided_at", "Decided", { readOnly: true }),
    decisionReason: text("decision_reason", "Reason of the decision", { readOnly: true }),
  },
  title: "name",
  columns: ["name", "user", "class", "email", "phone", "status"],
  filters: ["status", "user", "class"],
  bulk: [
    { key: "approve", label: "Approve", says: "Each becomes a student and is enrolled where they applied, while places last." },
    { key: "reject", label: "Reject", danger: true, says: "They are notified; the registration is kept." },
  ],
  page: "/enrollments/registrations/",
});

const enrollment = resource({
  name: "enrollment",
  one: "Enrollment",
  many: "Enrollments",
  area: "enrollments",
  fields: {
    user: ref("user", "user_id", "Student", { required: true, fixed: true }),
    class: ref("class", "class_id", "Class", { required: true, fixed: true }),
    status: choice("status", "Status", ["ACTIVE", "COMPLETED", "EXPIRED", "CANCELLED", "DROPPED"], { readOnly: true }),
    enrolledAt: moment("enrolled_at", "Enrolled", { readOnly: true }),
    completedAt: moment("completed_at", "Completed", { readOnly: true }),
    expiresAt: moment("expires_at", "Expires"),
    paymentStatus: choice("payment_status", "Payment", ["PENDING", "COMPLETED", "FAILED", "REFUNDED"], { readOnly: true }),
    amountMinor: money("amount_minor", "Fee", { fixed: true, hint: "Empty or 0: free, nothing to pay" }),
    currency: text("currency", "Currency", { readOnly: true }),
    dropSemester: ref("semester", "drop_semester_id", "Dropped in", { readOnly: true }),
    dropDate: date("drop_date", "Dropped on", { readOnly: true }),
    dropReason: text("drop_reason", "Drop reason", { readOnly: true }),
  },
  title: "user",
  columns: ["user", "class", "status", "paymentStatus", "amountMinor", "enrolledAt"],
  filters: ["class", "status", "user", "dropSemester"],
  createdByVerb: true,
  bulk: [
    {
      key: "drop",
      label: "Drop",
      danger: true,
      says: "They leave the class today with your reason, and their place becomes free.",
    },
  ],
  page: "/enrollments/",
});

const payment = resource({
  name: "payment",
  one: "Payment",
  many: "Payments",
  area: "enrollments",
  write: null,
  fields: {
    user: ref("user", "user_id", "Student", { required: true }),
    enrollment: ref("enrollment", "enrollment_id", "Enrollment"),
    amountMinor: money("amount_minor", "Amount", { required: true }),
    currency: text("currency", "Currency"),
    method: choice("method", "Method", PAYMENT_METHODS),
    transactionId: text("transaction_id", "Transaction"),
    status: choice("status", "Status", ["PENDING", "COMPLETED", "FAILED", "REFUNDED"]),
    recordedBy: staffId("recorded_by", "Recorded by"),
    approvedBy: staffId("approved_by", "Approved by"),
    approvedAt: moment("approved_at", "Approved"),
    failureReason: text("failure_reason", "Failure reason"),
    paidAt: moment("paid_at", "Paid"),
  },
  title: "transactionId",
  columns: ["transactionId", "user", "amountMinor", "method", "status", "paidAt"],
  filters: ["user", "status", "enrollment"],
  bulk: [
    {
      key: "approve",
      label: "Approve",
      permission: "platform.manage",
      says: "Each gets an invoice with the next number. Payments that you recorded need another person.",
    },
  ],
  page: "/enrollments/payments/",
});

const invoice = resource({
  name: "invoice",
  one: "Invoice",
  many: "Invoices",
  area: "enrollments",
  write: null,
  fields: {
    user: ref("user", "user_id", "Student", { required: true }),
    payment: ref("payment", "payment_id", "Payment"),
    number: int("number", "Number", { required: true }),
    amountMinor: money("amount_minor", "Amount", { required: true }),
    currency: text("currency", "Currency"),
    status: choice("status", "Status", ["DRAFT", "ISSUED", "PAID", "VOID"]),
    issuedAt: moment("issued_at", "Issued"),
    dueOn: date("due_on", "Due"),
    voidReason: text("void_reason", "Void reason"),
  },
  title: "number",
  columns: ["number", "user", "payment", "amountMinor", "status"],
  filters: ["status", "user", "payment", "number"],
});

const transaction = resource({
  name: "transaction",
  one: "Transaction",
  many: "Transactions",
  area: "enrollments",
  write: null,
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    course: ref("course", "course_id", "Course"),
    amountMinor: money("amount_minor", "Amount", { required: true }),
    currency: text("currency", "Currency"),
    status: choice("status", "Status", ["PENDING", "COMPLETED", "FAILED", "REFUNDED"]),
    provider: text("provider", "Provider", { required: true }),
    providerTxnId: text("provider_txn_id", "Provider's transaction"),
    metadata: json("metadata", "Metadata"),
  },
  title: "user",
  columns: ["user", "course", "amountMinor", "status", "provider"],
  filters: ["user", "status", "course"],
  sorts: [{ key: "createdAt", label: "Created, latest first", field: "createdAt", descending: true }],
});

export const enrollmentsResources = [studentRegistration, enrollment, payment, invoice, transaction];
