import { createHmac, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemCtx } from "~/access/ctx.server.ts";
import { env } from "~/platform/env.server.ts";
import { newId } from "~/platform/ids.ts";
import { forget } from "~/platform/singleton.ts";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { deliverNotifications } from "../deliver.server.ts";
import { retryNotification } from "../retry-notification.server.ts";
import { PROVIDERS } from "./all.server.ts";
import { push } from "./push.server.ts";
import { sms } from "./sms.server.ts";
import { webhookTo } from "./webhook.server.ts";

const db = testDatabase();
const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });

type Heard = { path: string; headers: http.IncomingHttpHeaders; body: string };
let heard: Heard[] = [];
/** What the services answer, by the beginning of the path. */
let answers: Record<string, { status: number; body: object }> = {};
const server = http.createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += String(chunk)));
  request.on("end", () => {
    const { url = "" } = request;
    heard.push({ path: url, headers: request.headers, body });
    const { status, body: answer } = Object.entries(answers).find(([start]) => url.startsWith(start))?.[1] ?? {
      status: 404,
      body: {},
    };
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
  });
});

const CONFIGURED = () => {
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    TWILIO_URL: base,
    TWILIO_ACCOUNT_SID: "AC123",
    TWILIO_AUTH_TOKEN: "secret",
    TWILIO_FROM: "+4930000000",
    FCM_URL: base,
    FCM_SERVICE_ACCOUNT: JSON.stringify({
      project_id: "school-1",
      client_email: "push@school-1.example",
      private_key: keys.privateKey.export({ format: "pem", type: "pkcs8" }),
      token_uri: `${base}/token`,
    }),
    WEBHOOK_SECRET: `whsec_${Buffer.from("a secret of 24 bytes....").toString("base64")}`,
  };
};
function configure(names: Record<string, string>): void {
  for (const name of Object.keys(CONFIGURED())) delete process.env[name];
  Object.assign(process.env, names);
  forget("env");
  forget("communication.google_tokens");
}

let college: string;
let person: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  college = (await makeCollege(db.owner)).id;
  person = newId();
  await db.owner.query(
    `insert into public."user" (id, college_id, name, email, phone) values ($1, $2, 'Ann', 'ann@test.example', '+49 (30) 123-456')`,
    [person, college],
  );
});
afterAll(() => {
  configure({});
  server.close();
});
beforeEach(async () => {
  configure(CONFIGURED());
  heard = [];
  answers = {
    "/2010-04-01": { status: 201, body: { sid: "SM1", status: "queued" } },
    "/token": { status: 200, body: { access_token: "ya29", expires_in: 3600 } },
    "/v1/projects": { status: 200, body: { name: "projects/school-1/messages/7" } },
    "/hook": { status: 204, body: {} },
  };
  await db.owner.query("delete from public.notification");
  await db.owner.query("delete from public.event_subscription");
  await db.owner.query("update public.college set quiet_hours = null, time_zone = 'UTC'");
});

async function notify(channel: string, more: { eventId?: string } = {}): Promise<string> {
  const id = newId();
  await db.owner.query(
    `insert into public.notification (id, college_id, user_id, event_id, title, message, channel, dedupe_key)
     values ($1, $2, $3, $5, 'Room changed', 'It is in the hall', $4, gen_random_uuid()::text)`,
    [id, college, person, channel, more.eventId ?? null],
  );
  return id;
}
const subscribe = (channel: string, address: string) =>
  db.owner.query(
    "insert into public.event_subscription (id, college_id, user_id, type, channel, address) values ($1, $2, $3, 'ANNOUNCEMENT', $4, $5)",
    [newId(), college, person, channel, address],
  );
const state = async (id: string) =>
  (
    await db.owner.query<{
      status: string;
      attempts: number;
      last_error: string | null;
      provider_ref: string | null;
      next: Date;
    }>("select status, attempts, last_error, provider_ref, next_attempt_at as next from public.notification where id = $1", [id])
  ).rows[0]!;

const nearby = async (text: string) => ({ url: new URL(text), address: "127.0.0.1" });
const providers = [sms, push, webhookTo(nearby)];
const at = (moment: number) => ({ ...systemCtx("notifications"), clock: { now: () => new Date(moment) } });
const round = (moment = Date.now()) => deliverNotifications(at(moment), providers);
const port = () => (server.address() as AddressInfo).port;

describe("a text message", () => {
  it("is handed over once as Twilio wants it, however many workers run", async () => {
    const id = await notify("SMS");
    await Promise.all([1, 2, 3, 4].map(() => round()));
    expect(await state(id)).toMatchObject({ status: "SENT", attempts: 1, provider_ref: "SM1", last_error: null });
    expect(heard).toHaveLength(1);
    expect(heard[0]!.path).toBe("/2010-04-01/Accounts/AC123/Messages.json");
    expect(heard[0]!.headers.authorization).toBe(`Basic ${Buffer.from("AC123:secret").toString("base64")}`);
    expect(Object.fromEntries(new URLSearchParams(heard[0]!.body))).toEqual({
      To: "+4930123456",
      From: "+4930000000",
      Body: "Room changed\nIt is in the hall",
    });
  });

  it("that the service can't take now goes again later and later, and is given up in the end", async () => {
    answers["/2010-04-01"] = { status: 503, body: { message: "busy" } };
    const id = await notify("SMS");
    let now = Date.now();
    await round(now);
    const first = await state(id);
    expect(first).toMatchObject({ status: "PENDING", attempts: 1, last_error: "it answered 503: busy" });
    const waits = [first.next.getTime() - now];
    await round(now + 1000);
    expect(heard).toHaveLength(1);
    for (let n = 0; n < 10; n++) {
      now = (await state(id)).next.getTime();
      await round(now);
      waits.push((await state(id)).next.getTime() - now);
    }
    expect(waits.slice(0, 4)).toEqual([15_000, 30_000, 60_000, 120_000]);
    expect(await state(id)).toMatchObject({ status: "FAILED", attempts: 8 });
    expect(heard).toHaveLength(8);
  });

  it("that is refused fails at once and says why", async () => {
    answers["/2010-04-01"] = { status: 400, body: { code: 21211, message: "The 'To' number is not valid" } };
    const id = await notify("SMS");
    await round();
    expect(await state(id)).toMatchObject({
      status: "FAILED",
      last_error: "it answered 400: The 'To' number is not valid (21211)",
    });
  });
});

describe("a push message", () => {
  it("is handed over as Firebase wants it, with a token that the service account signed for", async () => {
    await subscribe("PUSH", "device-token-of-ann");
    const ids = [await notify("PUSH")];
    await round();
    ids.push(await notify("PUSH"));
    await round();
    for (const id of ids) expect(await state(id)).toMatchObject({ status: "SENT", provider_ref: "projects/school-1/messages/7" });
    expect(heard.map((one) => one.path)).toEqual([
      "/token",
      "/v1/projects/school-1/messages:send",
      "/v1/projects/school-1/messages:send",
    ]);
    const [head, claims, signature] = new URLSearchParams(heard[0]!.body).get("assertion")!.split(".");
    const key = createPublicKey(keys.privateKey.export({ format: "pem", type: "pkcs8" }) as string);
    expect(verify("RSA-SHA256", Buffer.from(`${head}.${claims}`), key, Buffer.from(signature!, "base64url"))).toBe(true);
    expect(JSON.parse(Buffer.from(claims!, "base64url").toString())).toMatchObject({ iss: "push@school-1.example" });
    expect(heard[1]!.headers.authorization).toBe("Bearer ya29");
    expect(JSON.parse(heard[1]!.body)).toEqual({
      message: {
        token: "device-token-of-ann",
        notification: { title: "Room changed", body: "It is in the hall" },
        data: { notificationId: ids[0], type: "INFO" },
      },
    });
  });

  it("to a device that is gone fails, and its subscription ends", async () => {
    answers["/v1/projects"] = {
      status: 404,
      body: {
        error: { status: "NOT_FOUND", message: "Requested entity was not found.", details: [{ errorCode: "UNREGISTERED" }] },
      },
    };
    await subscribe("PUSH", "device-token-of-ann");
    const id = await notify("PUSH");
    await round();
    expect(await state(id)).toMatchObject({ status: "FAILED", last_error: expect.stringContaining("UNREGISTERED") });
    expect((await db.owner.query("select 1 from public.event_subscription")).rowCount).toBe(0);
  });
});

describe("a webhook of a person", () => {
  it("is signed as Standard Webhooks says", async () => {
    await subscribe("WEBHOOK", `http://hook.example:${port()}/hook`);
    const id = await notify("WEBHOOK");
    await round();
    expect(await state(id)).toMatchObject({ status: "SENT" });
    const { headers, body } = heard[0]!;
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    const expected = createHmac("sha256", "a secret of 24 bytes....").update(signed).digest("base64");
    expect(headers["webhook-id"]).toBe(id);
    expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
    expect(JSON.parse(body)).toMatchObject({ id, type: "notification", data: { title: "Room changed" } });
  });

  it("never leads into this network", async () => {
    await subscribe("WEBHOOK", `http://127.0.0.1:${port()}/hook`);
    const id = await notify("WEBHOOK");
    await deliverNotifications(at(Date.now()), PROVIDERS);
    expect(await state(id)).toMatchObject({ status: "FAILED" });
    expect(heard).toEqual([]);
  });
});

describe("a channel", () => {
  it("that is not configured keeps its messages in the outbox, says what to set, and sends them when asked again", async () => {
    configure({});
    const id = await notify("SMS");
    await round();
    expect(await state(id)).toMatchObject({
      status: "OUTBOX",
      last_error: expect.stringContaining("Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM"),
    });
    const file = path.join(env().dataDir, "outbox", `${id}.json`);
    expect(JSON.parse(fs.readFileSync(file, "utf8"))).toMatchObject({ channel: "SMS", to: "+49 (30) 123-456" });
    configure(CONFIGURED());
    const manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
    await retryNotification({ ctx: manager, input: { id, reason: "it is configured now" } });
    await round(Date.now() + 1000);
    expect(await state(id)).toMatchObject({ status: "SENT" });
  });

  it("for which the person has no address says what is missing", async () => {
    const id = await notify("PUSH");
    await round();
    expect(await state(id)).toMatchObject({
      status: "FAILED",
      last_error: expect.stringContaining("a device token in a subscription"),
    });
  });

  it("that a process left in the middle is not tried again by itself", async () => {
    const id = await notify("SMS");
    await db.owner.query(
      "update public.notification set status = 'SENDING', updated_at = now() - interval '3 minutes' where id = $1",
      [id],
    );
    await round();
    expect(await state(id)).toMatchObject({ status: "FAILED", last_error: expect.stringContaining("it may have arrived") });
    expect(heard).toEqual([]);
  });
});

describe("quiet hours", () => {
  it("hold what rings until they end where the college is, but not what is urgent, nor the inbox", async () => {
    await db.owner.query("update public.college set quiet_hours = '22:00-07:00', time_zone = 'Europe/Berlin'");
    const event = newId();
    await db.owner.query(
      "insert into public.event (id, college_id, title, scheduled_at, priority) values ($1, $2, 'Fire drill', now(), 'URGENT')",
      [event, college],
    );
    const [held, inbox, urgent] = [await notify("SMS"), await notify("IN_APP"), await notify("SMS", { eventId: event })];
    const night = Date.parse("2031-01-10T23:30:00Z");
    await round(night);
    expect(await state(held)).toMatchObject({ status: "PENDING", attempts: 0, next: new Date("2031-01-11T06:00:00Z") });
    expect(await state(inbox)).toMatchObject({ status: "DELIVERED" });
    expect(await state(urgent)).toMatchObject({ status: "SENT" });
    await round(Date.parse("2031-01-11T06:00:00Z"));
    expect(await state(held)).toMatchObject({ status: "SENT" });
  });
});
