import { generate } from "otplib";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { barriers, cutOff, logIn, openBrowser, type DemoRole } from "../browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const { base, password, metrics } = { ...inject("demo") };

describe("logging in", () => {
  it("refuses a wrong password with what was typed kept, and lets the right one in", async () => {
    const page = await browser.newPage({ baseURL: base });
    await page.goto("/login");
    await page.fill("input[name=email]", "auditor@invigil.local");
    await page.fill("input[name=password]", "not this one");
    await page.click("button[type=submit]");
    await page.getByText("do not match an account").waitFor();
    expect(await page.inputValue("input[name=email]")).toBe("auditor@invigil.local");
    await page.fill("input[name=password]", password);
    await page.click("button[type=submit]");
    await page.waitForURL(`${base}/`);
    await page.close();
  });

  it("works before JavaScript arrives, page after page", async () => {
    const { page, context } = await logIn(browser, "super", { javaScript: false });
    await page.goto("/people?q=chen");
    expect(await page.locator("tbody tr").count()).toBeGreaterThan(3);
    await page.locator("tbody a").first().click();
    expect(await page.locator("h1").textContent()).toMatch(/chen/i);
    await context.close();
  });

  it("leads back to where someone wanted to go", async () => {
    const page = await browser.newPage({ baseURL: base });
    await page.goto("/people?q=ana");
    expect(page.url()).toContain("/login?to=");
    await page.fill("input[name=email]", "manager@invigil.local");
    await page.fill("input[name=password]", password);
    await page.click("button[type=submit]");
    await page.waitForURL(/\/people\?q=ana/);
    await page.close();
  });

  it("sets up an authenticator, asks for its code at the next login, and takes it off again", async () => {
    const { page, context } = await logIn(browser, "sre");
    await page.goto("/settings/security");
    await page.getByRole("button", { name: "Set up an authenticator" }).click();
    const secret = (await page.locator("code.select-all").textContent())!;
    await page.fill("input[name=code]", await generate({ secret }));
    await page.getByRole("button", { name: "Turn on authenticator" }).click();
    await page.getByText("recovery codes").first().waitFor();
    const recovery = (await page.locator("ul.mono li").first().textContent())!;
    await context.close();

    const again = await browser.newContext({ baseURL: base });
    const second = await again.newPage();
    await second.goto("/login");
    await second.fill("input[name=email]", "sre@invigil.local");
    await second.fill("input[name=password]", password);
    await second.click("button[type=submit]");
    await second.waitForURL(/login\/verify/);
    await second.goto("/jobs");
    expect(second.url(), "a half-open session went past the code").toContain("/login/verify");
    await second.fill("input[name=code]", recovery);
    await second.click("button[type=submit]");
    await second.waitForURL(`${base}/`);
    await second.goto("/settings/security");
    await second.getByRole("button", { name: "Remove authenticator" }).click();
    await second.getByRole("button", { name: "Set up an authenticator" }).waitFor();
    await again.close();
  });

  it("a new member of staff chooses a password by a link that works once, and a stranger who guesses it is slowed alone", async () => {
    const { page, context } = await logIn(browser, "super");
    await page.goto("/settings/staff/new");
    await page.getByLabel("Name").fill("Nia Okoro");
    await page.getByLabel("E-mail").fill("nia@invigil.local");
    await page.getByLabel("Role").selectOption("AUDITOR");
    await page.getByRole("button", { name: "Add staff" }).click();
    const said = await page
      .getByText(/\/login\/reset\//)
      .first()
      .innerText();
    const [link] = /\S+\/login\/reset\/[\w-]{43}/.exec(said)!;
    await context.close();

    const own = "a password of her own";
    const hers = await browser.newContext({ baseURL: base });
    const nia = await hers.newPage();
    await nia.goto(link);
    await nia.getByLabel("New password").fill("short");
    await nia.getByLabel("Once more").fill("short");
    await nia.getByRole("button", { name: "Set the password" }).click();
    await nia.getByText("At least 12 characters").nth(1).waitFor();
    await nia.getByLabel("New password").fill(own);
    await nia.getByLabel("Once more").fill(own);
    await nia.getByRole("button", { name: "Set the password" }).click();
    await nia.waitForURL(/\/login$/);
    const logInAs = async (page: Page, secret: string) => {
      await page.goto("/login");
      await page.fill("input[name=email]", "nia@invigil.local");
      await page.fill("input[name=password]", secret);
      await page.click("button[type=submit]");
    };
    await logInAs(nia, own);
    await nia.waitForURL(`${base}/`);
    await nia.locator('a[href="/audit"]').first().waitFor();
    await nia.goto(link);
    await nia.getByLabel("New password").fill("another long password");
    await nia.getByLabel("Once more").fill("another long password");
    await nia.getByRole("button", { name: "Set the password" }).click();
    await nia
      .getByText(/link.*(used|works once|no longer)/i)
      .first()
      .waitFor();

    const stranger = await browser.newContext({ baseURL: base });
    const guesses = await stranger.newPage();
    for (let n = 1; n <= 6; n++) {
      await logInAs(guesses, `guess ${n}`);
      await guesses.getByText("do not match an account").waitFor();
    }
    await logInAs(guesses, own);
    await guesses.getByText(/Too many attempts. Try again in \d+ s/).waitFor();
    await stranger.close();

    // Her browser has logged in before: it has guesses of its own.
    await nia.goto("/");
    await nia.getByLabel(/^Account of/).click();
    await nia.getByRole("button", { name: "Log out" }).click();
    await logInAs(nia, own);
    await nia.waitForURL(`${base}/`);
    await hers.close();
  });

  it("ends a revoked session on its next request", async () => {
    const one = await logIn(browser, "proctor");
    const two = await logIn(browser, "proctor");
    await two.page.goto("/settings/sessions");
    await two.page.getByRole("button", { name: "End my other sessions" }).click();
    await two.page.getByText(/sessions? ha(s|ve) ended/).waitFor();
    await one.page.goto("/settings/security");
    expect(one.page.url()).toContain("/login");
    await one.context.close();
    await two.context.close();
  });
});

const MAY_NOT: Record<DemoRole, string[]> = {
  super: [],
  manager: ["/settings/staff", "/audit/integrity"],
  proctor: ["/people", "/tenants", "/enrollments", "/settings/staff", "/audit/integrity", "/imports"],
  proctor2: ["/people"],
  sre: [
    "/people",
    "/tenants",
    "/academics/classes",
    "/enrollments",
    "/data/user",
    "/data/student_exam_attempt",
    "/exams/today",
    "/settings/staff",
    "/audit/integrity",
  ],
  auditor: ["/imports", "/settings/staff/new", "/tenants/new"],
};

describe.each(Object.keys(MAY_NOT) as DemoRole[])("as %s", (role) => {
  it("every page of the navigation opens, and what is not theirs is refused", async () => {
    const { page, context } = await logIn(browser, role);
    const failures: string[] = [];
    page.on("pageerror", (error) => failures.push(error.message));
    const links = await page.locator("nav[aria-label=Main] a").evaluateAll((all) => all.map((a) => a.getAttribute("href")!));
    expect(links.length).toBeGreaterThan(1);
    for (const link of links) {
      const response = await page.goto(link);
      if (response!.status() !== 200) failures.push(`${link}: ${response!.status()}`);
    }
    for (const path of MAY_NOT[role]) {
      const response = await page.goto(path);
      if (response!.status() !== 403) failures.push(`${path}: ${response!.status()}, not 403`);
    }
    expect(failures).toEqual([]);
    await context.close();
  });
});

describe("a tenant manager", () => {
  it("finds nothing of another college, by address or by search", async () => {
    const boss = await logIn(browser, "super");
    await boss.page.goto("/data/user?q=brigid.example");
    const href = (await boss.page.locator("tbody a").first().getAttribute("href"))!;
    await boss.context.close();
    const { page, context } = await logIn(browser, "manager");
    expect((await page.goto(href))!.status()).toBe(404);
    await page.goto("/search?q=brigid.example");
    await page.getByText("Nothing found in your scope").waitFor();
    await context.close();
  });
});

describe("requests from elsewhere", () => {
  it("are refused on documents and on resource routes alike, and headers say how", async () => {
    const { context } = await logIn(browser, "super");
    for (const path of ["/logout", "/settings/preferences", "/settings/sessions"]) {
      const response = await context.request.post(`${base}${path}`, {
        form: { theme: "dark" },
        headers: { Origin: "https://elsewhere.example" },
      });
      expect(response.status(), path).toBe(403);
    }
    const headers = (await context.request.get(`${base}/login`)).headers();
    expect(headers["content-security-policy"]).toMatch(/script-src 'self' 'nonce-[^']+'.*frame-ancestors 'none'/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    await context.close();
  });
});

describe("the look", () => {
  it("changes on choice, and stays so", async () => {
    const { page, context } = await logIn(browser, "auditor");
    const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
    const choose = async (name: string, means: string) => {
      await page.getByLabel(/^Account of/).click();
      await page.getByRole("button", { name }).click();
      await page.locator(`html[data-theme=${means}]`).waitFor();
    };
    expect(await theme()).toBe("light");
    await choose("Dark theme", "dark");
    await page.goto("/audit");
    expect(await theme()).toBe("dark");
    await choose("Light theme", "light");
    expect(page.url(), "the page that was read is still there").toContain("/audit");
    await context.close();
  });
});

describe("the keyboard", () => {
  it("opens the palette, goes to a page, walks through rows and opens one", async () => {
    const { page, context } = await logIn(browser, "super");
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder(/Go to a page/).waitFor();
    await page.keyboard.type("People");
    // As a person does: Enter takes what is seen to be chosen.
    await page.locator("[cmdk-item][aria-selected=true]", { hasText: "People" }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/people/);
    await page.getByRole("heading", { level: 1, name: "People", exact: true }).waitFor();
    await page.locator("tbody tr").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    const name = await page.locator("tbody tr[data-selected] a").first().textContent();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/people\/[0-9a-f-]{36}/);
    await page.getByRole("heading", { level: 1, name: name!, exact: true }).waitFor();
    await context.close();
  });
});

describe("the keys", () => {
  it("are shown to whoever asks for them, those of reviews to reviewers", async () => {
    for (const [role, reviews] of [
      ["proctor", 1],
      ["sre", 0],
    ] as const) {
      const { page, context } = await logIn(browser, role);
      await page.keyboard.press("?");
      const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
      await dialog.getByText("In a list").waitFor();
      expect(await dialog.getByText("In a review").count()).toBe(reviews);
      expect(await barriers(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await context.close();
    }
  });
});

describe("a long list", () => {
  it("lays out what is in sight, and all of it without JavaScript", async () => {
    const { page, context } = await logIn(browser, "super");
    await page.goto("/people?limit=500&sort=name");
    await page.waitForFunction(() => document.querySelectorAll("tbody tr[data-row]").length < 150);
    const name = await page.locator('tbody tr[data-row="0"] a').first().textContent();
    await page.getByText("on this page").scrollIntoViewIfNeeded();
    await page.locator('tbody tr[data-row="499"] a').first().waitFor();
    expect(await page.locator("tbody tr[data-row]").count()).toBeLessThan(150);
    await page.getByRole("link", { name: /^Name/ }).click();
    await page.waitForURL(/sort=/);
    await context.close();

    const bare = await logIn(browser, "super", { javaScript: false });
    await bare.page.goto("/people?limit=500&sort=name");
    expect(await bare.page.locator("tbody tr[data-row]").count()).toBe(500);
    expect(await bare.page.locator('tbody tr[data-row="0"] a').first().textContent()).toBe(name);
    await bare.context.close();
  });
});

describe("a connection that is lost", () => {
  it("leaves the page as it was, says since when, and goes on by itself", async () => {
    const { page, context } = await logIn(browser, "sre");
    await page.goto("/database/locks");
    const title = await page.locator("h1").innerText();
    await context.setOffline(true);
    await page.getByText(/^No answer since/).waitFor();
    expect(await page.locator("h1").innerText()).toBe(title);
    await context.setOffline(false);
    await page.getByText(/^No answer since/).waitFor({ state: "detached" });
    await context.close();
  });

  it("costs nobody what they typed", async () => {
    const { page, context } = await logIn(browser, "super");
    await page.goto("/academics/classes");
    await page.locator('tbody tr[data-row="3"] a').first().click();
    await page.getByRole("link", { name: "Edit" }).click();
    await page.waitForURL(/edit$/);
    await page.getByLabel("Schedule").fill("Fridays, from a train");
    await context.setOffline(true);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The console does not answer").waitFor();
    expect(await page.getByLabel("Schedule").inputValue()).toBe("Fridays, from a train");
    await context.setOffline(false);
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL(/academics\/classes\/[0-9a-f-]{36}$/);
    await context.close();
  });
});

describe("health", () => {
  it("is said in the contract's words", async () => {
    expect(await (await fetch(`${base}/health`)).json()).toEqual({ status: "ok" });
    const ready = (await (await fetch(`${base}/health/ready`)).json()) as {
      status: string;
      checks: { primary: { ok: boolean }; replicas: { ok: boolean }[]; collector: { ok: boolean } };
    };
    expect(ready).toMatchObject({ status: "healthy", checks: { primary: { ok: true }, collector: { ok: true } } });
    expect(ready.checks.replicas.length).toBe(1);
    expect((await fetch(`${metrics}/metrics`)).status).toBe(200);
  });
});

const PAGES = [
  "/",
  "/search?q=ana",
  "/tenants",
  "/people",
  "/academics/classes",
  "/academics/attendance?from=2026-01-01",
  "/enrollments",
  "/enrollments/payments",
  "/enrollments/revenue",
  "/communication/events",
  "/learning/courses",
  "/imports",
  "/imports/new?resource=user",
  "/jobs",
  "/exams/today",
  "/data/user/new",
  "/tenants/new",
  "/audit",
  "/audit/integrity",
  "/audit/access",
  "/settings/security",
  "/settings/sessions",
  "/settings/staff",
  "/settings/staff/new",
  "/settings/retention",
  "/settings/gallery",
  "/nowhere",
];

it("every page can be read by everybody, light and dark, and on a phone", async () => {
  const { page, context } = await logIn(browser, "super");
  const problems: string[] = [];
  for (const path of PAGES) {
    await page.goto(path, { waitUntil: "networkidle" });
    for (const one of [...(await barriers(page)), ...(await cutOff(page))]) problems.push(`${path}: ${one}`);
  }
  await page.goto("/people");
  await page.locator("tbody a").first().click();
  await page.waitForURL(/people\/[0-9a-f-]{36}/);
  for (const one of await barriers(page)) problems.push(`person: ${one}`);
  expect(problems).toEqual([]);
  await context.close();
}, 300_000);
