import fs from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright";
import { expect, inject, onTestFailed } from "vitest";
import { bundledBrowser } from "./bundled-browser.ts";

const INSTALLED = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];

/** An installed Chromium or Chrome, else the one that comes inside an npm package. */
export async function openBrowser(): Promise<Browser> {
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    // A container's is often too small, and pages crash in it.
    "--disable-dev-shm-usage",
  ];
  const installed = process.env["INVIGIL_TEST_BROWSER"] ?? INSTALLED.find((file) => fs.existsSync(file));
  if (installed && installed !== "bundled") return chromium.launch({ executablePath: installed, args });
  // Not with the arguments that its package proposes: one process for everything dies with the first context that closes.
  return chromium.launch({ executablePath: await bundledBrowser(), args });
}

export type DemoRole = "super" | "proctor" | "proctor2" | "sre" | "auditor" | "manager";

/** A logged-in page of its own: each call is another person's browser. */
export async function logIn(
  browser: Browser,
  role: DemoRole,
  options: { width?: number; javaScript?: boolean } = {},
): Promise<{ page: Page; context: BrowserContext }> {
  const { base, password } = inject("demo");
  const context = await browser.newContext({
    baseURL: base,
    viewport: { width: options.width ?? 1440, height: 900 },
    javaScriptEnabled: options.javaScript ?? true,
  });
  await context.addCookies([{ name: "invigil_theme", value: "light", url: base }]);
  const page = options.javaScript === false ? await context.newPage() : await awake(context);
  onTestFailed(() => say(role, page));
  await page.goto("/login");
  await page.fill("input[name=email]", `${role}@invigil.local`);
  await page.fill("input[name=password]", password);
  await page.click("button[type=submit]");
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
  await page.locator("#content").waitFor();
  if (options.javaScript ?? true) await takenOver(page);
  return { page, context };
}

/** Keys, clicks and what is typed before React has taken the page over would go nowhere. */
const takenOver = (page: Page) =>
  page.waitForFunction(() => Object.keys(document.body).some((key) => key.startsWith("__reactFiber$")));

/** A page whose addresses are there only when it can be used. */
export async function awake(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  const goto = page.goto.bind(page);
  page.goto = async (...where) => {
    const response = await goto(...where);
    await takenOver(page);
    return response;
  };
  return page;
}

/** What someone saw last, for whoever reads only what a failed run printed. */
async function say(role: string, page: Page): Promise<void> {
  if (page.isClosed()) return;
  const text = await page
    .locator("main")
    .innerText({ timeout: 2000 })
    .catch(() => "nothing");
  process.stdout.write(`${role} was at ${page.url()} and saw:\n${text.slice(0, 4000)}\n`);
}

/** No page has frames, so its findings need no second page to be put together on. */
const axe = (page: Page) => new AxeBuilder({ page }).setLegacyMode(true);
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** WCAG 2.2 AA, as far as a machine can tell. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await barriers(page)).toEqual([]);
}

/** What keeps someone out of this page, one line each. The other theme differs in nothing but its colours. */
export async function barriers(page: Page): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const wear = (theme: string) => page.evaluate((name) => (document.documentElement.dataset["theme"] = name), theme);
  const worn = await page.evaluate(() => document.documentElement.dataset["theme"]!);
  const found = await looked(axe(page).withTags(STANDARDS), worn);
  const other = await wear(worn === "dark" ? "light" : "dark");
  found.push(...(await looked(axe(page).withRules(["color-contrast"]), other)));
  await wear(worn);
  return found;
}

/** On a phone: what stands out of it to the side. The page is not asked for again, it is folded up where it is. */
export async function cutOff(page: Page): Promise<string[]> {
  const size = page.viewportSize()!;
  await page.setViewportSize({ width: 390, height: 844 });
  // A chart is drawn anew a moment after its frame has changed.
  const fits = () => document.documentElement.scrollWidth <= innerWidth + 1;
  await page.waitForFunction(fits, undefined, { timeout: 3000 }).catch(() => undefined);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await page.setViewportSize(size);
  return wide > 1 ? [`scrolls sideways by ${wide} px at a width of 390`] : [];
}

async function looked(builder: AxeBuilder, theme: string): Promise<string[]> {
  const { violations } = await builder.analyze();
  return violations.map(
    (violation) =>
      `${violation.id}, ${theme}: ${violation.nodes
        .map((node) => node.target.join(" "))
        .slice(0, 3)
        .join(" | ")}`,
  );
}
