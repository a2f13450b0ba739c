import fs from "node:fs";
import path from "node:path";
import type pg from "pg";
import type { Browser } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectAccessible, logIn, openBrowser } from "../browser.ts";
import { demoOwner } from "../demo-database.ts";

// One click takes a backup, a second drills it, and the page says how long it takes to be back; then it is damaged.
let browser: Browser;
let owner: pg.Client;

beforeAll(async () => {
  browser = await openBrowser();
  owner = await demoOwner();
}, 60_000);

afterAll(async () => {
  await owner.end();
  await browser.close();
});

it("a backup is taken, drilled and proven, and a planted damage is named", async () => {
  const { page } = await logIn(browser, "sre");
  await page.goto("/database/backups");
  await page.getByRole("button", { name: "Take backup" }).click();
  // Whoever pressed with a key is still on the button, and sees what comes of it.
  await page.getByText("A backup is running.").waitFor();
  await page.getByRole("button", { name: "Take backup" }).focus();
  await page.getByRole("cell", { name: "Not verified" }).waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Run drill" }).click();
  await page.getByRole("heading", { level: 1, name: /^Recovery time \d/ }).waitFor({ timeout: 60_000 });
  await page.getByText("B-trees walked").waitFor();
  await page.getByText("1 before the target are there, 1 after it are not").waitFor();
  await expectAccessible(page);

  const { rows } = await owner.query<{ directory: string }>(
    "select directory from console.backup where state = 'DONE' order by started_at desc limit 1",
  );
  const manifest = path.join(rows[0]!.directory, "backup_manifest");
  const bytes = fs.readFileSync(manifest);
  bytes[bytes.length >> 1]! ^= 1;
  fs.writeFileSync(manifest, bytes);
  await page.getByRole("button", { name: "Verify", exact: true }).first().click();
  await page.getByText("A verification found problems").waitFor({ timeout: 30_000 });
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Do not rely on the last backup.");
  bytes[bytes.length >> 1]! ^= 1;
  fs.writeFileSync(manifest, bytes);
}, 180_000);
