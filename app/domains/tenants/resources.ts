import { bool, choice, int, longText, moment, money, plainId, resource, text } from "~/resources/define.ts";
import { CURRENCY } from "~/resources/patterns.ts";
import { QUIET_HOURS } from "./quiet-hours.ts";

/** What the platform decides about a tenant, and a tenant never about itself: what it may use, and who must look twice. */
const platform = { write: "tenants.manage" } as const;

/** A college is a tenant: every other table of the platform hangs from it. */
const college = resource({
  name: "college",
  one: "Tenant",
  many: "Tenants",
  area: "tenants",
  read: "tenants.read",
  write: "tenants.edit",
  remove: "tenants.manage",
  tenantColumn: "id",
  importable: false,
  fields: {
    name: text("name", "Name", { required: true, personal: true, ...platform }),
    username: text("username", "Username", { required: true, personal: true, ...platform }),
    code: text("code", "Code", { required: true, ...platform }),
    subscriptionStatus: choice(
      "subscription_status",
      "Subscription",
      ["TRIAL", "ACTIVE", "PAST_DUE", "SUSPENDED", "EXPIRED", "CANCELLED"],
      { readOnly: true },
    ),
    subscriptionExpiry: moment("subscription_expiry", "Subscription ends", platform),
    graceDays: int("grace_days", "Grace period (days)", platform),
    isActive: bool("is_active", "Active", { readOnly: true }),
    suspendedReason: text("suspended_reason", "Why suspended", { readOnly: true }),
    timeZone: text("time_zone", "Time zone"),
    quietHours: text("quiet_hours", "Quiet hours", {
      pattern: QUIET_HOURS,
      hint: "From and to in the tenant's time zone, for example 22:00-07:00: e-mail, text and push messages wait. Empty: none",
    }),
    currency: text("currency", "Currency", { pattern: CURRENCY, ...platform }),
    contactEmail: text("contact_email", "Contact e-mail"),
    // Nothing is written by it yet: dates and mails are in English.
    locale: text("locale", "Locale", { readOnly: true }),
    paymentApprovalLimit: money("payment_approval_limit", "Second approval from", platform),
    nextInvoiceNumber: int("next_invoice_number", "Next invoice", { readOnly: true }),
    maxStudents: int("max_students", "Student limit", {
      min: 0,
      hint: "Empty: no limit. Students above a lower limit stay",
      ...platform,
    }),
    reviewSamplePercent: int("review_sample_percent", "Reviews drawn at random (%)", {
      min: 0,
      max: 20,
      hint: "Of the attempts that nothing flagged: so that one can say how often signals are wrong, and what they miss",
      ...platform,
    }),
  },
  title: "name",
  lookup: ["code"],
  columns: ["name", "username", "code", "subscriptionStatus", "subscriptionExpiry", "graceDays"],
  softDelete: true,
  page: "/tenants/",
  bulk: [
    {
      key: "suspend",
      label: "Suspend",
      danger: true,
      permission: "tenants.manage",
      says: "Their people can't sign in or sit exams. Open sessions end. Nothing is deleted.",
    },
    { key: "reactivate", label: "Reactivate", permission: "tenants.manage", says: "Their people can sign in again." },
  ],
});

/** What a college pays for; the college row carries the current state, this is its history. */
const subscription = resource({
  name: "subscription",
  one: "Subscription",
  many: "Subscriptions",
  area: "tenants",
  read: "tenants.read",
  write: null,
  fields: {
    plan: text("plan", "Plan"),
    status: choice("status", "Status", ["TRIAL", "ACTIVE", "PAST_DUE", "SUSPENDED", "EXPIRED", "CANCELLED"]),
    seats: int("seats", "Seats"),
    startsAt: moment("starts_at", "Starts", { required: true }),
    endsAt: moment("ends_at", "Ends"),
    priceMinor: money("price_minor", "Price"),
    currency: text("currency", "Currency", { pattern: CURRENCY }),
    reason: longText("reason", "Reason"),
  },
  title: "plan",
  columns: ["plan", "status", "seats", "startsAt", "endsAt", "priceMinor"],
});

/** Identifiers that must be unique on the whole platform, kept apart so that no unique key of a tenant's table tells on another. */
const platformIdentifier = resource({
  name: "platform_identifier",
  one: "Platform identifier",
  many: "Platform identifiers",
  area: "tenants",
  write: null,
  fields: {
    kind: choice(
      "kind",
      "Kind",
      ["TRANSACTION", "PROVIDER_TXN", "CERTIFICATE", "REFRESH_TOKEN", "USER_SESSION", "INVITATION", "VERIFICATION", "API_KEY"],
      { required: true },
    ),
    value: text("value", "Value", { required: true }),
    rowId: plainId("row_id", "Record", { required: true }),
  },
  title: "kind",
  columns: ["kind", "value"],
});

export const tenantsResources = [college, subscription, platformIdentifier];
