import { CODES, NOTHING, type PersonTable } from "./person-table.ts";

/** The account, the family and what was sent to them. */
export const ACCOUNT_TABLES: Readonly<Record<string, PersonTable>> = {
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
};
