/**
 * Why each trigger on a distributed table is safe on a shard. Citus runs it on the worker that holds the row, so it may touch
 * only rows of the same college, which lie beside it, and reference tables, which every worker has.
 */
const MACHINE = "Reads console.state_transition, a reference table; changes nothing but the row that is written.";
const IDENTIFIER = "Writes public.platform_identifier, a reference table, whose unique keys hold on the whole platform.";
const PAPER = "Reads the exam and the question of the same college_id, which lie on the same shard.";
const VERSION = "Writes a version of the answer for the same college_id, which lies on the same shard.";
const ROOM = "Writes an event of the room for the same college_id, which lies on the same shard.";
const ERASED = "Reads the user of the same college_id, which lies on the same shard.";
/** NOTIFY stays on the worker, so boards are as late as their polling there. */
const TOLD = "Touches no table: tells listeners of the node that holds the row.";

export const SHARD_TRIGGERS: Readonly<Record<string, string>> = {
  "accommodation.score_accommodated": "Marks attempts of the same college_id and user, which lie on the same shard.",
  "api_key.platform_key_hash": IDENTIFIER,
  "appeal.status_machine": MACHINE,
  "certificate.certificate_kept": "Changes nothing: refuses a change of what an issued certificate says.",
  "certificate.platform_certificate_no": IDENTIFIER,
  "enrollment.status_machine": MACHINE,
  "exam.room_status": ROOM,
  "exam.status_machine": MACHINE,
  "payment.platform_transaction_id": IDENTIFIER,
  "payment.status_machine": MACHINE,
  "question.frozen_paper": PAPER,
  "question_option.frozen_paper": PAPER,
  "refresh_token.platform_token_hash": IDENTIFIER,
  "review.attempt_follows": "Writes the attempt of the same college_id, which lies on the same shard.",
  "review.state_machine": MACHINE,
  "room_event.tell_room": TOLD,
  "room_message_recipient.tell_receipt": TOLD,
  "student_answer.student_answer_first_version": VERSION,
  "student_answer.student_answer_next_version": VERSION,
  "student_exam_attempt.freeze_exam": "Writes the exam of the same college_id, which lies on the same shard.",
  "student_exam_attempt.number_candidate":
    "Touches no table: takes a number from a sequence, of which Citus gives each node a range of its own.",
  "student_exam_attempt.pause_clock": "Changes nothing but the row that is written.",
  "student_exam_attempt.review_state_begins": "Touches no table: refuses a state that only a review may give.",
  "student_exam_attempt.review_state_follows": "Touches no table: refuses a state that only a review may give.",
  "student_exam_attempt.room_changed": ROOM,
  "student_exam_attempt.room_started": ROOM,
  "student_exam_attempt.score_ended": "Changes nothing but the row that is written.",
  "student_exam_attempt.state_machine": MACHINE,
  "student_exam_attempt.student_exam_attempt_max_attempts":
    "Reads the exam of the same college_id, which lies on the same shard.",
  "student_registration.status_machine": MACHINE,
  "student_exam_attempt.erased_person_sits_none": ERASED,
  "transaction.platform_provider_txn_id": IDENTIFIER,
  "transaction.status_machine": MACHINE,
  "user.erased_person_kept": "Changes nothing: refuses a change of who an erased person is.",
  "user.user_student_limit_added":
    "Counts users of the college_id that was written, and reads its limit from public.college, a reference table.",
  "user.user_student_limit_changed":
    "Counts users of the college_id that was written, and reads its limit from public.college, a reference table.",
  "user_invitation.platform_token_hash": IDENTIFIER,
  "user_session.erased_person_has_no_session": ERASED,
  "user_session.platform_token_hash": IDENTIFIER,
  "verification_token.platform_token_hash": IDENTIFIER,
};

/** What every node has whole. Citus allows no trigger on them. */
export const REFERENCE_TABLES = ["public.college", "public.platform_identifier", "console.state_transition"] as const;
