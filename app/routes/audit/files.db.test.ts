import { expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../../tests/database.ts";
import { SESSION } from "~/access/cookies.server.ts";
import type { Role } from "~/access/policy.ts";
import { createSession } from "~/access/session.server.ts";
import { withScope } from "~/db/scope.server.ts";
import { startCampaign } from "~/domains/access-review/start-campaign.server.ts";
import { loader as page } from "./access.tsx";
import * as csv from "./access-csv.ts";
import * as report from "./campaign-report.ts";

// Breaks when what is saved as a file is a page: a route with a component answers a document, or data for one.
const db = testDatabase();

async function logIn(role: Role) {
  const staff = await makeStaff(db.owner, role);
  const ctx = ctxFor(staff, everywhere);
  const { token } = await withScope(ctx, (inner) =>
    createSession(inner, staff.id, { secondFactor: true, stepUp: false, risk: [] }),
  );
  await db.owner.query("update console.staff set totp_confirmed_at = now() where id = $1", [staff.id]);
  return { ctx, Cookie: `${SESSION}=${token}` };
}
const args = (address: string, Cookie: string, params: Record<string, string> = {}) => ({
  request: new Request(`http://127.0.0.1${address}`, { headers: { Cookie } }),
  params,
  context: {} as never,
});

it("the access review is a file of its own, and its old address leads there", async () => {
  const { Cookie } = await logIn("AUDITOR");
  expect(Object.keys(csv)).toEqual(["loader"]);
  const answer = await csv.loader(args("/audit/access.csv", Cookie));
  expect(answer.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
  expect(await answer.text()).toMatch(/^.{0,3}"?Name"?,.*\r?\n/);
  const old = await page(args("/audit/access?format=csv", Cookie)).then(
    () => null,
    (thrown: unknown) => thrown as Response,
  );
  expect(old?.status).toBe(302);
  expect(old?.headers.get("Location")).toBe("/audit/access.csv");
});

it("the report of a campaign is a PDF or lines, for who may read it", async () => {
  const { ctx, Cookie } = await logIn("SUPER_ADMIN");
  const { id } = await startCampaign({ ctx, input: { name: "Autumn review", dueOn: "2099-01-31" } });
  expect(Object.keys(report)).toEqual(["loader"]);
  const get = (format: string, cookie = Cookie) =>
    report.loader(args(`/audit/access/campaigns/${id}/report.${format}`, cookie, { id }));
  const pdf = await get("pdf");
  expect(pdf.headers.get("Content-Type")).toBe("application/pdf");
  expect(
    Buffer.from(await pdf.arrayBuffer())
      .subarray(0, 5)
      .toString("latin1"),
  ).toBe("%PDF-");
  const lines = await get("csv");
  expect(lines.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
  expect(await lines.text()).toContain("undecided");
  await expect(get("pdf", (await logIn("PROCTOR")).Cookie)).rejects.toMatchObject({ status: 403 });
});
