import { index, layout, route, type RouteConfig, type RouteConfigEntry } from "@remix-run/route-config";
import { NAMED_LISTS, REDIRECTS } from "./routes/areas.ts";

/** A list of one resource at an address that people know; the list itself is one file. */
const listAt = (path: string) => route(path, "routes/data/list.tsx", { id: `list:${path}` });

/** Around every page: what fails in it is said inside the frame, with the rail still there. */
const framed = (pages: RouteConfigEntry[]) => layout("routes/shell.tsx", [layout("routes/errors/inside.tsx", pages)]);

/** The table of contents: every address of the console, by area. */
export default [
  layout("routes/auth/layout.tsx", [
    route("login", "routes/auth/login.tsx"),
    route("login/verify", "routes/auth/verify.tsx"),
    route("login/reset/:token", "routes/auth/reset.tsx"),
  ]),
  route("logout", "routes/auth/logout.ts"),
  framed([
    index("routes/home/overview.tsx"),
    route("search", "routes/home/search.tsx"),
    route("readiness", "routes/readiness/page.tsx"),

    // Platform
    route("tenants/new", "routes/tenants/new.tsx"),
    route("tenants/:id", "routes/tenants/one.tsx"),
    route("people/:id", "routes/people/one.tsx"),
    route("academics/classes/:id", "routes/academics/class.tsx"),
    route("academics/classes/:id/grades", "routes/academics/report.tsx", { id: "report:grades" }),
    route("academics/classes/:id/attendance", "routes/academics/report.tsx", { id: "report:attendance" }),
    route("enrollments/new", "routes/enrollments/new.tsx"),
    route("enrollments/registrations/:id", "routes/enrollments/registration.tsx"),
    route("enrollments/payments/:id", "routes/enrollments/payment.tsx"),
    route("enrollments/revenue", "routes/enrollments/revenue.tsx"),
    route("enrollments/:id", "routes/enrollments/one.tsx"),
    route("exams", "routes/exams/list.tsx"),
    route("exams/today", "routes/exams/today.tsx"),
    route("exams/incidents/:number", "routes/exams/incident.tsx"),
    route("exams/new", "routes/exams/new.tsx"),
    route("exams/:id", "routes/exams/one.tsx"),
    route("exams/:id/edit", "routes/exams/edit.tsx"),
    route("exams/:id/questions", "routes/exams/questions.tsx"),
    route("exams/:id/live", "routes/exams/live.tsx"),
    route("exams/:id/attempts", "routes/exams/attempts.tsx"),
    route("exams/:id/marking", "routes/exams/marking.tsx"),
    route("exams/:id/statistics", "routes/exams/statistics.tsx"),
    route("exams/:id/collusion", "routes/exams/collusion.tsx"),
    route("exams/:id/weights", "routes/exams/weights.tsx"),
    ...Object.keys(NAMED_LISTS).map((path) => listAt(path.slice(1))),
    ...Object.keys(REDIRECTS).map((path) => route(path.slice(1), "routes/data/redirect.ts", { id: `redirect:${path}` })),
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

    // Integrity
    route("integrity", "routes/integrity/queue.tsx"),
    route("integrity/undo", "routes/integrity/undo.ts"),
    route("integrity/appeals", "routes/integrity/appeals.tsx"),
    route("integrity/attempts/:id", "routes/integrity/attempt.tsx"),

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
      route("api-keys", "routes/settings/api-keys.tsx"),
      route("gallery", "routes/settings/gallery.tsx"),
      route("alerts", "routes/settings/alerts.tsx"),
    ]),
    layout("routes/database/around.tsx", [
      route("database", "routes/database/load.tsx"),
      route("database/queries", "routes/database/queries.tsx"),
      route("database/queries/:queryid", "routes/database/query.tsx"),
      route("database/indexes", "routes/database/indexes.tsx"),
      route("database/tables", "routes/database/tables.tsx"),
      route("database/connections", "routes/database/connections.tsx"),
      route("database/locks", "routes/database/locks.tsx"),
      route("database/replication", "routes/database/replication.tsx"),
      route("database/maintenance", "routes/database/maintenance.tsx"),
      route("database/backups", "routes/database/backups.tsx"),
      route("database/findings", "routes/database/findings.tsx"),
      route("database/alerts", "routes/database/alerts.tsx"),
      route("database/incidents", "routes/database/incidents.tsx"),
      route("database/incidents/:id", "routes/database/incident.tsx"),
      route("database/health", "routes/database/health.tsx"),
    ]),
    route("*", "routes/errors/not-found.tsx"),
  ]),
  route("data/:resource/export", "routes/data/export.ts"),
  route("data/:resource/suggest", "routes/data/suggest.ts"),
  route("audit/export", "routes/audit/export.ts"),
  route(".well-known/invigil-log-key", "routes/machine/log-key.ts"),
  route("api/v1/audit/checkpoint", "routes/audit/api-checkpoint.ts"),
  route("api/v1/audit/entries", "routes/audit/api-entries.ts"),
  route("api/v1/audit/proof/inclusion", "routes/audit/api-inclusion.ts"),
  route("api/v1/audit/proof/consistency", "routes/audit/api-consistency.ts"),
  route("api/v1/integrity/events", "routes/machine/events.ts"),
  route("api/v1/openapi.json", "routes/machine/openapi.ts"),
  route("api/*", "routes/machine/api-not-found.ts"),
  route("jobs/:id/file", "routes/jobs/file.ts"),
  route("settings/preferences", "routes/settings/preferences.ts"),
  route("metrics", "routes/machine/metrics.ts"),
  route("health/ready", "routes/machine/ready.ts"),
  route("search/suggest", "routes/home/suggest.ts"),
] satisfies RouteConfig;
