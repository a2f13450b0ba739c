import { plural } from "~/platform/format.ts";

/** What is known of an entry when its sentence is made. */
export type Told = {
  action: string;
  /** What the record is called now; null where it has no name, or the reader may not see it. */
  target: string | null;
  /** What kind of record it is: "exam", "staff member". */
  noun: string;
  /** The student whom it concerns, where it concerns one and the reader may see names. */
  subject: string | null;
  details: Record<string, unknown>;
  /** What was recorded of fields before and after. */
  diff: Record<string, [unknown, unknown]>;
};

type Sentence = string | ((told: Told) => string);

const article = (noun: string) => `${/^[aeio]|^API/.test(noun) ? "an" : "a"} ${noun}`;
const nounAlone = ({ target, noun }: Told) => target ?? article(noun);
const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : null);
const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
const counted = (told: Told, key: string, one: string, many?: string) =>
  number(told.details[key]) === null ? (many ?? `${one}s`) : plural(number(told.details[key])!, one, many);
/** `{target}` is the record, `{noun}` its kind, `{student}` whom it concerns, and `{rows:row}` a number of the details. */
const fill = (told: Told, words: string): string =>
  words.replaceAll(/\{(\w+)(?::([^}]+))?\}/g, (_, key: string, one?: string) =>
    key === "target"
      ? nounAlone(told)
      : key === "noun"
        ? told.noun
        : key === "student"
          ? (told.subject ?? "a student")
          : one
            ? counted(told, key, one)
            : (text(told.details[key]) ?? text(told.diff[key]?.[1]) ?? "–"),
  );

const attempts = (told: Told) => (told.subject ? `${told.subject}’s attempt` : counted(told, "attempts", "attempt"));
const onAttempts = (did: string) => (told: Told) => `${did} ${attempts(told)} in ${nounAlone(told)}`;
const named = (did: string) => (told: Told) => {
  const name = text(told.details["name"]) ?? text(told.diff["name"]?.[1]) ?? told.target;
  return `${did} ${name ? `the ${told.noun} ${name}` : article(told.noun)}`;
};

/** Which field of a record was changed, where it was one that people have a word for. */
const FIELDS: Record<string, string> = {
  name: "name",
  title: "title",
  email: "e-mail",
  phone: "phone number",
  status: "state",
  startTime: "date",
  endTime: "end",
  scheduledAt: "date",
  date: "date",
  duration: "duration",
  durationMinutes: "duration",
  maxAttempts: "number of attempts",
  passingScore: "pass mark",
  grade: "grade",
  marks: "marks",
  room: "room",
  active: "state",
  isActive: "state",
  role: "role",
};

function changed(told: Told): string {
  const fields = Object.keys(told.diff).filter((field) => field !== "updatedAt");
  const known = [...new Set(fields.map((field) => FIELDS[field]))];
  if (fields.length > 0 && known.length === 1 && known[0]) return `changed the ${known[0]} of ${nounAlone(told)}`;
  return `changed ${nounAlone(told)}`;
}

/** What can be done to a record of any list. */
export const ANY_RECORD: Record<string, Sentence> = {
  create: (told) => `created ${told.target ? `the ${told.noun} ${told.target}` : article(told.noun)}`,
  update: changed,
  delete: "moved {target} to the trash",
  restore: "restored {target} from the trash",
  purge: "deleted {target} for good",
  import: (told) => `imported ${counted(told, "rows", "row")} as ${told.noun} records`,
  export: (told) => `exported ${plural(number(told.details["rows"]) ?? 0, `${told.noun} record`)}`,
  undo: "undid a change of {target}",
  // Of a list's bulk actions.
  approve: "approved {target}",
  reject: "rejected {target}",
  drop: "dropped {target}",
  lock: "locked {target}",
  unlock: "unlocked {target}",
  "end-sessions": "ended the sessions of {target}",
  publish: "published {target}",
  retry: "sent {target} again",
  revoke: "revoked {target}",
  suspend: "suspended {target}",
  reactivate: "reactivated {target}",
};

/** What each action says, after the name of who did it. A test walks the code and fails for one that is missing here. */
export const SENTENCES: Record<string, Sentence> = {
  "access.export": "exported the access review ({rows:row})",
  "access.refused": (told) => `was refused a page: ${told.target ?? "not allowed for this role"}`,
  "accommodation.grant": (told) => `granted ${told.subject ?? "a student"} extra time in ${nounAlone(told)}`,
  "accommodation.remove": (told) => `removed the extra time of ${told.subject ?? "a student"} in ${nounAlone(told)}`,
  "alert.acknowledge": "acknowledged an alert",
  "alert.change_rule": "changed the alert rule {target}",
  "alert.silence": "silenced the alert {target}",
  "alert.unsilence": "ended the silence of an alert",
  "announcement.publish": "published the announcement {target}",
  "api_key.create": named("created"),
  "api_key.revoke": named("revoked"),
  "api_key.rotate": named("rotated"),
  "appeal.decide": (told) => `decided an appeal${told.diff["status"] ? `: ${String(told.diff["status"][1]).toLowerCase()}` : ""}`,
  "appeal.file": "filed an appeal",
  "appeal.withdraw": "withdrew an appeal",
  "attendance.mark": "marked attendance",
  "attendance.save": (told) =>
    `saved the attendance of ${nounAlone(told)}${text(told.details["date"]) ? ` for ${told.details["date"] as string}` : ""}`,
  "audit.ask_verification": "started a verification of the audit log",
  "audit.epoch": "declared a new beginning of the audit log",
  "audit.erase": (told) =>
    `erased the content of ${plural(Array.isArray(told.details["entries"]) ? told.details["entries"].length : 0, "audit entry", "audit entries")}`,
  "audit.export": (told) => `exported ${plural(number(told.details["rows"]) ?? 0, "audit entry", "audit entries")}`,
  "audit.read": (told) =>
    text(told.details["q"]) ? `searched the audit log for ${told.details["q"] as string}` : "read the audit log",
  "audit.verify": (told) =>
    `verified the audit log: ${told.details["ok"] === false ? counted(told, "findings", "finding") : "nothing was changed"}`,
  "backend.cancel": "cancelled a statement on {target}",
  "backend.terminate": "terminated a connection on {target}",
  "backup.create": "asked for a backup",
  "backup.done": (told) =>
    told.details["ok"] === false || told.details["error"] ? "failed to take a backup" : "finished a backup",
  "backup.drill": "asked for a restore drill",
  "backup.expire": "deleted an expired backup",
  "backup.start": "started a backup",
  "backup.verify": (told) =>
    told.details["ok"] === undefined
      ? "asked to verify a backup"
      : `verified a backup: ${told.details["ok"] ? "it is intact" : counted(told, "findings", "finding")}`,
  "bulk.start": (told) => `started a bulk action on ${told.noun} records: ${text(told.details["act"]) ?? "an action"}`,
  "bulk.undo": "started to undo a bulk action on {noun} records",
  "campaign.decide": (told) =>
    told.details["decision"] === "REVOKE"
      ? `decided to revoke the access of ${text(told.details["name"]) ?? "somebody"}`
      : `decided to keep the access of ${text(told.details["name"]) ?? "somebody"}`,
  "campaign.export": "exported an access campaign ({rows:row})",
  "campaign.sign_off": (told) => `signed off the access campaign ${text(told.details["name"]) ?? ""}`.trim(),
  "campaign.start": (told) =>
    `started the access campaign ${text(told.details["name"]) ?? ""} over ${counted(told, "rows", "row")}`.replace("  ", " "),
  "certificate.download": "downloaded the certificate {number}",
  "certificate.issue": (told) =>
    `issued the certificate ${text(told.diff["number"]?.[1]) ?? told.target ?? ""}${told.subject ? ` to ${told.subject}` : ""}`,
  "certificate.revoke": "revoked the certificate {number}",
  "course.count": "counted the learners of {target}",
  "drill-question.change": "changed a question that drills ask",
  "drill-question.create": "added a question that drills ask",
  "drill-question.delete": "deleted a question that drills ask",
  "drill-question.try": "tried a question that drills ask",
  "drill.done": (told) =>
    `finished a restore drill${told.details["ok"] === false ? ` with ${counted(told, "findings", "finding")}` : ""}`,
  "drill.start": "started a restore drill",
  "enrollment.complete_course": "completed the course of {target}",
  "enrollment.create": (told) => `enrolled ${told.subject ?? "a student"}`,
  "enrollment.drop": "dropped the enrollment of {student}",
  "enrollment.expire": "expired the enrollment of {student}",
  "enrollment.set_state": "changed the state of the enrollment of {student}",
  "event.cancel": "cancelled {target}",
  "event.change_series": "changed {target} and those that follow it",
  "event.end_series": "ended the series of {target}",
  "event_subscription.unsubscribe": "unsubscribed {target} from e-mails",
  "exam.auto_mark": "marked {marked:answer} of {target} automatically",
  "exam.cancel": "cancelled {target}",
  "exam.close": "closed {target}",
  "exam.close_hand": "answered a raised hand in {target}",
  "exam.copy": "copied an exam as {target}",
  "exam.create": (told) => `created the exam ${told.target ?? text(told.diff["title"]?.[1]) ?? ""}`.trim(),
  "exam.expire_attempts": (told) => `closed ${counted(told, "attempts", "expired attempt")} in ${nounAlone(told)}`,
  "exam.export_minutes": "exported the minutes of {target}",
  "exam.export_questions": "exported {questions:question} of {target}",
  "exam.export_results": "exported {rows:result} of {target}",
  "exam.extra_time": (told) =>
    `gave ${told.subject ?? counted(told, "attempts", "student")} ${plural(number(told.details["minutes"]) ?? 0, "minute")} more in ${nounAlone(told)}`,
  "exam.force_submit": onAttempts("submitted"),
  "exam.grade": "graded {target}",
  "exam.hand_over": "handed over the room of {target}",
  "exam.import_seating": (told) => `imported the seating plan of ${nounAlone(told)}`,
  "exam.lock_attempts": onAttempts("locked"),
  "exam.mark": (told) => `marked ${counted(told, "answers", "answer")} in ${nounAlone(told)}`,
  "exam.open": "opened {target}",
  "exam.pause_attempts": onAttempts("paused"),
  "exam.place_seat": "placed {student} in the seating plan of {target}",
  "exam.publish": "published the results of {target}",
  "exam.remove_seat": "removed {student} from the seating plan of {target}",
  "exam.reopen_grading": "reopened the grading of {target}",
  "exam.reschedule": "changed the date of {target}",
  "exam.resume_attempts": onAttempts("resumed"),
  "exam.schedule": "scheduled {target}",
  "exam.send_message": (told) => `sent a message to ${counted(told, "recipients", "student")} in ${nounAlone(told)}`,
  "exam.sit_as_student": "opened {target} as a student sees it",
  "exam.unmark": "removed a mark in {target}",
  "exam.unschedule": "took {target} back to draft",
  "exam.update": changed,
  "finding.mute": "muted the finding {target}",
  "finding.unmute": "unmuted the finding {target}",
  "forecast.judge": "compared {exams:forecast} with what happened",
  "grades.save": "saved grades of {target}",
  "grade_boundary.replace": "changed the grade scale of {target}",
  "import.check": "checked an import of {noun} records ({rows:row})",
  "import.run": "started an import of {noun} records ({rows:row})",
  "import.undo": "started to undo an import of {noun} records",
  "import.upload": "uploaded {file} to import {noun} records",
  "incident.declare": (told) =>
    `declared incident ${number(told.details["number"]) ?? ""}: ${text(told.details["title"]) ?? "untitled"}`,
  "incident.export_report": "exported the report of {target}",
  "incident.extra_time": (told) =>
    `gave ${counted(told, "students", "student")} ${plural(number(told.details["minutes"]) ?? 0, "minute")} more in ${nounAlone(told)} for incident ${number(told.details["incident"]) ?? ""}`.trim(),
  "incident.note": "added a note to {target}",
  "incident.resolve": "resolved {target}",
  "integrity.compliance_file": "downloaded the compliance file of {target}",
  "integrity.draw_sample": "drew {attempts:attempt} as a review sample",
  "integrity.explain": (told) =>
    `explained ${counted(told, "signals", "signal")} by incident ${number(told.details["incident"]) ?? ""}`.trim(),
  "integrity.print_statement": "printed the review statement of attempt {target}",
  "integrity.request_analysis": "asked for an analysis of {target}",
  "integrity.set_weights": "changed the signal weights of {target}",
  "integrity.unexplain": "took back the explanation of {signals:signal}",
  "job.cancel": "cancelled the job {title}",
  "job.download": "downloaded {file}",
  "notification.add_target": named("added"),
  "notification.remove_target": "removed an alert recipient",
  "notification.retry": "sent a notification again",
  "payment.approve": "approved a payment",
  "payment.fail": "marked a payment as failed",
  "payment.record": "recorded a payment",
  "payment.refund": "refunded a payment",
  "question.add_from_bank": "added {added:question} of the bank to {target}",
  "question.add_image": "uploaded an image for {target}",
  "question.correct_key": "corrected the answer key of {target}",
  "question.create": "added a question to {target}",
  "question.import": "imported {added:question} into {target}",
  "question.move": "moved a question of {target}",
  "question.remove": "removed a question from {target}",
  "question.update": "changed a question of {target}",
  "report.attendance.export": "exported the attendance report of {target}",
  "report.grade_summary.export": "exported the grade summary of {target}",
  "report.grades.export": "exported the grade report of {target}",
  "restore.compare": "asked to compare {target} with a backup",
  "restore.done": "finished putting records back from a backup",
  "restore.put": "asked to put records back from a backup",
  "restore.put_unit": "put a group of records back from a backup",
  "restore.undo": "asked to undo a restore of records",
  "restore.undo_unit": "undid a restore of a group of records",
  "restore.undone": "finished undoing a restore of records",
  "retention.run": "applied the retention periods ({rows:row} deleted)",
  "retention.set": "changed the retention period of {target}",
  "review.claim": "claimed the review of attempt {target}",
  "review.decide": (told) =>
    `decided the review of attempt ${told.target ?? "–"}${text(told.details["decision"]) ? `: ${(told.details["decision"] as string).toLowerCase()}` : ""}`,
  "review.decided_on_earlier_method": "checked again the decided review of attempt {target}",
  "review.declare_conflict": "declared a conflict of interest in the review of attempt {target}",
  "review.note": "added a note to the review of attempt {target}",
  "review.recheck": "checked again the review of attempt {target}",
  "review.release": "let go of the review of attempt {target}",
  "review.claim_expired": "let go of the review of attempt {target}, whose claim ran out",
  "review.stop_withholding": "released the result of attempt {target}",
  "review.undo": "took back a decision on attempt {target}",
  "review.withdraw_conflict": "withdrew a declared conflict of interest",
  "review.withhold": "withheld the result of attempt {target}",
  "saved_view.create": named("saved"),
  "saved_view.delete": "deleted a saved view",
  "security.begin_totp": "started to set up a second factor",
  "security.change_password": "changed their password",
  "security.change_password_failed": "entered a wrong password while changing it",
  "security.confirm_totp": "set up a second factor",
  "security.confirm_totp_failed": "entered a wrong code while setting up a second factor",
  "security.remove_totp": "removed their second factor",
  "session.login": "signed in",
  "session.login_failed": (told) =>
    `failed to sign in${text(told.details["email"]) ? ` as ${told.details["email"] as string}` : ""}`,
  "session.logout": "signed out",
  "session.password_accepted": "entered the right password",
  "session.revoke": "ended a session",
  "session.revoke_others": "ended {ended:other session}",
  "session.step_up": "confirmed their identity",
  "session.step_up_failed": "failed to confirm their identity",
  "staff.change_role": (told) => {
    const to = text(told.diff["role"]?.[1]);
    return `changed the role of ${nounAlone(told)}${to ? ` to ${to.toLowerCase().replaceAll("_", " ")}` : ""}`;
  },
  "staff.create": "created the staff account of {target}",
  "staff.reset_link_refused": "was refused a password link that had expired or was used",
  "staff.reset_mfa": "reset the second factor of {target}",
  "staff.reset_password": "created a password link for {target}",
  "staff.set_password": "set a new password",
  "staff.update": (told) => {
    const active = told.diff["active"]?.[1];
    if (active === false) return `deactivated ${nounAlone(told)}`;
    return active === true ? `reactivated ${nounAlone(told)}` : changed(told);
  },
  "student_registration.approve": "approved the registration of {target}",
  "student_registration.reject": "rejected the registration of {target}",
  "switchover.agree": "agreed to a switchover to {candidate}",
  "switchover.ask": "asked for a switchover from {leader} to {candidate}",
  "switchover.done": "switched over from {leader} to {candidate}",
  "switchover.failed": "tried a switchover to {candidate}, which failed",
  "switchover.withdraw": "withdrew a switchover to {candidate}",
  "tenant.close": "closed {target}",
  "tenant.create": (told) => `created the tenant ${told.target ?? ""}`.trim(),
  "tenant.export": "exported all data of {target}",
  "tenant.reactivate": "reactivated {target}",
  "tenant.set_subscription": "changed the subscription of {target}",
  "tenant.suspend": "suspended {target}",
  "user.end_sessions": "ended the sessions of {target}",
  "user.erase": "erased a person, now {target}",
  "user.export": "exported the data of {target}",
  "user.hold": "put {target} under a legal hold",
  "user.lift_hold": "lifted a legal hold of {target}",
  "user.lock": "locked {target}",
  "user.unlock": "unlocked {target}",
  "user.view": "opened the page of {target}",
  "user.view_data": "opened the data of {target}",
  "user.view_learning": "opened the learning progress of {target}",
  "vocabulary.answer": "recorded a vocabulary answer of {target}",
};

/** The sentence of an action: its own, or that of its kind for a record of any list. Null for one that is not declared. */
export function sentenceFor(action: string): Sentence | null {
  const own = SENTENCES[action];
  if (own !== undefined) return own;
  const dot = action.indexOf(".");
  return (dot > 0 ? ANY_RECORD[action.slice(dot + 1)] : undefined) ?? null;
}

/** What was done, as a person would say it after a name. An action of another version is named as it is. */
export function sentenceOf(told: Told): string {
  const sentence = sentenceFor(told.action);
  if (sentence === null) return `did ${told.action} on ${nounAlone(told)}`;
  return typeof sentence === "string" ? fill(told, sentence) : sentence(told);
}

/** Of kinds that no list has. */
export const NOUNS: Record<string, string> = {
  staff: "staff member",
  staff_session: "session",
  college: "tenant",
  api_key: "API key",
  access_campaign: "access campaign",
  drill_question: "drill question",
  notification_target: "alert recipient",
  restore_run: "restore",
  saved_view: "view",
  user: "person",
};

const MACHINES: Record<string, string> = {
  "exams clock": "The exam clock",
  "backup schedule": "The backup schedule",
  "daily verification": "The daily verification",
  "integrity score": "The integrity scoring",
  "integrity claims": "The review queue",
  "integrity analyse": "The answer comparison",
  "integrity sample": "The review sample",
  "integrity forget": "The retention of answer versions",
  "enrollment expiry": "The enrollment expiry",
  "course counts": "The course counts",
  "simulated exam day": "The simulated exam day",
  "simulated browsers": "The simulated browsers",
  "simulated learners": "The simulated learners",
  "command line": "The command line",
  "room hub": "The exam room",
  "api key": "An API key",
  system: "The console",
};

/** A machine, as people call it. */
export function machineName(name: string): string {
  const known = MACHINES[name];
  if (known) return known;
  if (name.startsWith("job ")) return `The job ${name.slice(4).replaceAll(/[._]/g, " ")}`;
  return `The ${name}`;
}
