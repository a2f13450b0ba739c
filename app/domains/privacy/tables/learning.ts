import { CODES, ERASED, NOTHING, type PersonTable } from "./person-table.ts";

/** Courses, stories and vocabulary. */
export const LEARNING_TABLES: Readonly<Record<string, PersonTable>> = {
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
};
