import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { runningCluster } from "../../app/db/cluster/cluster.server.ts";
import { awake, logIn, openBrowser } from "../browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const { dataDir, password } = { ...inject("demo") };

/** A destructive form asks who it is when the login is long ago; what was typed stays. */
async function confirmIfAsked(page: Page, button: string): Promise<void> {
  const proof = page.locator("input[name=_proof]");
  if (await proof.isVisible().catch(() => false)) {
    await proof.fill(password);
    await page.getByRole("button", { name: button }).click();
  }
}

it("a new college, from its creation to a first enrollment, with an import that is wrong, put right and done", async () => {
  const { page, context } = await logIn(browser, "super");
  await page.goto("/tenants");
  await page.getByRole("link", { name: "New tenant" }).click();
  await page.getByLabel("College name").fill("Brand New College");
  await page.getByLabel("Code").fill("bnew");
  await page.getByLabel("First manager").fill("Nia New");
  await page.getByLabel("Manager's e-mail").fill("nia@bnew.example");
  await page.getByRole("button", { name: "Create tenant" }).click();
  await confirmIfAsked(page, "Create tenant");
  await page.getByText("Tenant created").waitFor();

  await page.getByRole("link", { name: "Import students" }).click();
  const wrong = "Name,Email,Roll number\nAda One,ada@bnew.example,B-1\nB,not-an-address,B-2\nCy Three,cy@bnew.example,B-1\n";
  await page.setInputFiles("input[type=file]", { name: "students.csv", mimeType: "text/csv", buffer: Buffer.from(wrong) });
  await page.getByRole("button", { name: "Upload" }).click();
  await page.waitForURL(/imports\/[0-9a-f-]{36}/);
  await page.selectOption("select[name='map.email']", "Email");
  await page.getByRole("button", { name: "Check only" }).click();
  await page.getByText("Nothing was written").waitFor({ timeout: 60_000 });
  expect(await page.locator("[aria-label='Errors by line'] tbody tr").count()).toBe(3);

  await page.goto("/tenants");
  await page.goto("/imports/new?resource=user");
  await page.selectOption("select[name=collegeId]", { label: "Brand New College" });
  const right =
    "Name,E-mail,Roll number\nAda One,ada@bnew.example,B-1\nBo Two,bo@bnew.example,B-2\nCy Three,cy@bnew.example,B-3\n";
  await page.setInputFiles("input[type=file]", { name: "students.csv", mimeType: "text/csv", buffer: Buffer.from(right) });
  await page.getByRole("button", { name: "Upload" }).click();
  await page.waitForURL(/imports\/[0-9a-f-]{36}/);
  await page.getByRole("button", { name: "Check only" }).click();
  await page.getByText("Every line is valid").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByRole("heading", { name: "3 rows imported." }).waitFor({ timeout: 60_000 });

  await page.goto("/data/class/new");
  await page.selectOption("select[name=collegeId]", { label: "Brand New College" });
  await page.getByLabel("Name", { exact: true }).fill("Logic A");
  await page.getByLabel("Academic year").fill("2026-2027");
  await page.getByLabel("Capacity").fill("1");
  await page.getByRole("button", { name: "Create class" }).click();
  await page.waitForURL(/academics\/classes\/[0-9a-f-]{36}/);
  const classUrl = page.url();
  for (const [student, says] of [
    ["ada@bnew.example", /academics\/classes/],
    ["B-2", /is full \(1 of 1\)/],
  ] as const) {
    await page.goto(classUrl);
    await page.getByRole("link", { name: "Enroll", exact: true }).click();
    await page.getByLabel("Class").fill(classUrl.split("/").at(-1)!);
    await page.getByLabel("Student").fill(student);
    await page.getByRole("button", { name: "Enroll", exact: true }).click();
    if (says.source.includes("full")) {
      await page.getByText(says).waitFor();
      expect(await page.getByLabel("Student").inputValue()).toBe("B-2");
    } else await page.waitForURL(says);
  }
  await page.goto(classUrl);
  await page.getByRole("link", { name: "Ada One" }).waitFor();
  await context.close();
}, 120_000);

it("a bulk act, previewed, run as a job, and found in the log", async () => {
  const { page, context } = await logIn(browser, "super");
  await page.goto("/people?q=.7%40westbrook");
  const rows = await page.locator("tbody tr").count();
  expect(rows).toBeGreaterThan(0);
  await page.getByLabel("Select every row of this page").check();
  await page.getByRole("button", { name: /Move to the trash/ }).click();
  await page.getByRole("heading", { name: /Move to the trash:/ }).waitFor();
  await page.getByLabel("Reason").fill("duplicates of last year");
  await page.getByRole("button", { name: /Move to the trash/ }).click();
  await confirmIfAsked(page, "Move to the trash");
  await page.waitForURL(/jobs\/[0-9a-f-]{36}/);
  await page.getByText("Done", { exact: true }).waitFor({ timeout: 60_000 });
  // Whoever saw it done sees what it did, on a standby too: the page says up to where.
  await context.clearCookies({ name: /after/ });
  await page.reload();
  expect((await context.cookies()).map((cookie) => cookie.name)).toContainEqual(expect.stringContaining("after"));
  await page.goto("/people?q=.7%40westbrook");
  await page.getByText("No people match").waitFor();
  await page.goto("/audit?q=action%3Auser.delete&range=1h");
  expect(await page.locator('a[href^="/audit/entries/"]').count()).toBe(rows);
  await context.close();
});

it("a session that ends while someone types loses nothing", async () => {
  const { page, context } = await logIn(browser, "super");
  await page.goto("/academics/classes");
  await page.locator('tbody tr[data-row="2"] a').first().click();
  await page.getByRole("link", { name: "Edit" }).click();
  await page.waitForURL(/edit$/);
  await page.getByLabel("Schedule").fill("Thursdays, typed for an hour");
  await context.clearCookies({ name: /session/ });
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Your session has ended").waitFor();
  expect(await page.getByLabel("Schedule").inputValue()).toBe("Thursdays, typed for an hour");
  const [other] = await Promise.all([
    context.waitForEvent("page"),
    page.getByRole("link", { name: "Log in again in a new tab" }).click(),
  ]);
  await other.fill("input[name=email]", "super@invigil.local");
  await other.fill("input[name=password]", password);
  await other.click("button[type=submit]");
  await other.locator("#content").waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL(/academics\/classes\/[0-9a-f-]{36}$/);
  await page.getByRole("link", { name: "Edit" }).click();
  await page.waitForURL(/edit$/);
  expect(await page.getByLabel("Schedule").inputValue()).toBe("Thursdays, typed for an hour");
  await context.close();
});

it("two editors: the second sees both versions and chooses", async () => {
  const { page, context } = await logIn(browser, "super");
  await page.goto("/academics/classes");
  await page.locator("tbody a").first().click();
  await page.getByRole("link", { name: "Edit" }).click();
  await page.waitForURL(/edit$/);
  const url = page.url();
  const other = await awake(context);
  await other.goto(url);
  await other.getByLabel("Schedule").fill("Mondays");
  await other.getByRole("button", { name: "Save" }).click();
  await other.waitForURL(/academics\/classes\/[0-9a-f-]{36}$/);
  await page.getByLabel("Schedule").fill("Tuesdays");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Someone else has changed this").waitFor();
  await page.getByRole("cell", { name: "Mondays" }).waitFor();
  await page.getByRole("cell", { name: "Tuesdays" }).waitFor();
  await page.getByRole("button", { name: "Overwrite with my version" }).click();
  await page.waitForURL(/academics\/classes\/[0-9a-f-]{36}$/);
  await context.close();
});

it("an auditor finds the planted bad session, sees all of it, and exports it", async () => {
  const { page, context } = await logIn(browser, "auditor");
  await page.goto("/audit?q=action%3Asession.*&range=30d");
  await page.getByText("save search…").click();
  await page.getByLabel("Search name").fill("Who came in");
  await page.getByRole("button", { name: "Keep" }).click();
  await page.getByRole("link", { name: "Who came in" }).waitFor();
  await page.getByRole("button", { name: "Delete search Who came in" }).click();
  await page.getByRole("link", { name: "Who came in" }).waitFor({ state: "detached" });
  await page.goto("/audit?range=30d");
  await page.getByRole("link", { name: "unusual actions" }).click();
  // Other acts may stand out beside it: a key that someone made at an hour unusual for them.
  await page.getByRole("row").filter({ hasText: "Mona Haddad" }).locator(".mono", { hasText: "api_key.create" }).click();
  await page.getByText("Changes permissions").waitFor();
  await page.getByRole("link", { name: "everything in it" }).click();
  await page.waitForURL(/session/);
  const acts = page.locator('a[href^="/audit/entries/"]');
  await acts.nth(40).waitFor();
  expect(await acts.count()).toBe(41);
  const download = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /with proofs/ }).click()]);
  expect(download[0].suggestedFilename()).toMatch(/^audit-.*\.ndjson$/);

  // In another folder, without the database, with the key that was kept: what was exported verifies, and a changed file does not.
  const key = (await (await fetch(`${inject("demo").base}/.well-known/invigil-log-key`)).text()).trim();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "auditor-"));
  const file = path.join(folder, "audit.ndjson");
  await download[0].saveAs(file);
  const offline = () =>
    spawnSync(process.execPath, [path.resolve("app/cli/invigil.mjs"), "audit", "verify", "--file", file, "--key", key], {
      cwd: folder,
      env: { NODE_ENV: "production", PATH: process.env["PATH"], HOME: folder, INVIGIL_DATA_DIR: path.join(folder, "none") },
      encoding: "utf8",
    });
  const whole = offline();
  expect(whole.stdout, whole.stderr).toMatch(/^41 entries are in the signed log of [\d,]+; nothing in the file was changed/m);
  fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("api_key.create", "api_key.revoke"));
  const changed = offline();
  expect(changed.status).toBe(1);
  expect(changed.stdout).toMatch(/^line \d+, entry \d+: /m);
  fs.rmSync(folder, { recursive: true });
  await page.goto("/audit/integrity");
  await page.getByRole("button", { name: "Verify now" }).click();
  await page.getByText("nothing was changed or cut").waitFor({ timeout: 30_000 });

  // A superuser's edit of one row is found and named; put back, the log is whole again.
  const owner = new pg.Client({ connectionString: runningCluster(dataDir)!.owner });
  await owner.connect();
  const edit = (to: string, from: string) =>
    owner.query<{ id: string }>(
      "update audit.entry set action = $1 where id = (select e.id from audit.entry e where e.action = $2 order by at limit 1) returning id",
      [to, from],
    );
  await edit("payment.forged", "payment.approve");
  await page.goto("/audit/integrity");
  await page.getByRole("button", { name: "Verify now" }).click();
  await page.getByText("the entry differs from what was sequenced").waitFor({ timeout: 30_000 });
  await edit("payment.approve", "payment.forged");
  await owner.end();
  await page.goto("/audit/integrity");
  await page.getByRole("heading", { name: "The log was changed." }).waitFor();
  await page.getByRole("button", { name: "Verify now" }).click();
  await page.getByText("nothing was changed or cut").waitFor({ timeout: 30_000 });
  await context.close();
}, 240_000);
