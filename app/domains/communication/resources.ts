import { bool, choice, date, int, longText, moment, ref, resource, text } from "~/resources/define.ts";

const CHANNELS = ["EMAIL", "SMS", "PUSH", "IN_APP", "WEBHOOK"] as const;

const AUDIENCES = ["ALL", "STUDENTS", "TEACHERS", "CLASS", "COURSE", "FILTER"] as const;
const ROLES = ["STUDENT", "TEACHER", "INSTRUCTOR", "ADMIN", "GUARDIAN"] as const;

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
    isRecurring: bool("is_recurring", "Repeats", { readOnly: true }),
    // Changed on the event's page, from a day on: what took place stays as it was.
    recurrencePattern: text("recurrence_pattern", "Recurrence rule", {
      fixed: true,
      hint: "Empty: once. Else five cron fields in the tenant's time zone: 0 9 * * 1 is every Monday at 09:00",
    }),
    repeatsUntil: date("repeats_until", "Repeats until", { fixed: true, hint: "The last day. Empty: no end" }),
    series: ref("event", "series_id", "Series", { readOnly: true }),
    class: ref("class", "class_id", "Class"),
    subject: ref("subject", "subject_id", "Subject"),
    exam: ref("exam", "exam_id", "Exam"),
    isActive: bool("is_active", "Active"),
  },
  title: "title",
  columns: ["title", "type", "scheduledAt", "endDateTime", "priority", "isRecurring"],
  filters: ["scheduledAt", "class", "subject", "exam", "series"],
  createdByVerb: true,
  page: "/communication/events/",
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
    user: ref("user", "user_id", "Person", { required: true, fixed: true }),
    type: choice("type", "Type", ["EXAM", "ASSIGNMENT", "ANNOUNCEMENT", "OTHER"], { required: true, fixed: true }),
    channel: choice("channel", "Channel", CHANNELS, { fixed: true }),
    address: text("address", "Address", {
      fixed: true,
      personal: true,
      max: 4096,
      hint: "Of a webhook, or the token of a device. Empty for the other channels",
    }),
  },
  title: "user",
  columns: ["user", "type", "channel"],
  filters: ["user"],
  createdByVerb: true,
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
    status: choice("status", "Status", ["PENDING", "SENDING", "SENT", "DELIVERED", "READ", "FAILED", "OUTBOX"]),
    dedupeKey: text("dedupe_key", "Sent once under"),
    attempts: int("attempts", "Attempts"),
    nextAttemptAt: moment("next_attempt_at", "Next attempt"),
    lastError: text("last_error", "Last error"),
    providerRef: text("provider_ref", "Provider's reference"),
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
    audience: choice("audience", "Audience", AUDIENCES),
    class: ref("class", "class_id", "Class", { hint: "Of the audience “Class”" }),
    course: ref("course", "course_id", "Course", { hint: "Of the audience “Course”: everyone in a class of it" }),
    filterRole: choice("filter_role", "Role", ROLES, { hint: "Of the audience “Filter”" }),
    filterGrade: text("filter_grade", "Grade", { max: 40, hint: "Of the audience “Filter”: everyone in a class of it" }),
    filterSection: text("filter_section", "Section", { max: 40, hint: "Of the audience “Filter”" }),
    publishedAt: moment("published_at", "Published", { readOnly: true }),
    expiresAt: moment("expires_at", "Expires"),
    pinned: bool("pinned", "Pinned"),
  },
  title: "title",
  columns: ["title", "audience", "class", "publishedAt", "expiresAt", "pinned"],
  filters: ["class", "course"],
  page: "/communication/announcements/",
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
