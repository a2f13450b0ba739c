import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clients } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { deliverMail } from "~/mail/queue.server.ts";
import { Conflict, Forbidden, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { forget } from "~/platform/singleton.ts";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { smtpServer, type SmtpServer } from "../../../tests/fixtures/smtp.ts";
import { deliverNotifications } from "./deliver.server.ts";
import { publishAnnouncement } from "./publish-announcement.server.ts";
import { retryNotification } from "./retry-notification.server.ts";

const db = testDatabase();
let college: string;
let manager: Ctx;
let server: SmtpServer;
const people: string[] = [];

beforeAll(async () => {
  server = await smtpServer();
  process.env["SMTP_URL"] = server.url;
  forget("env");
  college = (await makeCollege(db.owner)).id;
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  for (let n = 0; n < 4; n++) {
    const id = newId();
    people.push(id);
    await db.owner.query(`insert into public."user" (id, college_id, name, email, role) values ($1, $2, $3, $4, $5)`, [
      id,
      college,
      `Person ${n}`,
      `p${n}@test.example`,
      n === 3 ? "TEACHER" : "STUDENT",
    ]);
  }
  await db.owner.query(
    "insert into public.event_subscription (id, college_id, user_id, type, channel) values ($1, $2, $3, 'ANNOUNCEMENT', 'EMAIL')",
    [newId(), college, people[0]],
  );
});
afterAll(async () => {
  delete process.env["SMTP_URL"];
  forget("env");
  await server.close();
});

it("a round with nothing to do takes one transaction of the primary, and one with something does it at once", async () => {
  const taken = async () => {
    const before = clients().primary.stats().acquired;
    await deliverNotifications();
    return clients().primary.stats().acquired - before;
  };
  await deliverNotifications();
  expect(await taken()).toBe(1);
  const id = newId();
  await db.owner.query(
    `insert into public.notification (id, college_id, user_id, title, message, type, channel, status, dedupe_key)
     values ($1, $2, $3, 'Now', 'Now', 'REMINDER', 'IN_APP', 'PENDING', $4)`,
    [id, college, people[1], id],
  );
  expect(await taken()).toBeGreaterThan(1);
  const { rows } = await db.owner.query("select status from public.notification where id = $1", [id]);
  expect(rows).toEqual([{ status: "DELIVERED" }]);
  expect(await taken()).toBe(1);
});

const announce = async (audience: string) => {
  const id = newId();
  await db.owner.query(
    "insert into public.announcement (id, college_id, title, body, audience) values ($1, $2, 'News', 'Read this', $3)",
    [id, college, audience],
  );
  return id;
};
const notifications = async (key: string) =>
  (
    await db.owner.query<{ id: string; user_id: string; channel: string; status: string; last_error: string | null }>(
      "select id, user_id, channel, status, last_error from public.notification where dedupe_key like $1 order by channel, user_id",
      [`${key}%`],
    )
  ).rows;

/** As several collectors would, at once and again. */
async function deliverAll(): Promise<void> {
  await Promise.all([deliverNotifications(), deliverNotifications(), deliverNotifications()]);
  await Promise.all([deliverMail(), deliverMail()]);
  await deliverNotifications();
}

describe("an announcement", () => {
  it("reaches whom it is for once: in the inbox, and by e-mail whoever asked for that", async () => {
    const id = await announce("STUDENTS");
    const both = await Promise.allSettled([1, 2].map(() => publishAnnouncement({ ctx: manager, input: { id } })));
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((both.find((one) => one.status === "rejected") as PromiseRejectedResult).reason).toBeInstanceOf(Conflict);
    await deliverAll();
    expect((await notifications(`announcement:${id}`)).map((one) => [one.user_id, one.channel, one.status])).toEqual([
      [people[0], "EMAIL", "SENT"],
      ...people
        .slice(0, 3)
        .sort()
        .map((person) => [person, "IN_APP", "DELIVERED"]),
    ]);
    expect(server.messages).toHaveLength(1);
    expect(server.messages[0]).toContain("To: p0@test.example");
    const log = await db.owner.query("select status, to_address from public.email_log where college_id = $1", [college]);
    expect(log.rows).toEqual([{ status: "SENT", to_address: "p0@test.example" }]);
  });

  it("is published by whoever may, in their own tenant", async () => {
    const id = await announce("ALL");
    const other = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants((await makeCollege(db.owner)).id));
    await expect(publishAnnouncement({ ctx: other, input: { id } })).rejects.toThrow(NotFound);
    const sre = ctxFor(await makeStaff(db.owner, "SRE"), { kind: "all" });
    await expect(publishAnnouncement({ ctx: sre, input: { id } })).rejects.toThrow(Forbidden);
  });
});

describe("a notification", () => {
  it("that was refused says why, and goes again when a person asks, once", async () => {
    const id = newId();
    await db.owner.query(
      "insert into public.notification (id, college_id, user_id, title, message, channel, dedupe_key) values ($1, $2, $3, 'Refused', 'x', 'EMAIL', $4)",
      [id, college, people[1], `refused:${id}`],
    );
    server.messages.length = 0;
    server.answer = "550 no such mailbox";
    await deliverAll();
    expect(await notifications(`refused:${id}`)).toMatchObject([
      { status: "FAILED", last_error: expect.stringContaining("no such mailbox") },
    ]);
    server.answer = "250 ok";
    await retryNotification({ ctx: manager, input: { id, reason: "the address is right now" } });
    await deliverAll();
    expect(await notifications(`refused:${id}`)).toMatchObject([{ status: "SENT", last_error: null }]);
    expect(server.messages).toHaveLength(2);
    await expect(retryNotification({ ctx: manager, input: { id, reason: "again" } })).rejects.toThrow(Conflict);
  });
});

it("a reminder that is due tells its person once, however many run it", async () => {
  const event = newId();
  const reminder = newId();
  await db.owner.query(
    "insert into public.event (id, college_id, title, scheduled_at) values ($1, $2, 'Open day', now() + interval '1 hour')",
    [event, college],
  );
  await db.owner.query(
    "insert into public.event_reminder (id, college_id, event_id, user_id, remind_at) values ($1, $2, $3, $4, now() - interval '1 minute')",
    [reminder, college, event, people[2]],
  );
  await Promise.all(Array.from({ length: 4 }, () => deliverNotifications()));
  expect(await notifications(`reminder:${reminder}`)).toMatchObject([
    { user_id: people[2], channel: "IN_APP", status: "DELIVERED" },
  ]);
});
