import { NOT_IN_EMAIL_LOG } from "~/domains/communication/not-in-log.ts";
import { MESSAGE_READERS } from "~/domains/exams/room/message-readers.ts";
import { NO_LONGER_EVIDENCE } from "~/domains/integrity/review/evidence-needed.ts";
import { addressOwner } from "~/domains/people/address-owner.ts";
import { PERSON_TABLES } from "../tables.ts";

/** What one kind of data does to one table: rows whose `at` is older than the period go, or lose what is named. */
export type RetentionStep = {
  table: string;
  at: string;
  /** SQL over `t`: which of the old rows. */
  where?: string;
  /** Columns that are set to null; without them the rows go. */
  clear?: readonly string[];
  /** SQL over `t` that gives the ids of the people it is about, where it is not one person's. */
  people?: string;
};

export type RetentionKind = {
  key: string;
  label: string;
  /** What goes once the period is over. */
  says: string;
  /** Shorter than this would take what somebody still needs. */
  minDays: number;
  steps: readonly RetentionStep[];
};

const CLEARED = ["ip_address", "user_agent", "browser_fingerprint", "activity_log"];

export const LEAVERS = "leavers";

export const RETENTION_KINDS: readonly RetentionKind[] = [
  {
    key: "sessions",
    label: "Sessions and tokens",
    says: "Sessions, refresh tokens, confirmation links and recovery requests, counted from when they expired.",
    minDays: 1,
    steps: [
      { table: "user_session", at: "expires_at" },
      { table: "refresh_token", at: "expires_at" },
      { table: "verification_token", at: "expires_at", people: addressOwner("identifier") },
      { table: "recovery_request", at: "expires_at" },
    ],
  },
  {
    key: "devices",
    label: "Addresses and devices",
    says: "Address, browser, device and activity log of attempts, counted from their end. The attempts stay.",
    minDays: 30,
    steps: [
      {
        table: "student_exam_attempt",
        at: "ended_at",
        where: `(${CLEARED.map((column) => `t.${column} is not null`).join(" or ")})`,
        clear: CLEARED,
      },
    ],
  },
  {
    key: "notifications",
    label: "Notifications and e-mail log",
    says: "What was sent to people, and the log of it.",
    minDays: 1,
    steps: [
      { table: "email_log", at: "created_at" },
      {
        table: "notification",
        at: "created_at",
        where: NOT_IN_EMAIL_LOG,
      },
    ],
  },
  {
    key: "room",
    label: "Exam room messages",
    says: "Messages to students in an exam, and the words of raised hands. The minutes keep that they happened.",
    minDays: 30,
    steps: [
      {
        table: "room_message",
        at: "sent_at",
        people: MESSAGE_READERS,
      },
      { table: "room_hand", at: "raised_at", where: "(t.text is not null or t.answer is not null)", clear: ["text", "answer"] },
    ],
  },
  {
    key: "signals",
    label: "Integrity signals",
    says: "Signals of attempts. Those of an open review, an appeal or a standing violation stay.",
    minDays: 90,
    steps: [{ table: "integrity_event", at: "received_at", where: NO_LONGER_EVIDENCE }],
  },
  {
    key: "learning",
    label: "Learning events",
    says: "What learners did step by step. Progress and certificates stay.",
    minDays: 30,
    steps: [{ table: "user_event", at: "at" }],
  },
  {
    key: LEAVERS,
    label: "Accounts of leavers",
    says: "Students without an active enrollment are erased, counted from their last login, enrollment or attempt.",
    minDays: 365,
    steps: [],
  },
];

export const kindOf = (key: string): RetentionKind | undefined => RETENTION_KINDS.find((kind) => kind.key === key);

/** Whether `privacy/tables.ts` says whose a row is. */
export const ownedByOne = (step: RetentionStep): boolean => !step.people && step.table in PERSON_TABLES;
