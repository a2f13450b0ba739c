import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { expectAccessible, logIn, openBrowser } from "../browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const { password } = { ...inject("demo") };

/** A form that takes something away asks who it is when the login is long ago; what was typed stays. */
async function send(page: Page, button: string): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).click();
  const proof = page.locator("input[name=_proof]");
  await Promise.race([proof.waitFor(), page.waitForURL(/jobs/), page.getByText(/^Erased\. From now on/).waitFor()]).catch(
    () => undefined,
  );
  if (!(await proof.isVisible().catch(() => false))) return;
  await proof.fill(password);
  await page.getByRole("button", { name: button, exact: true }).click();
}

it("a person's data is taken out as a file, then the person is erased, and no list or search finds them", async () => {
  const { page, context } = await logIn(browser, "super");
  await page.goto("/people?q=nakamura");
  await page.locator("tbody a").last().click();
  await page.waitForURL(/people\/[0-9a-f-]{36}$/);
  const person = page.url();
  await page.getByRole("link", { name: "Personal data" }).click();
  await page.waitForURL(/\/data$/);
  await expectAccessible(page);

  await page.getByLabel("Reason for the export").fill("They asked for a copy");
  await send(page, "Export data");
  await page.waitForURL(/jobs\/[0-9a-f-]{36}/);
  await page.getByRole("link", { name: /person-.*\.zip/ }).waitFor({ timeout: 30_000 });

  await page.goto(`${person}/data`);
  await page.getByText("Erase this person…").click();
  const label = await page.getByText(/^Type .* to confirm$/).innerText();
  const [, email] = /^Type (\S+) to confirm$/.exec(label)!;
  await page.getByLabel("Reason for the erasure").fill("They asked for it in writing");
  await page.getByLabel(/^Type .* to confirm$/).fill(email!);
  await send(page, "Erase person");
  const said = await page.getByText(/^Erased\. From now on/).innerText();
  const [number] = /Person \d+/.exec(said)!;

  await page.goto(`/people?q=${encodeURIComponent(email!)}`);
  expect(await page.locator("tbody a").count()).toBe(0);
  await page.goto(`/search?q=${encodeURIComponent(number)}`);
  await page.getByRole("link", { name: number }).first().waitFor();
  await page.goto(person);
  expect(await page.locator("h1").textContent()).toBe(number);
  await context.close();
});
