import { bool, choice, int, longText, moment, ref, resource, text } from "~/resources/define.ts";

const CHANNELS = ["EMAIL", "SMS", "PUSH", "IN_APP", "WEBHOOK"] as const;
/** Those that deliver.server brings to a person; for the others there is no sender. */
const WORKING_CHANNELS = ["EMAIL", "IN_APP"] as const;

const event = resource({
  name: "event",
  one: "Event",
  many: "Events",
  area: "communication",
  fields: {
    title: text("title", "Title", { required: true }),
    description: longText("description", "Description"),
    type: choice("type", "Type", ["EXAM", "ASSIGNMENT", "ANNOUNCEMENT", "OTHER"]),
    scheduledAt: moment("scheduled_at", "Scheduled", { required: true }),
    endDateTime: moment("end_date_time", "Ends"),
    priority: choice("priority", "Priority", ["LOW", "MEDIUM", "HIGH", "URGENT"]),
    // Nothing repeats an event yet: what is stored is shown, and no form or import takes more of it.
    isRecurring: bool("is_recurring", "Repeats", { readOnly: true }),
    recurrencePattern: text("recurrence_pattern", "Recurrence rule", { readOnly: true }),
    class: ref("class", "class_id", "Class"),
    subject: ref("subject", "subject_id", "Subject"),
    exam: ref("exam", "exam_id", "Exam"),
    isActive: bool("is_active", "Active"),
  },
  title: "title",
  columns: ["title", "type", "scheduledAt", "endDateTime", "priority", "isRecurring"],
  filters: ["scheduledAt", "class", "subject", "exam"],
  sorts: [{ key: "scheduledAt", label: "When", field: "scheduledAt" }],
});

const eventReminder = resource({
  name: "event_reminder",
  one: "Event reminder",
  many: "Event reminders",
  area: "communication",
  fields: {
    event: ref("event", "event_id", "Event", { required: true }),
    user: ref("user", "user_id", "Person"),
    remindAt: moment("remind_at", "Reminds", { required: true }),
    sentAt: moment("sent_at", "Sent", { readOnly: true }),
  },
  title: "event",
  columns: ["event", "user", "remindAt", "sentAt"],
  filters: ["event", "user"],
});

const eventSubscription = resource({
  name: "event_subscription",
  one: "Event subscription",
  many: "Event subscriptions",
  area: "communication",
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    type: choice("type", "Type", ["EXAM", "ASSIGNMENT", "ANNOUNCEMENT", "OTHER"], { required: true }),
    channel: choice("channel", "Channel", CHANNELS, { accepts: WORKING_CHANNELS }),
  },
  title: "user",
  columns: ["user", "type", "channel"],
  filters: ["user"],
});

const notification = resource({
  name: "notification",
  one: "Notification",
  many: "Notifications",
  area: "communication",
  write: null,
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    event: ref("event", "event_id", "Event"),
    title: text("title", "Title", { required: true }),
    message: longText("message", "Message", { required: true }),
    type: choice("type", "Type", ["INFO", "WARNING", "SUCCESS", "ERROR", "REMINDER"]),
    channel: choice("channel", "Channel", CHANNELS),
    status: choice("status", "Status", ["PENDING", "SENDING", "SENT", "DELIVERED", "READ", "FAILED"]),
    dedupeKey: text("dedupe_key", "Sent once under"),
    attempts: int("attempts", "Attempts"),
    nextAttemptAt: moment("next_attempt_at", "Next attempt"),
    lastError: text("last_error", "Last error"),
    sentAt: moment("sent_at", "Sent", { readOnly: true }),
    deliveredAt: moment("delivered_at", "Delivered", { readOnly: true }),
    readAt: moment("read_at", "Read", { readOnly: true }),
  },
  title: "title",
  columns: ["title", "user", "event", "type", "channel", "status"],
  filters: ["status", "user", "event", "dedupeKey"],
  bulk: [
    {
      key: "retry",
      label: "Try again",
      permission: "platform.manage",
      says: "Failed messages are sent again. A message whose delivery is unknown may arrive twice.",
    },
  ],
});

const announcement = resource({
  name: "announcement",
  one: "Announcement",
  many: "Announcements",
  area: "communication",
  fields: {
    title: text("title", "Title", { required: true }),
    body: longText("body", "Body", { required: true }),
    audience: choice("audience", "Audience", ["ALL", "STUDENTS", "TEACHERS", "CLASS"]),
    class: ref("class", "class_id", "Class"),
    publishedAt: moment("published_at", "Published", { readOnly: true }),
    expiresAt: moment("expires_at", "Expires"),
    pinned: bool("pinned", "Pinned"),
  },
  title: "title",
  columns: ["title", "audience", "class", "publishedAt", "expiresAt", "pinned"],
  filters: ["class"],
  softDelete: true,
  bulk: [
    {
      key: "publish",
      label: "Publish",
      says: "Its audience sees it in their notifications; subscribers get an e-mail.",
    },
  ],
});

const emailLog = resource({
  name: "email_log",
  one: "E-mail",
  many: "E-mails",
  area: "communication",
  write: null,
  fields: {
    user: ref("user", "user_id", "Person"),
    notification: ref("notification", "notification_id", "Notification"),
    toAddress: text("to_address", "To", { required: true, personal: true }),
    subject: text("subject", "Subject", { required: true }),
    status: choice("status", "Status", ["QUEUED", "SENT", "FAILED", "BOUNCED"]),
    messageId: text("message_id", "Message id"),
    error: text("error", "Error"),
    sentAt: moment("sent_at", "Sent", { readOnly: true }),
  },
  title: "subject",
  columns: ["subject", "user", "notification", "toAddress", "status", "messageId"],
  filters: ["status", "user", "notification"],
});

export const communicationResources = [event, eventReminder, eventSubscription, notification, announcement, emailLog];
