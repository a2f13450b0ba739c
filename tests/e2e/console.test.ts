import { generate } from "otplib";
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { barriers, logIn, openBrowser, type DemoRole } from "../browser.ts";

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

  it("leads back to where somebody wanted to go", async () => {
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
    await page.getByRole("button", { name: "Turn it on" }).click();
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
    await second.getByRole("button", { name: "Remove the authenticator" }).click();
    await second.getByRole("button", { name: "Set up an authenticator" }).waitFor();
    await again.close();
  });

  it("ends a revoked session on its next request", async () => {
    const one = await logIn(browser, "proctor");
    const two = await logIn(browser, "proctor");
    await two.page.goto("/settings/sessions");
    await two.page.getByRole("button", { name: "End my other sessions" }).click();
    await two.page.waitForTimeout(500);
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
  "/settings/gallery",
  "/nowhere",
];

describe.each(["light", "dark"] as const)("in %s", (theme) => {
  it("every page can be read by everybody", async () => {
    const { page, context } = await logIn(browser, "super", { theme });
    const problems: string[] = [];
    for (const path of PAGES) {
      await page.goto(path, { waitUntil: "networkidle" });
      for (const one of await barriers(page)) problems.push(`${path}: ${one}`);
    }
    await page.goto("/people");
    await page.locator("tbody a").first().click();
    await page.waitForURL(/people\/[0-9a-f-]{36}/);
    for (const one of await barriers(page)) problems.push(`person: ${one}`);
    expect(problems).toEqual([]);
    await context.close();
  }, 300_000);
});

it("nothing is cut off on a phone", async () => {
  const { page, context } = await logIn(browser, "super", { width: 390 });
  const wide: string[] = [];
  for (const path of PAGES) {
    await page.goto(path, { waitUntil: "networkidle" });
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)) wide.push(path);
  }
  expect(wide).toEqual([]);
  await context.close();
});
