import fs from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createStaff } from "~/access/staff/staff.server.ts";
import { clients } from "~/db/clients.server.ts";
import { withScope } from "~/db/scope.server.ts";
import { env } from "~/platform/env.server.ts";
import { newId } from "~/platform/ids.ts";
import { forget } from "~/platform/singleton.ts";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import { smtpServer, type SmtpServer } from "../../tests/fixtures/smtp.ts";
import { deliverMail, giveUpAbandoned, queueMail } from "./queue.server.ts";

const db = testDatabase();
let server: SmtpServer;

const use = (url: string | undefined) => {
  if (url === undefined) delete process.env["SMTP_URL"];
  else process.env["SMTP_URL"] = url;
  forget("env");
};

beforeAll(async () => {
  server = await smtpServer();
});
beforeEach(() => {
  server.messages.length = 0;
  server.answer = "250 ok";
  use(server.url);
});
afterAll(async () => {
  use(undefined);
  await server.close();
});

const write = async (text = "Ä note for you", id = newId()) => {
  await queueMail(clients().primary, {
    id,
    purpose: "notification",
    to: "ana@test.example",
    subject: "Prüfung\r\nBcc: x@y",
    text,
  });
  return id;
};
const stateOf = async (id: string) =>
  (
    await db.owner.query<{ state: string; body: string | null; error: string | null; attempts: number }>(
      "select state, body, error, attempts from console.mail where id = $1",
      [id],
    )
  ).rows[0]!;
const again = (id: string) => db.owner.query("update console.mail set next_attempt_at = now() where id = $1", [id]);

describe("mail", () => {
  it("reaches the server once, however many deliver at the same moment, and its text is not kept", async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => write()));
    await Promise.all(Array.from({ length: 8 }, () => deliverMail()));
    await deliverMail();
    expect(server.messages).toHaveLength(30);
    const [one] = server.messages;
    expect(one).toContain("To: ana@test.example");
    expect(one, "a line break in a subject made a header").not.toMatch(/^Bcc:/m);
    expect(new Set(server.messages.map((text) => /Message-ID: <(.+)@invigil>/i.exec(text)![1]))).toEqual(new Set(ids));
    expect(await stateOf(ids[0]!)).toMatchObject({ state: "SENT", body: null, attempts: 1 });
  });

  it("is one message for one id, and none when what it tells of was undone", async () => {
    const id = await write();
    await write("the same again", id);
    await withScope(ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere), async ({ tx }) => {
      await queueMail(tx, { id: newId(), purpose: "alert", to: "x@test.example", subject: "s", text: "t" });
      throw new Error("undone");
    }).catch(() => undefined);
    await deliverMail();
    expect(server.messages).toHaveLength(1);
  });

  it("is tried again while the server is away or busy, and given up when it is refused for good", async () => {
    use("smtp://127.0.0.1:1");
    const id = await write();
    await deliverMail();
    expect(await stateOf(id)).toMatchObject({ state: "PENDING", body: "Ä note for you" });
    use(server.url);
    server.answer = "451 later";
    await again(id);
    await deliverMail();
    expect(await stateOf(id)).toMatchObject({ state: "PENDING", attempts: 2 });
    server.answer = "250 ok";
    await again(id);
    await deliverMail();
    expect(await stateOf(id)).toMatchObject({ state: "SENT", error: null });
    server.answer = "550 no such mailbox";
    const lost = await write();
    await deliverMail();
    expect(await stateOf(lost)).toMatchObject({ state: "FAILED", body: null });
    expect((await stateOf(lost)).error).toContain("no such mailbox");
  });

  it("is not sent again when nobody can know whether it arrived", async () => {
    server.answer = null;
    const silent = await write();
    await deliverMail();
    expect(server.messages).toHaveLength(1);
    expect(await stateOf(silent)).toMatchObject({ state: "UNSURE", body: null });
    // A process that died after its claim: the claim is old, and the message stays unsent rather than twice sent.
    server.answer = "250 ok";
    const claimed = await write();
    await db.owner.query("update console.mail set state = 'SENDING', claimed_at = now() - interval '3 minutes' where id = $1", [
      claimed,
    ]);
    await giveUpAbandoned();
    await deliverMail();
    await again(claimed);
    await deliverMail();
    expect(server.messages).toHaveLength(1);
    expect(await stateOf(claimed)).toMatchObject({ state: "UNSURE", error: "the process ended while it was handed over" });
  });

  it("is a file in the outbox where there is no server", async () => {
    use(undefined);
    const id = await write();
    await deliverMail();
    const text = fs.readFileSync(`${env().dataDir}/outbox/${id}.eml`, "utf8");
    expect(text).toContain("To: ana@test.example");
    expect(text).toContain(`Message-ID: <${id}@invigil>`);
    expect(await stateOf(id)).toMatchObject({ state: "SENT" });
  });

  it("invites who was made, with a link that leads to the console", async () => {
    const boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
    const { link } = await createStaff({
      ctx: boss,
      input: { email: "new@test.example", name: "Newcomer", role: "SRE", colleges: [] },
    });
    await deliverMail();
    expect(server.messages).toHaveLength(1);
    expect(server.messages[0]!.replaceAll("=\r\n", "")).toContain(`http://127.0.0.1:${env().PORT}${link}`);
    const kept = await db.owner.query("select 1 from console.mail where body like '%/login/reset/%'");
    expect(kept.rowCount, "a link that opens an account was kept").toBe(0);
  });
});
