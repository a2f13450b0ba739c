import pg from "pg";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { runningCluster } from "../../app/db/cluster/cluster.server.ts";
import { barriers, cutOff, logIn, openBrowser } from "../browser.ts";

// Someone who has never seen it finds what is slow, what is unused, what is missing and who blocks, and acts.
let browser: Browser;
let owner: pg.Client;
const { dataDir, password } = { ...inject("demo") };

beforeAll(async () => {
  browser = await openBrowser();
  owner = new pg.Client({ connectionString: runningCluster(dataDir)!.owner, application_name: "release-tool" });
  owner.on("error", () => undefined);
  await owner.connect();
}, 60_000);

afterAll(async () => {
  await owner.end().catch(() => undefined);
  await browser.close();
});

/** Students who save an answer and wait. */
async function students(n: number): Promise<pg.Client[]> {
  const url = runningCluster(dataDir)!.app;
  return Promise.all(
    Array.from({ length: n }, async () => {
      const client = new pg.Client({ connectionString: url, application_name: "exam-app tenant=NORTH" });
      client.on("error", () => undefined);
      await client.connect();
      void client.query("delete from public.student_answer where false").catch(() => undefined);
      return client;
    }),
  );
}

/** Loads the page again until it says what is looked for: samples come every few seconds. */
async function until(page: Page, path: string, text: RegExp, withinMs = 90_000): Promise<void> {
  const end = Date.now() + withinMs;
  for (;;) {
    await page.goto(path);
    if (text.test(await page.locator("main").innerText())) return;
    if (Date.now() > end) throw new Error(`${path} never said ${text}`);
    await page.waitForTimeout(2000);
  }
}

describe("from the overview", () => {
  it("the slow statement is found, with the tenant it runs for", async () => {
    const { page, context } = await logIn(browser, "sre");
    await until(page, "/database", /similarity/);
    await page
      .getByRole("link", { name: /similarity/ })
      .first()
      .click();
    await page.waitForURL(/\/database\/queries\/-?\d+/);
    await page.getByText("above the 1 s threshold").waitFor();
    await page
      .getByText(/Sort|Aggregate/)
      .first()
      .waitFor();
    await until(page, page.url(), /NORTH/, 60_000);
    await page.goto("/database/findings");
    await page.getByText("Slow statement").first().waitFor();
    await context.close();
  });

  it("the missing index is found with its statement, and none is called unused while scans were counted for minutes", async () => {
    const { page, context } = await logIn(browser, "sre");
    await until(page, "/database/indexes", /student_answer \(college_id, answered_at\)/);
    const unused = page.locator("#unused");
    await unused.getByText("An index counts as unused after 7 days.").waitFor();
    expect(await unused.getByText("DROP INDEX").count()).toBe(0);
    const missing = page.locator("#missing tr", { hasText: "answered_at" });
    await missing.locator("summary").first().click();
    await missing.getByText("CREATE INDEX CONCURRENTLY ON public.student_answer (college_id, answered_at);").first().waitFor();
    await context.close();
  });

  it("a blocker is seen, becomes an incident, and is ended with a reason", async () => {
    await owner.query("begin; lock table public.student_answer in access exclusive mode");
    const waiting = await students(4);
    const { page, context } = await logIn(browser, "sre");
    await until(page, "/database", /waiting for a lock on student_answer/, 60_000);
    await page.getByRole("link", { name: "View blockers" }).click();
    await page.getByText("release-tool").first().waitFor();
    await page
      .getByRole("link", { name: /^Terminate pid/ })
      .first()
      .click();
    await page.getByText("is rolled back").waitFor();
    await page.getByLabel("Reason").fill("It blocks every exam");
    await page.getByRole("button", { name: "Terminate", exact: true }).click();
    const proof = page.locator("input[name=_proof]");
    const done = page.getByText(/has ended\./);
    await Promise.race([proof.waitFor(), done.waitFor()]);
    if (await proof.isVisible()) {
      await proof.fill(password);
      await page.getByRole("button", { name: "Terminate", exact: true }).click();
    }
    await done.waitFor();
    await until(page, "/database/incidents", /No incident is open/);
    await page.getByRole("link", { name: "Lock on student_answer" }).first().click();
    await page
      .getByText(/release-tool \(pid \d+.*blocked/)
      .first()
      .waitFor();
    await Promise.allSettled(waiting.map((client) => client.end()));
    await context.close();
  });
});

it("whoever may only read is not offered an act, and a tenant's manager sees that tenant's load alone", async () => {
  const auditor = await logIn(browser, "auditor");
  await auditor.page.goto("/database/connections");
  expect(await auditor.page.getByRole("link", { name: /Terminate/ }).count()).toBe(0);
  await auditor.context.close();
  const manager = await logIn(browser, "manager");
  await manager.page.goto("/database");
  await manager.page.getByText("Load of NORTH only.").waitFor();
  expect((await manager.page.goto("/database/queries"))!.status()).toBe(403);
  await manager.context.close();
});

it("a drag over a chart shows that span, every page keeps it, and one press leads back to live", async () => {
  const { page, context } = await logIn(browser, "sre");
  await page.goto("/database?range=1h&by=query");
  const plot = page.getByRole("img", { name: "Average active sessions" });
  await plot.locator("svg.recharts-surface").first().waitFor();
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.4, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 80);
  await page.mouse.move(box.x + box.width * 0.6, box.y + 80);
  await page.mouse.up();
  await page.waitForURL((url) => url.searchParams.has("from") && url.searchParams.has("to"));
  const zoomed = new URL(page.url()).searchParams;
  const minutes = (Date.parse(zoomed.get("to")!) - Date.parse(zoomed.get("from")!)) / 60_000;
  expect(minutes).toBeGreaterThan(10);
  expect(minutes).toBeLessThan(16);
  expect(zoomed.get("by")).toBe("query");
  const strip = page.getByRole("region", { name: "Time range" });
  await strip.getByText("Live refresh is paused.").waitFor();
  await page.getByRole("navigation", { name: "Main", exact: true }).getByRole("link", { name: "Locks" }).click();
  await page.waitForURL(/\/database\/locks/);
  // The address is there before the page is: a key that is pressed in between is for the page that is still seen.
  await page.getByText("Blocking chains", { exact: true }).waitFor();
  const kept = new URL(page.url()).searchParams;
  expect([kept.get("from"), kept.get("to")]).toEqual([zoomed.get("from"), zoomed.get("to")]);
  await page.keyboard.press("[");
  await page.waitForURL((url) => url.searchParams.get("to") === zoomed.get("from"));
  await strip.getByRole("link", { name: "Back to live" }).click();
  await page.waitForURL((url) => url.search === "?range=1h");
  await strip.waitFor({ state: "detached" });
  await context.close();
  // The same by a form, before JavaScript; what can't be shown is said.
  const plain = await logIn(browser, "sre", { javaScript: false });
  await plain.page.goto("/database/locks");
  await plain.page.getByLabel("Time range").click();
  await plain.page.getByLabel("From").fill("2026-01-05T09:00:00");
  await plain.page.getByLabel("To").fill("2026-01-05T08:00:00");
  await plain.page.getByRole("button", { name: "Show range" }).click();
  await plain.page.getByText("The range must end after it starts. Showing the last 3 hours.").waitFor();
  await plain.page.getByLabel("Time range").first().click();
  await plain.page.getByLabel("From").fill("2026-01-05T07:00:00");
  await plain.page.getByLabel("To").fill("2026-01-05T08:00:00");
  await plain.page.getByRole("button", { name: "Show range" }).click();
  await plain.page.getByText("Mon 5 Jan 07:00 – 08:00").waitFor();
  await plain.context.close();
});

const PAGES = [
  "",
  "/queries",
  "/indexes",
  "/tables",
  "/connections",
  "/locks",
  "/replication",
  "/maintenance",
  "/findings",
  "/alerts",
  "/incidents",
  "/incidents/1",
  "/health",
  "/locks?from=2026-01-05T07:00:00Z&to=2026-01-05T08:00:00Z",
];

it("every page is accessible, light and dark, and on a phone", async () => {
  const { page, context } = await logIn(browser, "sre");
  for (const path of PAGES) {
    await page.goto(`/database${path}`, { waitUntil: "networkidle" });
    expect([...(await barriers(page)), ...(await cutOff(page))], `/database${path}`).toEqual([]);
  }
  await context.close();
}, 300_000);
