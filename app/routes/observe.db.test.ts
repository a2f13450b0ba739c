import type { LoaderFunctionArgs } from "@remix-run/node";
import type { RouteConfigEntry } from "@remix-run/route-config";
import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import { SESSION } from "~/access/cookies.server.ts";
import { offeredRoles, reach, ROLE_NAMES, type Role } from "~/access/policy.ts";
import { createSession } from "~/access/session.server.ts";
import { withScope } from "~/db/scope.server.ts";
import { forget } from "~/platform/singleton.ts";
import routes from "../routes.ts";
import { schedules } from "../collector/schedules.ts";
import { mayOpen, navOf } from "./nav.ts";

// Beside a server that is only watched: what of the console is there. Breaks when a page of the platform is left in the
// navigation, or answers with an empty list instead of saying why there is nothing.
const db = testDatabase();
const cookies = new Map<Role, string>();

beforeAll(async () => {
  // Where it leads matters nothing here: no page of the platform gets as far as asking it.
  process.env["INVIGIL_DATABASE_URL"] = db.url("app");
  process.env["DATABASE_URL"] = `${db.url("observer")}?application_name=watched`;
  forget("env");
  for (const role of ["SUPER_ADMIN", "SRE"] as const) {
    const staff = await makeStaff(db.owner, role);
    const { token } = await withScope(ctxFor(staff, everywhere), (inner) =>
      createSession(inner, staff.id, { secondFactor: true, stepUp: false, risk: [] }),
    );
    cookies.set(role, `${SESSION}=${token}`);
  }
  await db.owner.query("update console.staff set totp_confirmed_at = now()");
});

type Page = { path: string; file: string };

function pagesOf(entries: RouteConfigEntry[], above = ""): Page[] {
  return entries.flatMap(({ path, file, children }) => {
    const here = [above, path].filter(Boolean).join("/");
    return [...(path ? [{ path: here, file }] : []), ...pagesOf(children ?? [], here)];
  });
}

const OF_THE_PLATFORM =
  /^(tenants|people|academics|enrollments|payments|exams|communication|learning|data|imports|integrity|readiness|search)(\/|$)/;
/** Answers a machine or the public, or asks nobody who they are. */
const NOT_A_PAGE = new Set(["search/suggest", "integrity/undo", "exams/:id/live/stream"]);
const RESOURCE = "user";
const ID = "0198c0de-0000-7000-8000-000000000001";

const pages = pagesOf(routes as RouteConfigEntry[]).filter(({ path }) => OF_THE_PLATFORM.test(path) && !NOT_A_PAGE.has(path));

async function answerTo(
  { path, file }: Page,
  role: Role,
): Promise<{ status: number; body: { message?: string; notHere?: boolean } }> {
  const params: Record<string, string> = {};
  const address = path.replaceAll(/:(\w+)/g, (_, name: string) => (params[name] = name === "resource" ? RESOURCE : ID));
  const { loader, action } = (await import(/* @vite-ignore */ `../${file}`)) as Partial<
    Record<"loader" | "action", (args: LoaderFunctionArgs) => Promise<unknown>>
  >;
  // What only takes something in is asked to.
  const asked = loader ? {} : { method: "POST", body: new URLSearchParams() };
  const request = new Request(`http://127.0.0.1/${address}`, { headers: { cookie: cookies.get(role)! }, ...asked });
  try {
    const shown = await (loader ?? action!)({ request, params, context: {} });
    if (shown instanceof Response) return { status: shown.status, body: {} };
    // A form is answered on its page.
    const refused = shown as { data?: { message?: string }; init?: { status?: number } };
    if (!loader) return { status: refused.init?.status ?? 200, body: { ...refused.data, notHere: true } };
    return { status: 200, body: {} };
  } catch (thrown) {
    if (!(thrown instanceof Response)) throw thrown;
    return { status: thrown.status, body: thrown.status === 302 ? {} : ((await thrown.json()) as never) };
  }
}

describe("beside a server that is only watched", () => {
  it("there are as many pages of the platform to look at as routes.ts has", () => expect(pages.length).toBeGreaterThan(60));

  it.each(pages.map((page) => [page.path, page] as const))("/%s says why it is not there", async (_path, page) => {
    for (const role of ["SRE", "SUPER_ADMIN"] as const) {
      const { status, body } = await answerTo(page, role);
      // An address that only leads on to a list is answered by that list.
      if (page.file.endsWith("redirect.ts")) return expect(status).toBe(302);
      expect({ status, notHere: body.notHere, message: body.message }, role).toEqual({
        status: 404,
        notHere: true,
        message: expect.stringMatching(/^This installation watches a database server that is not Invigil's own/),
      });
    }
  });

  it("a page that is not there is no refused access", async () => {
    const { rows } = await db.owner.query("select 1 from audit.entry where action = 'access.refused'");
    expect(rows).toEqual([]);
  });

  it("the navigation holds the overview, the database and the audit log", () => {
    const shown = navOf("SUPER_ADMIN");
    expect(shown.map((section) => section.title)).toEqual([null, "Database", "Audit"]);
    expect(shown[0]!.items.map((item) => item.to)).toEqual(["/"]);
    expect(mayOpen("SUPER_ADMIN", "/exams/today")).toBe(false);
    expect(mayOpen("SRE", "/database/locks")).toBe(true);
    expect(reach("SUPER_ADMIN", "exams.read")).toBeNull();
    expect(offeredRoles()).toEqual(["SUPER_ADMIN", "SRE", "AUDITOR"]);
    expect(ROLE_NAMES).toContain("PROCTOR");
  });

  it("nothing of exams, tenants or courses runs on a clock", () => {
    const names = schedules().map((schedule) => schedule.name);
    expect(names).toContain("audit.sequence");
    expect(
      names.filter((name) => /^(exams|integrity|learning|enrollments|subscriptions|forecasts|verdicts|backups)\./.test(name)),
    ).toEqual([]);
  });
});
