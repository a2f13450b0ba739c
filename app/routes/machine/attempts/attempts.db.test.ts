import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, type MadeExam } from "../../../../tests/fixtures/exam.ts";
import { clients } from "../../../db/clients.server.ts";
import type { Ctx } from "../../../db/ctx.ts";
import { roomHub } from "../../../domains/exams/room/hub.server.ts";
import { pauseAttempts, resumeAttempts } from "../../../domains/exams/room/pause.server.ts";
import { sendMessage } from "../../../domains/exams/room/send-message.server.ts";
import { signAttemptToken } from "../../../domains/exams/sitting/attempt-token.server.ts";
import { hashKey, revokeApiKey } from "../../../domains/integrity/keys/api-keys.server.ts";
import { newId, newToken } from "../../../platform/ids.ts";
import { parseEvents, type ServerEvent } from "../../sit/read-events.ts";
import { action as answers } from "./answers.ts";
import { action as hand } from "./hand.ts";
import { action as heartbeat } from "./heartbeat.ts";
import { action as seen } from "./seen.ts";
import { loader as stream } from "./stream.ts";
import { action as token } from "./token.ts";

// A student's client as it is on the wire: who may speak for an attempt, and what is pushed to it.
const db = testDatabase();
let college: { id: string };
let other: { id: string };
let proctor: Ctx;
let key: { id: string; text: string };
let strange: { id: string; text: string };

async function makeKey(collegeId: string, scopes = ["attempts:write"]): Promise<{ id: string; text: string }> {
  const text = `ivg_${newToken(6)}.${newToken(32)}`;
  const id = newId();
  await db.owner.query(
    "insert into public.api_key (id, college_id, name, prefix, key_hash, scopes, rate_per_minute) values ($1, $2, 'exam server', 'ivg_x', $3, $4, 6000)",
    [id, collegeId, hashKey(text), scopes],
  );
  return { id, text };
}

beforeAll(async () => {
  college = await makeCollege(db.owner);
  other = await makeCollege(db.owner);
  proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id));
  key = await makeKey(college.id);
  strange = await makeKey(other.id);
});

const open: AbortController[] = [];
afterEach(() => open.splice(0).forEach((controller) => controller.abort()));
afterAll(() => roomHub().stop());

type Handler = (work: { request: Request; params: Record<string, string>; context: unknown }) => Promise<Response>;

const ask = async (run: unknown, attemptId: string, bearer: string | null, body?: unknown, more: Record<string, string> = {}) => {
  const request = new Request(`http://127.0.0.1/api/v1/attempts/${attemptId}/x`, {
    method: "POST",
    headers: bearer ? { Authorization: `Bearer ${bearer}` } : {},
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const response = await (run as Handler)({ request, params: { id: attemptId, ...more }, context: {} });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

/** Follows an attempt, and remembers what came and when. */
async function follow(attemptId: string, bearer: string, lastEventId?: number) {
  const gone = new AbortController();
  open.push(gone);
  const request = new Request(`http://127.0.0.1/api/v1/attempts/${attemptId}/stream`, {
    headers: { Authorization: `Bearer ${bearer}`, ...(lastEventId ? { "Last-Event-ID": String(lastEventId) } : {}) },
  });
  const response = await (stream as unknown as Handler)({ request, params: { id: attemptId }, context: { gone: gone.signal } });
  const events: (ServerEvent & { at: number })[] = [];
  if (response.status !== 200) return { response, events, gone };
  void (async () => {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      const parsed = parseEvents(rest + decoder.decode(piece, { stream: true }));
      rest = parsed.rest;
      events.push(...parsed.events.map((event) => ({ ...event, at: performance.now() })));
    }
  })().catch(() => undefined);
  await expect.poll(() => events[0]?.name).toBe("state");
  await expect.poll(() => roomHub().hears(), { timeout: 10_000 }).toBe(true);
  return { response, events, gone };
}

const minutes = (n: number) => new Date(Date.now() + n * 60_000);
const live = () => makeExam(db.owner, college.id, { status: "LIVE", start: minutes(-30), minutes: 60, windowMinutes: 90 });
const writing = (exam: MadeExam, student = 0) =>
  makeAttempt(db.owner, exam, student, { state: "IN_PROGRESS", started: minutes(-20), deadline: minutes(30) });
const tokenOf = async (attemptId: string) => (await ask(token, attemptId, key.text, { seconds: 600 })).body["token"] as string;

describe("who speaks for an attempt", () => {
  it("a key of its tenant with the scope, and a token of this very attempt", async () => {
    const exam = await live();
    const [ann, bob] = [await writing(exam, 0), await writing(exam, 1)];
    const mine = await tokenOf(ann);
    const status = async (bearer: string | null, attempt = ann) => (await ask(heartbeat, attempt, bearer)).status;
    const reader = await makeKey(college.id, ["audit:read"]);
    expect({
      key: await status(key.text),
      token: await status(mine),
      nobody: await status(null),
      "another tenant's key": await status(strange.text),
      "a key without the scope": await status(reader.text),
      "a token of another attempt": await status(mine, bob),
      "a token that ran out": await status(
        signAttemptToken({ attemptId: ann, collegeId: college.id, keyId: key.id, expiresAt: minutes(-1) }),
      ),
      "a token for another tenant": await status(
        signAttemptToken({ attemptId: ann, collegeId: other.id, keyId: strange.id, expiresAt: minutes(1) }),
      ),
      "no attempt at all": await status(key.text, newId()),
    }).toEqual({
      key: 200,
      token: 200,
      nobody: 401,
      "another tenant's key": 404,
      "a key without the scope": 403,
      "a token of another attempt": 403,
      "a token that ran out": 401,
      "a token for another tenant": 404,
      "no attempt at all": 404,
    });
  });

  it("a token ends with the key that it was issued to", async () => {
    const exam = await live();
    const ann = await writing(exam);
    const short = await makeKey(college.id);
    const issued = (await ask(token, ann, short.text, {})).body["token"] as string;
    const manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college.id]), inTenants(college.id));
    await revokeApiKey({ ctx: manager, input: { id: short.id, reason: "Leaked" } });
    expect((await ask(heartbeat, ann, issued)).status).toBe(401);
  });

  it("is told in words what does not fit", async () => {
    const exam = await live();
    const ann = await writing(exam);
    expect(await ask(answers, ann, key.text, { answers: [] })).toMatchObject({
      status: 422,
      body: { detail: "answers: Send at least one answer" },
    });
    expect((await ask(hand, ann, key.text, { action: "wave" })).status).toBe(422);
    expect((await ask(token, ann, key.text, { seconds: 5 })).status).toBe(422);
    expect((await ask(seen, ann, key.text, {}, { messageId: newId() })).status).toBe(404);
    expect((await ask(heartbeat, "not-an-id", key.text)).status).toBe(404);
  });
});

describe("the stream", () => {
  it("pushes a message, a pause and a resume within a second, and the message counts as delivered", async () => {
    const exam = await live();
    const [ann, bob] = [await writing(exam, 0), await writing(exam, 1)];
    const mine = await follow(ann, await tokenOf(ann));
    const theirs = await follow(bob, await tokenOf(bob));
    const from = performance.now();
    const input = { examId: exam.id, attemptIds: [ann] };
    const { id } = await sendMessage({
      ctx: proctor,
      input: { examId: exam.id, text: "Hello", to: { audience: "SELECTION", attemptIds: [ann] } },
    });
    await pauseAttempts({ ctx: proctor, input: { ...input, how: "PAUSED" } });
    await resumeAttempts({ ctx: proctor, input });
    await expect
      .poll(() => mine.events.map((event) => event.name), { interval: 10 })
      .toEqual(["state", "message", "standing", "standing"]);
    expect(mine.events[1]!.at - from).toBeLessThan(1000);
    expect(mine.events[1]!.data).toMatchObject({ id, text: "Hello", from: "Test PROCTOR" });
    expect(mine.events[2]!.data).toMatchObject({ state: "PAUSED" });
    expect(mine.events[3]!.data).toMatchObject({ state: "IN_PROGRESS", pausedAt: null });
    expect(theirs.events.map((event) => event.name)).toEqual(["state"]);
    const delivered = async () =>
      (
        await db.owner.query("select 1 from public.room_message_recipient where message_id = $1 and delivered_at is not null", [
          id,
        ])
      ).rowCount;
    await expect.poll(delivered).toBe(1);
  });

  it("misses nothing while the listening connection is away, and tells nothing twice", async () => {
    const exam = await live();
    const ann = await writing(exam);
    const mine = await follow(ann, key.text);
    const input = { examId: exam.id, attemptIds: [ann] };
    const cut = async () => {
      const admin = new pg.Client({ connectionString: db.url("postgres") });
      await admin.connect();
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '% listen' and datname = current_database()",
      );
      await admin.end();
    };
    await cut();
    await expect.poll(() => roomHub().hears(), { interval: 5 }).toBe(false);
    await pauseAttempts({ ctx: proctor, input: { ...input, how: "PAUSED" } });
    await resumeAttempts({ ctx: proctor, input });
    await expect.poll(() => mine.events.length, { timeout: 10_000 }).toBe(3);
    await expect.poll(() => roomHub().hears(), { timeout: 10_000 }).toBe(true);
    await pauseAttempts({ ctx: proctor, input: { ...input, how: "LOCKED", reason: "A phone" } });
    await expect.poll(() => mine.events.length).toBe(4);
    const ids = mine.events.flatMap((event) => event.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("goes on after the last event that the client had", async () => {
    const exam = await live();
    const ann = await writing(exam);
    const first = await follow(ann, key.text);
    const input = { examId: exam.id, attemptIds: [ann] };
    await pauseAttempts({ ctx: proctor, input: { ...input, how: "PAUSED" } });
    await expect.poll(() => first.events.length).toBe(2);
    first.gone.abort();
    await resumeAttempts({ ctx: proctor, input });
    await pauseAttempts({ ctx: proctor, input: { ...input, how: "LOCKED", reason: "A phone" } });
    const again = await follow(ann, key.text, Number(first.events[1]!.id));
    await expect.poll(() => again.events.length).toBe(3);
    expect(again.events.map((event) => (event.data as { state: string }).state)).toEqual(["LOCKED", "IN_PROGRESS", "LOCKED"]);
  });

  it("is refused to a fourth of one attempt, and free again when one ends", async () => {
    const exam = await live();
    const ann = await writing(exam);
    const mine = await tokenOf(ann);
    const three = [await follow(ann, mine), await follow(ann, mine), await follow(ann, mine)];
    const fourth = await follow(ann, mine);
    expect([fourth.response.status, fourth.response.headers.get("retry-after")]).toEqual([429, "5"]);
    three[0]!.gone.abort();
    expect((await follow(ann, mine)).response.status).toBe(200);
  });

  it("costs one query however many follow", async () => {
    const exam = await live();
    const ann = await writing(exam);
    const many = await Promise.all(Array.from({ length: 30 }, () => follow(ann, key.text)));
    const before = clients().primary.stats().acquired;
    await pauseAttempts({ ctx: proctor, input: { examId: exam.id, attemptIds: [ann], how: "PAUSED" } });
    await expect.poll(() => many.every((one) => one.events.length === 2)).toBe(true);
    // The pause itself, and the hub's one read for all of them.
    expect(clients().primary.stats().acquired - before).toBeLessThanOrEqual(3);
  });
});
