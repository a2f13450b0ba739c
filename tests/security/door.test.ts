import { beforeAll, expect, inject, it } from "vitest";
import { hashPassword } from "../../app/access/password.server.ts";
import { newId } from "../../app/platform/ids.ts";
import { demoOwner } from "../demo-database.ts";
import { Client, CUT, send, type Answer } from "./attacker.ts";

// What a stranger, or someone with an account of the least rights, tries at the door.
const { base, metrics, password } = inject("demo");
const SECRET = "a password of somebody";

/** Accounts of this file's own, so that what is spoiled here is nobody else's. */
async function staff(role = "AUDITOR"): Promise<{ id: string; email: string }> {
  const owner = await demoOwner();
  const id = newId();
  const email = `victim.${id.slice(-8)}@invigil.local`;
  await owner.query(
    "insert into console.staff (id, email, name, role, password_hash, updated_at) values ($1, $2, 'Victim', $3, $4, now())",
    [id, email, role, await hashPassword(SECRET)],
  );
  await owner.end();
  return { id, email };
}

const auditor = new Client();
beforeAll(async () => {
  expect((await auditor.logIn("auditor@invigil.local", password)).status).toBe(302);
});

it("a hundred wrong logins shut out nobody who shares the address, nor a browser that is known", async () => {
  const [victim, bystander] = [await staff(), await staff()];
  const known = new Client();
  expect((await known.logIn(victim.email, SECRET)).status).toBe(302);
  await Promise.all(Array.from({ length: 10 }, () => new Client().logIn(victim.email, "wrong")));
  await Promise.all(Array.from({ length: 90 }, (_, n) => new Client().logIn(`n${n}@invigil.local`, "wrong")));
  expect((await new Client().logIn(bystander.email, SECRET)).status).toBe(302);
  expect((await known.logIn(victim.email, SECRET)).status).toBe(302);
  // A live session still confirms what it does.
  const confirmed = await known.form("/settings/security", { intent: "begin", _proof: SECRET });
  expect(confirmed.status).toBe(200);
});

it("after ten wrong guesses the owner of an account waits for less than a minute on a new browser", async () => {
  const victim = await staff();
  let refused: Answer | undefined;
  for (let n = 0; n < 11 && refused?.status !== 429; n++) refused = await new Client().logIn(victim.email, "wrong");
  expect(refused?.status).toBe(429);
  expect(Number(refused?.headers["retry-after"])).toBeLessThanOrEqual(60);
});

it("the current password can't be guessed at by two hundred tries at once", async () => {
  const victim = await staff();
  const thief = new Client();
  await thief.logIn(victim.email, SECRET);
  const tries = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      thief.form("/settings/security", {
        intent: "password",
        current: `guess ${n}`,
        password: "a new one to keep",
        again: "a new one to keep",
      }),
    ),
  );
  // Five at once, and one more each time that the wait has doubled: ten in half a minute.
  expect(tries.filter((answer) => answer.status === 422).length).toBeLessThanOrEqual(10);
  // The others were not looked at: told to wait, or not served while so many ask at once.
  expect(tries.filter((answer) => ![422, 429, 503, CUT].includes(answer.status)).map((answer) => answer.status)).toEqual([]);
  const owner = await demoOwner();
  const { rowCount } = await owner.query("select 1 from audit.entry where actor_id = $1 and action like '%_failed'", [victim.id]);
  await owner.end();
  expect(rowCount).toBeGreaterThan(0);
});

it("a link to the login page leads nowhere but into the console", async () => {
  for (const to of ["/%09/evil.example", "/%0A/evil.example", "//evil.example", "/%5Cevil.example", "/.//evil.example"]) {
    const after = await new Client().logIn("auditor@invigil.local", password, `/login?to=${to}`);
    expect(after.headers.location, to).toBe("/");
    const saved = await auditor.form("/settings/preferences", { theme: "light", to: decodeURIComponent(to) });
    expect(saved.headers.location, to).toBe("/");
  }
});

it("no cache keeps a private page, and every cache keeps a script", async () => {
  const pages = [
    "/",
    "/people",
    "/people.data",
    "/audit",
    "/audit/export",
    "/data/user/export",
    "/search/suggest?q=a",
    "/jobs",
    "/login",
  ];
  for (const path of [...pages, "/nowhere", "/api/v1/audit/checkpoint", "/api/v1/nothing", "/health/ready"]) {
    expect((await auditor.ask(path, { headOnly: true })).headers["cache-control"], path).toMatch(/no-store/);
  }
  const script = /\/assets\/[\w.-]+\.js/.exec((await auditor.ask("/")).body)![0];
  expect((await send(script)).headers["cache-control"]).toContain("immutable");
});

it("pages and scripts are compressed, and a scrape is not", async () => {
  const gzip = { "accept-encoding": "gzip" };
  const page = await auditor.ask("/people", { headers: gzip });
  expect(page.headers["content-encoding"]).toBe("gzip");
  const script = /\/assets\/[\w.-]+\.js/.exec((await auditor.ask("/")).body)![0];
  expect((await send(script, { headers: gzip })).headers["content-encoding"]).toBe("gzip");
  expect((await send("/metrics", { headers: gzip })).headers["content-encoding"]).toBeUndefined();
});

it("a name that someone else makes lead here gets no answer", async () => {
  for (const host of ["evil.example", "evil.example:3000", "127.0.0.1.evil.example"]) {
    expect((await auditor.ask("/people", { headers: { host } })).status, host).toBe(421);
    expect((await send("/metrics", { headers: { host } })).status, host).toBe(421);
    expect((await send("/metrics", { headers: { host }, base: metrics })).status, host).toBe(421);
  }
  expect((await auditor.ask("/people", { headers: { host: `localhost:${new URL(base).port}` } })).status).toBe(200);
});

it("a page elsewhere changes nothing, whatever it puts into the address or the headers", async () => {
  const headers = { origin: "https://evil.example", authorization: "Bearer anything" };
  for (const path of [
    "/settings/preferences",
    "/api/../settings/preferences",
    "/api/%2e%2e/settings/preferences",
    "/api/..//logout",
  ])
    expect((await auditor.form(path, { theme: "dark" }, headers)).status, path).toBe(403);
  expect((await auditor.form("/settings/preferences", { theme: "dark" }, { "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await auditor.ask("/")).status).toBe(200);
});

it("a session that a new login of the same browser replaces is worth nothing", async () => {
  const victim = await staff();
  const browser = new Client();
  await browser.logIn(victim.email, SECRET);
  const copy = new Client();
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  expect((await copy.ask("/settings/security")).status).toBe(200);
  await browser.logIn(victim.email, SECRET);
  expect((await copy.ask("/settings/security")).status).toBe(302);
  expect((await browser.ask("/settings/security")).status).toBe(200);
});

it("an action that a page does not have is refused, and nothing happens instead", async () => {
  const manager = new Client();
  await manager.logIn("manager@invigil.local", password);
  for (const intent of ["", "nonsense", "PASSWORD", "__proto__"]) {
    expect((await manager.form("/settings/security", { intent, current: password })).status, intent).toBe(400);
    expect((await manager.form("/settings/api-keys", { intent, name: "x" })).status, intent).toBe(400);
  }
});

it("a common password is not taken, even by who knows the old one", async () => {
  const victim = await staff();
  const owner = new Client();
  await owner.logIn(victim.email, SECRET);
  for (const weak of ["password1234", "qwertyuiop123", "invigil.invigil", victim.email]) {
    const answer = await owner.form("/settings/security", { intent: "password", current: SECRET, password: weak, again: weak });
    expect(answer.status, weak).toBe(422);
  }
});
