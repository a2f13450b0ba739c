import { expect, it } from "vitest";
import { LOGIN_ROLES } from "~/db/cluster/roles.server.ts";
import { SETTINGS } from "~/platform/env.server.ts";
import { environmentOf } from "./environment.ts";

// Breaks when a process is handed a credential that it does not use.
const source: Record<string, string> = {
  ...Object.fromEntries(LOGIN_ROLES.map((role) => [`INVIGIL_URL_${role.toUpperCase()}`, `postgresql://${role}`])),
  INVIGIL_URL_ADDED_LATER: "postgresql://later",
  DATABASE_URL: "postgresql://owner",
  INVIGIL_EMBEDDED: "1",
  PATH: "/bin",
  LC_ALL: "C",
  REDIS_URL: "redis://r",
  SESSION_SECRET: "s",
  INVIGIL_SIGNING_KEY: "k",
  INVIGIL_LOG_KEY: "l",
  INVIGIL_DEMO_PASSWORD: "d",
  PLATFORM_APP_PASSWORD: "p",
  POSTGRES_PASSWORD: "x",
  PGPASSWORD: "x",
  GITHUB_TOKEN: "x",
  SMTP_URL: "smtp://u:p@h",
  AWS_SECRET_ACCESS_KEY: "a",
};

const names = (process: "web" | "collector") => Object.keys(environmentOf(process, source, { PORT: "1" })).sort();

it("web holds the console's runtime login, the observer's and the signaller's, and no key that signs", () => {
  expect(names("web")).toEqual([
    "DATABASE_PRIMARY_URL",
    "DATABASE_URL",
    "INVIGIL_EMBEDDED",
    "INVIGIL_LOG_KEY",
    "INVIGIL_PROCESS",
    "INVIGIL_URL_APP",
    "INVIGIL_URL_OBSERVER",
    "INVIGIL_URL_SIGNALLER",
    "LC_ALL",
    "PATH",
    "PORT",
    "REDIS_URL",
    "SESSION_SECRET",
  ]);
});

it("the collector holds what backups, the log and the simulated day need, and not the signaller's login", () => {
  expect(names("collector")).toEqual([
    "AWS_SECRET_ACCESS_KEY",
    "DATABASE_PRIMARY_URL",
    "DATABASE_URL",
    "INVIGIL_EMBEDDED",
    "INVIGIL_PROCESS",
    "INVIGIL_SIGNING_KEY",
    "INVIGIL_URL_APP",
    "INVIGIL_URL_BACKUP",
    "INVIGIL_URL_OBSERVER",
    "INVIGIL_URL_OWNER",
    "INVIGIL_URL_PLATFORM_APP",
    "INVIGIL_URL_SEQUENCER",
    "LC_ALL",
    "PATH",
    "PORT",
    "REDIS_URL",
    "SESSION_SECRET",
    "SMTP_URL",
  ]);
});

it("the collector holds no login of the owner or of backups where the database is someone else's", () => {
  const held = environmentOf("collector", { ...source, INVIGIL_EMBEDDED: undefined }, {});
  expect([held["INVIGIL_URL_OWNER"], held["INVIGIL_URL_BACKUP"]]).toEqual([undefined, undefined]);
});

it("neither holds the login that migrates where the runtime has one of its own", () => {
  for (const process of ["web", "collector"] as const)
    expect(environmentOf(process, source, {})["DATABASE_URL"]).toBe("postgresql://app");
  expect(environmentOf("web", { DATABASE_URL: "postgresql://only" }, {})["DATABASE_URL"]).toBe("postgresql://only");
});

it("both keep the address of a watched server, and the runtime's login where the console's own data is", () => {
  const watching = { ...source, DATABASE_URL: "postgresql://watched", INVIGIL_DATABASE_URL: "postgresql://owner" };
  for (const process of ["web", "collector"] as const)
    expect(environmentOf(process, watching, {})).toMatchObject({
      DATABASE_URL: "postgresql://watched",
      INVIGIL_DATABASE_URL: "postgresql://app",
    });
});

it("no setting is lost on its way to a process: each reaches web or the collector, except those that only the start reads", () => {
  const all = Object.fromEntries(SETTINGS.map((name) => [name, "x"]));
  const reached = new Set([...Object.keys(environmentOf("web", all, {})), ...Object.keys(environmentOf("collector", all, {}))]);
  expect(SETTINGS.filter((name) => !reached.has(name)).sort()).toEqual([
    "INVIGIL_DEMO_PASSWORD",
    "PLATFORM_APP_PASSWORD",
    "SHADOW_DATABASE_URL",
  ]);
});
