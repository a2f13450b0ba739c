import { index, layout, route, type RouteConfig } from "@remix-run/route-config";

/** A list of one resource at an address that people know; the list itself is one file. */
const listAt = (path: string) => route(path, "routes/data/list.tsx", { id: `list:${path}` });

/** The table of contents: every address of the console, by area. */
export default [
  layout("routes/auth/layout.tsx", [
    route("login", "routes/auth/login.tsx"),
    route("login/verify", "routes/auth/verify.tsx"),
    route("login/reset/:token", "routes/auth/reset.tsx"),
  ]),
  route("logout", "routes/auth/logout.ts"),
  layout("routes/shell.tsx", [
    index("routes/home/overview.tsx"),
    route("search", "routes/home/search.tsx"),

    // Platform
    listAt("tenants"),
    route("tenants/new", "routes/tenants/new.tsx"),
    route("tenants/:id", "routes/tenants/one.tsx"),
    listAt("people"),
    route("people/:id", "routes/people/one.tsx"),
    listAt("academics/classes"),
    route("academics/classes/:id", "routes/academics/class.tsx"),
    route("academics/classes/:id/grades", "routes/academics/report.tsx", { id: "report:grades" }),
    route("academics/classes/:id/attendance", "routes/academics/report.tsx", { id: "report:attendance" }),
    listAt("enrollments"),
    route("enrollments/new", "routes/enrollments/new.tsx"),
    listAt("enrollments/registrations"),
    route("enrollments/registrations/:id", "routes/enrollments/registration.tsx"),
    listAt("enrollments/payments"),
    route("enrollments/payments/:id", "routes/enrollments/payment.tsx"),
    route("enrollments/revenue", "routes/enrollments/revenue.tsx"),
    route("enrollments/:id", "routes/enrollments/one.tsx"),
    route("exams/today", "routes/exams/today.tsx"),
    listAt("communication/events"),
    listAt("communication/announcements"),
    listAt("communication/notifications"),
    listAt("learning/courses"),
    route("data/:resource", "routes/data/list.tsx"),
    route("data/:resource/new", "routes/data/new.tsx"),
    route("data/:resource/bulk", "routes/data/bulk.tsx"),
    route("data/:resource/:id", "routes/data/one.tsx"),
    route("data/:resource/:id/edit", "routes/data/edit.tsx"),
    route("imports", "routes/imports/list.tsx"),
    route("imports/new", "routes/imports/new.tsx"),
    route("imports/:id", "routes/imports/one.tsx"),
    route("jobs", "routes/jobs/list.tsx"),
    route("jobs/:id", "routes/jobs/one.tsx"),

    // Audit
    route("audit", "routes/audit/log.tsx"),
    route("audit/entries/:id", "routes/audit/entry.tsx"),
    route("audit/integrity", "routes/audit/integrity.tsx"),
    route("audit/access", "routes/audit/access.tsx"),

    route("settings", "routes/settings/layout.tsx", [
      index("routes/settings/index.ts"),
      route("staff", "routes/settings/staff.tsx"),
      route("staff/new", "routes/settings/staff-new.tsx"),
      route("staff/:id", "routes/settings/staff-one.tsx"),
      route("sessions", "routes/settings/sessions.tsx"),
      route("security", "routes/settings/security.tsx"),
      route("gallery", "routes/settings/gallery.tsx"),
    ]),
    route("*", "routes/errors/not-found.tsx"),
  ]),
  route("data/:resource/export", "routes/data/export.ts"),
  route("data/:resource/suggest", "routes/data/suggest.ts"),
  route("audit/export", "routes/audit/export.ts"),
  route("api/v1/audit/checkpoint", "routes/audit/api-checkpoint.ts"),
  route("api/v1/audit/entries", "routes/audit/api-entries.ts"),
  route("api/v1/audit/proof/inclusion", "routes/audit/api-inclusion.ts"),
  route("api/v1/audit/proof/consistency", "routes/audit/api-consistency.ts"),
  route("jobs/:id/file", "routes/jobs/file.ts"),
  route("settings/preferences", "routes/settings/preferences.ts"),
  route("health/ready", "routes/machine/ready.ts"),
  route("search/suggest", "routes/home/suggest.ts"),
] satisfies RouteConfig;
