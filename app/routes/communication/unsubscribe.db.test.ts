import { afterAll, beforeAll, expect, it } from "vitest";
import { deliverNotifications } from "~/domains/communication/deliver.server.ts";
import { deliverMail } from "~/mail/queue.server.ts";
import { newId } from "~/platform/ids.ts";
import { forget } from "~/platform/singleton.ts";
import { makeCollege, testDatabase } from "../../../tests/database.ts";
import { smtpServer, type SmtpServer } from "../../../tests/fixtures/smtp.ts";
import { action, loader } from "./unsubscribe.tsx";

const db = testDatabase();
let mail: SmtpServer;
let college: string;
let person: string;

beforeAll(async () => {
  mail = await smtpServer();
  process.env["SMTP_URL"] = mail.url;
  forget("env");
  college = (await makeCollege(db.owner)).id;
  person = newId();
  await db.owner.query(`insert into public."user" (id, college_id, name, email) values ($1, $2, 'Ann', 'ann@t.example')`, [
    person,
    college,
  ]);
  for (const type of ["ANNOUNCEMENT", "EXAM"])
    await db.owner.query(
      "insert into public.event_subscription (id, college_id, user_id, type, channel) values ($1, $2, $3, $4, 'EMAIL')",
      [newId(), college, person, type],
    );
});
afterAll(async () => {
  delete process.env["SMTP_URL"];
  forget("env");
  await mail.close();
});

const notify = () =>
  db.owner.query(
    `insert into public.notification (id, college_id, user_id, title, message, channel, dedupe_key)
     values ($1, $2, $3, 'News', 'Read this', 'EMAIL', gen_random_uuid()::text)`,
    [newId(), college, person],
  );
const left = async () =>
  (await db.owner.query<{ type: string }>("select type from public.event_subscription order by type")).rows.map(
    (row) => row.type,
  );

const ask = (token: string, init: RequestInit = {}) => ({
  request: new Request(`http://console/unsubscribe/${token}`, init),
  params: { token },
  context: {},
});
const oneClick = { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) };

it("an e-mail to a subscriber is ended by one press of the mail program, without a login, and only of its kind", async () => {
  await notify();
  await deliverNotifications();
  await deliverMail();
  const message = mail.messages.at(-1)!;
  const [, url] = /^List-Unsubscribe: <(\S+)>\r?$/m.exec(message) ?? [];
  expect(message).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m);
  const token = url!.split("/unsubscribe/")[1]!;
  expect(message.replaceAll("=\r\n", "")).toContain(`/unsubscribe/${token.slice(0, 40)}`);

  const page = await loader(ask(token));
  expect(page.data).toEqual({ about: "announcements" });
  expect(await left()).toEqual(["ANNOUNCEMENT", "EXAM"]);

  await notify();
  const both = await Promise.all([1, 2].map(() => action(ask(token, oneClick))));
  for (const answer of both) expect(answer.data).toEqual({ message: "You get no more announcements by e-mail." });
  expect(await left()).toEqual(["EXAM"]);
  await deliverNotifications();
  await deliverMail();
  expect(mail.messages).toHaveLength(1);
  const entries = await db.owner.query(
    "select count(*)::int as n from audit.entry where action = 'event_subscription.unsubscribe'",
  );
  expect(entries.rows).toEqual([{ n: 1 }]);
});

it("a link that was changed ends nothing", async () => {
  await notify();
  const before = await left();
  for (const token of ["x", "a.b", `${Buffer.from('{"c":"","u":"","t":"EXAM"}').toString("base64url")}.AAAA`]) {
    expect((await loader(ask(token))).init?.status).toBe(404);
    expect((await action(ask(token, oneClick))).init?.status).toBe(404);
  }
  expect(await left()).toEqual(before);
});
