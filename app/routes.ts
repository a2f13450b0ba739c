import { index, layout, route, type RouteConfig } from "@remix-run/route-config";

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
  route("settings/preferences", "routes/settings/preferences.ts"),
  route("health/ready", "routes/machine/ready.ts"),
  route("search/suggest", "routes/home/suggest.ts"),
] satisfies RouteConfig;
