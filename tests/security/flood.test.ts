import { createHash } from "node:crypto";
import net from "node:net";
import { beforeAll, expect, inject, it } from "vitest";
import { newId, newToken } from "../../app/platform/ids.ts";
import { demoOwner } from "../demo-database.ts";
import { Client, CUT, megabytes, send } from "./attacker.ts";

// Whoever sends much, or sends it slowly, costs nobody else anything.
const { base, password } = inject("demo");

const memory = async () =>
  Number(/^process_resident_memory_bytes\S* (\S+)/m.exec((await send("/metrics?scope=process")).body)![1]) / 1e6;

/** The slowest answer of /health while something is going on. */
async function slowestHealth(during: Promise<unknown>): Promise<number> {
  let over = false;
  const watched = during.finally(() => (over = true));
  let slowest = 0;
  while (!over) {
    slowest = Math.max(slowest, (await send("/health")).ms);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await watched;
  return slowest;
}

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const BOUNDARY = "----AnAttackersOwnBoundary0123456789";
let slow: { opened: number; ended: Promise<string[]> };

beforeAll(() => {
  // A hundred forms that never end, begun first, so that the others need not wait for them.
  const { hostname, port } = new URL(base);
  const ended = Array.from({ length: 100 }, () => {
    const socket = net.connect(Number(port), hostname);
    socket.write(
      `POST /login HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: ${FORM["content-type"]}\r\nContent-Length: 1000\r\n\r\nemail=`,
    );
    let answer = "";
    socket.on("data", (chunk) => (answer += String(chunk)));
    return new Promise<string>((resolve) => socket.on("error", () => undefined).on("close", () => resolve(answer.slice(0, 12))));
  });
  slow = { opened: Date.now(), ended: Promise.all(ended) };
});

it("ten forms of 60 MB at once are refused unread, while /health answers and memory stays", async () => {
  const before = await memory();
  const flood = Promise.all(
    Array.from({ length: 10 }, () =>
      send("/login", { method: "POST", headers: { ...FORM, "content-length": String(60 * 1024 * 1024) }, body: megabytes(60) }),
    ),
  );
  expect(await slowestHealth(flood)).toBeLessThan(1000);
  for (const answer of await flood) {
    expect([413, CUT]).toContain(answer.status);
    if (answer.status === 413) expect(answer.body).toContain("Larger than the limit of 64 KB");
  }
  expect((await memory()) - before).toBeLessThan(150);
});

it("a body that does not say how long it is, is cut where it becomes too long", async () => {
  const before = await memory();
  const flood = Promise.all(
    ["/login", "/logout", "/settings/preferences", "/imports/new", "/login.data"].map((path) =>
      send(path, { method: "POST", headers: FORM, body: megabytes(60) }),
    ),
  );
  expect(await slowestHealth(flood)).toBeLessThan(1000);
  // Who is not logged in is sent to the login page before the body is read.
  for (const answer of await flood) expect([413, 302, CUT]).toContain(answer.status);
  expect((await memory()) - before).toBeLessThan(150);
});

it("a large file is taken from nobody who is not logged in, and not without end from who is", async () => {
  const upload = (size: number) => ({
    method: "POST",
    headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}`, "content-length": String(size * 1024 * 1024) },
    body: megabytes(size),
  });
  expect([401, CUT]).toContain((await send("/imports/new?resource=user", upload(10))).status);
  const manager = new Client();
  await manager.logIn("manager@invigil.local", password);
  expect([413, CUT]).toContain((await manager.ask("/imports/new?resource=user", upload(30))).status);
  expect([413, CUT]).toContain((await manager.ask("/people", upload(1))).status);
});

it("an import of many rows is read while others are answered", async () => {
  const manager = new Client();
  await manager.logIn("manager@invigil.local", password);
  const owner = await demoOwner();
  const { rows } = await owner.query(
    "select a.college_id as id from console.staff_assignment a join console.staff s on s.id = a.staff_id where s.email = 'manager@invigil.local' limit 1",
  );
  await owner.end();
  const row = `Student of a long name,student@n.example,${"x".repeat(160)}\n`;
  const body = Buffer.from(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="collegeId"\r\n\r\n${rows[0].id}\r\n` +
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="s.csv"\r\nContent-Type: text/csv\r\n\r\nname,email,note\n${row.repeat(40_000)}\r\n--${BOUNDARY}--\r\n`,
  );
  const headers = { "content-type": `multipart/form-data; boundary=${BOUNDARY}`, "content-length": String(body.length) };
  const sent = manager.ask("/imports/new?resource=user", { method: "POST", headers, body });
  expect(await slowestHealth(sent)).toBeLessThan(1000);
  expect((await sent).headers.location).toMatch(/^\/imports\//);
});

it("events that are built to be slow are answered at once, and broken ones with a reason", async () => {
  const owner = await demoOwner();
  const token = `ivg_${newToken(6)}.${newToken(32)}`;
  await owner.query(
    `insert into public.api_key (id, college_id, name, prefix, key_hash, scopes, updated_at)
     select $1, id, 'Attacker', 'ivg_x', $2, '{integrity:write}', now() from public.college where deleted_at is null limit 1`,
    [newId(), createHash("sha256").update(token).digest("hex")],
  );
  await owner.end();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const post = (body: string | Buffer) => send("/api/v1/integrity/events", { method: "POST", headers, body });
  const event = (details: string) =>
    `{"events":[{"id":"${newId()}","attemptId":"${newId()}","type":"PASTE","at":"${new Date().toISOString()}","details":${details}}]}`;
  const sent = post(event(`{"a":"${"\\\\".repeat(100_000)}\\u0000"}`));
  expect(await slowestHealth(sent)).toBeLessThan(1000);
  expect((await sent).status).toBe(202);
  expect((await post(event(`${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`))).status).toBe(400);
  const broken = await post(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
  expect(broken.status).toBe(400);
  expect(broken.body).toContain("not UTF-8");
  expect((await post("x".repeat(10 * 1024 * 1024))).status).toBe(413);
});

it("a hundred forms that never end are ended", { timeout: 60_000 }, async () => {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), 25_000 - (Date.now() - slow.opened)));
  const answers = await Promise.race([slow.ended, late]);
  expect(answers).not.toBeNull();
  expect(new Set(answers)).toEqual(new Set(["HTTP/1.1 408"]));
});
