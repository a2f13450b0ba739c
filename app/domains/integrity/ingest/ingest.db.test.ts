import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, type MadeExam } from "../../../../tests/fixtures/exam.ts";
import { action } from "../../../routes/machine/events.ts";
import type { Ctx } from "../../../db/ctx.ts";
import { newId } from "../../../platform/ids.ts";
import { forget } from "../../../platform/singleton.ts";
import { fixedClock } from "../../../platform/clock.ts";
import { createApiKey, listApiKeys, revokeApiKey, rotateApiKey } from "../keys/api-keys.server.ts";
import { takeRequest } from "../keys/rate.server.ts";
import { authenticate, forgetKeys } from "../keys/authenticate.server.ts";

const db = testDatabase();

let college: { id: string };
let other: { id: string };
let manager: Ctx;
let key: string;
let exam: MadeExam;
let attempt: string;
let foreign: string;

beforeAll(async () => {
  college = await makeCollege(db.owner);
  other = await makeCollege(db.owner);
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college.id]), inTenants(college.id));
  key = (await createApiKey({ ctx: manager, input: { collegeId: college.id, name: "Exam client", ratePerMinute: 100_000 } })).key;
  exam = await makeExam(db.owner, college.id, { status: "LIVE" });
  attempt = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS" });
  foreign = await makeAttempt(db.owner, await makeExam(db.owner, other.id, { status: "LIVE" }), 0, { state: "IN_PROGRESS" });
});

type Sent = { id: string; attemptId: string; type: string; at: string; seq?: number; durationMs?: unknown; details?: unknown };

const event = (fields: Partial<Sent> = {}): Sent => ({
  id: randomUUID(),
  attemptId: attempt,
  type: "TAB_SWITCH",
  at: new Date().toISOString(),
  ...fields,
});

async function send(body: unknown, headers: Record<string, string> = {}) {
  const request = new Request("http://console/api/v1/integrity/events", {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const response = await action({ request, params: {}, context: {} });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

const flags = async (id = attempt) =>
  (
    await db.owner.query(
      "select suspicious_activity as suspicious, violation_count as violations, browser_fingerprint as fingerprint, ip_address as ip, needs_scoring as due from public.student_exam_attempt where id = $1",
      [id],
    )
  ).rows[0] as { suspicious: boolean; violations: number; fingerprint: string | null; ip: string | null; due: boolean };

describe("the endpoint of integrity events", () => {
  it("takes events, keeps both times, and the attempt follows in the same transaction", async () => {
    const sent = event({ at: "2026-01-01T00:00:00.500Z", details: { from: "exam" } });
    const answer = await send({ events: [sent, event({ type: "HEARTBEAT" }), event({ type: "telepathy-2" })] });
    expect(answer).toMatchObject({ status: 202, body: { accepted: 3, duplicates: 0, rejected: [], unknownTypes: 1 } });
    expect(await flags()).toMatchObject({ suspicious: true, violations: 1, due: true });
    const { rows } = await db.owner.query("select type, at, received_at, details from public.integrity_event where id = $1", [
      sent.id,
    ]);
    expect(rows[0]).toMatchObject({ type: "TAB_SWITCH", at: new Date(sent.at), details: { from: "exam" } });
    expect(rows[0].received_at.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect((await db.owner.query("select 1 from public.integrity_event where type = 'TELEPATHY_2'")).rowCount).toBe(1);
  });

  it("asks for a new score when something counts, and not when a browser only says that it is there", async () => {
    await db.owner.query("update public.student_exam_attempt set needs_scoring = false, last_seen_at = '2026-01-01'");
    await send({ events: [event({ type: "HEARTBEAT" }), event({ type: "ANSWER_SAVED" }), event({ type: "telepathy-2" })] });
    expect((await flags()).due).toBe(false);
    const { rows } = await db.owner.query(
      "select max(last_seen_at) > now() - interval '1 minute' as seen from public.student_exam_attempt",
    );
    expect(rows).toEqual([{ seen: true }]);
    await send({ events: [event({ type: "HEARTBEAT" }), event({ type: "LONG_PAUSE" })] });
    expect((await flags()).due).toBe(true);
  });

  it("is idempotent by event id: in one batch, again, and at the same moment", async () => {
    const before = await flags();
    const events = Array.from({ length: 400 }, () => event({ type: "PASTE" }));
    expect((await send({ events: [...events, events[0]] })).body).toMatchObject({ accepted: 400, duplicates: 1 });
    expect((await send({ events })).body).toMatchObject({ accepted: 0, duplicates: 400 });
    const fresh = Array.from({ length: 300 }, () => event({ type: "PASTE" }));
    const many = await Promise.all(Array.from({ length: 6 }, (_, i) => send({ events: i % 2 ? [...fresh].reverse() : fresh })));
    expect(many.every((one) => one.status === 202)).toBe(true);
    expect(many.reduce((sum, one) => sum + (one.body["accepted"] as number), 0)).toBe(300);
    expect((await flags()).violations).toBe(before.violations + 700);
  });

  it("writes small requests of one tenant that come together with few commits, and answers each for itself", async () => {
    const before = await flags();
    const events = Array.from({ length: 60 }, () => event({ type: "PASTE" }));
    const shared = events[0]!;
    const answers = await Promise.all([
      ...events.map((event) => send({ events: [event] })),
      send({ events: [shared] }),
      send({ events: [{ ...event(), attemptId: foreign }] }),
    ]);
    expect(answers.every((answer) => answer.status === 202)).toBe(true);
    const accepted = answers.map((answer) => answer.body["accepted"] as number);
    expect(accepted.slice(1, 60)).toEqual(Array(59).fill(1));
    expect(accepted[0]! + accepted[60]!, "one event, however many bring it").toBe(1);
    expect(answers[61]!.body).toMatchObject({ accepted: 0, rejected: [{ index: 0, reason: "no such attempt" }] });
    const { rows } = await db.owner.query(
      "select count(*)::int as n, count(distinct xmin::text)::int as commits from public.integrity_event where id = any ($1)",
      [events.map((event) => event.id)],
    );
    expect(rows[0].n).toBe(60);
    expect(rows[0].commits).toBeLessThanOrEqual(20);
    expect((await flags()).violations).toBe(before.violations + 60);
  });

  it("keeps from the others what the database refuses of one of them", async () => {
    await db.owner.query(`
      create function public.refuse_boom() returns trigger language plpgsql as
        $$ begin if new.details ->> 'boom' is not null then raise exception 'boom'; end if; return new; end $$;
      create trigger refuse_boom before insert on public.integrity_event for each row execute function public.refuse_boom()`);
    try {
      const answers = await Promise.all(
        [...Array(10).keys()].map((n) => send({ events: [event(n === 4 ? { details: { boom: 1 } } : {})] })),
      );
      expect(answers.map((answer) => answer.status)).toEqual([...Array(10).keys()].map((n) => (n === 4 ? 500 : 202)));
    } finally {
      await db.owner.query("drop trigger refuse_boom on public.integrity_event; drop function public.refuse_boom()");
    }
  });

  it("keeps the device that the events tell of", async () => {
    await send({
      events: [
        event({ type: "FINGERPRINT_CHANGE", at: "2026-01-01T10:00:02Z", details: { fingerprint: "later" } }),
        event({ type: "FINGERPRINT_CHANGE", at: "2026-01-01T10:00:01Z", details: { fingerprint: "earlier" } }),
        event({ type: "IP_CHANGE", details: { ip: "10.9.8.7" } }),
      ],
    });
    expect(await flags()).toMatchObject({ fingerprint: "later", ip: "10.9.8.7" });
  });

  it("takes one event a line, and names the lines that are none", async () => {
    const lines = [JSON.stringify(event()), "{broken", "", JSON.stringify(event({ type: "COPY" }))].join("\n");
    expect((await send(lines, { "content-type": "application/x-ndjson" })).body).toMatchObject({
      accepted: 2,
      rejected: [{ index: 1, reason: "not JSON" }],
    });
  });

  it("names each bad event and takes the others", async () => {
    const bad: [Partial<Sent> | null, RegExp][] = [
      [{ id: "7" }, /id/],
      [{ attemptId: "x" }, /attemptId/],
      [{ attemptId: foreign }, /no such attempt/],
      [{ attemptId: randomUUID() }, /no such attempt/],
      [{ type: "" }, /type/],
      [{ type: "x".repeat(65) }, /type/],
      [{ at: "soon" }, /at must be/],
      [{ at: "1970-01-01T00:00:00Z" }, /a year away/],
      [{ seq: -1 }, /seq/],
      [{ seq: 1.5 }, /seq/],
      [{ durationMs: -1 }, /negative/],
      [{ durationMs: "long" }, /durationMs/],
      [{ durationMs: 1e12 }, /at most a day/],
      [{ details: ["x"] }, /object/],
      [{ details: { x: "y".repeat(5000) } }, /4096/],
      [null, /not an object/],
    ];
    const answer = await send({ events: [event(), ...bad.map(([fields]) => (fields === null ? null : event(fields)))] });
    expect(answer).toMatchObject({ status: 202, body: { accepted: 1 } });
    const rejected = answer.body["rejected"] as { index: number; reason: string }[];
    expect(rejected.map((one) => one.index)).toEqual(bad.map((_, index) => index + 1));
    rejected.forEach((one, index) => expect(one.reason).toMatch(bad[index]![1]));
    expect((await flags(foreign)).violations).toBe(0);
  });

  it("holds what a hostile client may put into details", async () => {
    const sent = event({ details: { text: "nul \u0000 end, \ud800 alone" } });
    expect((await send(JSON.stringify({ events: [sent] }))).status).toBe(202);
  });

  it("takes clocks that are wrong by hours, late and out of order", async () => {
    const events = [3, 1, 2].map((seq) => event({ seq, at: new Date(Date.now() - 7 * 3_600_000 + seq * 1000).toISOString() }));
    expect((await send({ events })).body).toMatchObject({ accepted: 3, rejected: [] });
  });

  it("refuses what is no batch, in the shape of a problem", async () => {
    for (const body of ["", "[]", "{}", '{"events": 7}', "null", "{"]) {
      const answer = await send(body);
      expect(answer.status).toBe(400);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(answer.body).toMatchObject({
        status: 400,
        title: expect.any(String),
        detail: expect.any(String),
        type: "about:blank",
      });
    }
    expect((await send({ events: Array.from({ length: 5001 }, () => ({})) })).status).toBe(413);
    expect((await send(`{"events": [], "pad": "${"x".repeat(8 * 1024 * 1024)}"}`)).status).toBe(413);
    expect((await send({ events: [] })).status).toBe(202);
  });

  it("refuses a key that is missing, forged, revoked or expired", async () => {
    for (const authorization of ["", "Basic abc", "Bearer nonsense", `Bearer ${key}x`, `Bearer ivg_unknown.${"a".repeat(43)}`]) {
      const answer = await send({ events: [event()] }, { authorization });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    }
  });
});

it("refuses a body that is not UTF-8, or nested without end, as a bad request", async () => {
  const post = async (body: BodyInit) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const request = new Request("http://console/api/v1/integrity/events", { method: "POST", headers, body });
    return (await action({ request, params: {}, context: {} })).status;
  };
  expect(await post(new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]))).toBe(400);
  expect(
    await post(`{"events":[${JSON.stringify(event()).replace("}", `,"details":${'{"a":'.repeat(5000)}1${"}".repeat(5001)}`)}]}`),
  ).toBe(400);
});

describe("API keys", () => {
  it("are kept as a hash only, shown once, and bound to their tenant", async () => {
    const made = await createApiKey({ ctx: manager, input: { collegeId: college.id, name: "Second" } });
    const { rows } = await db.owner.query(
      "select k.*, (select count(*)::int from public.platform_identifier p where p.value = k.key_hash) as held from public.api_key k where id = $1",
      [made.id],
    );
    expect(JSON.stringify(rows)).not.toContain(made.key.split(".")[1]);
    expect(rows[0].held).toBe(1);
    expect(JSON.stringify(await listApiKeys({ ctx: manager, input: {} }))).not.toContain(rows[0].key_hash);
    const { rows: entries } = await db.owner.query(
      "select c.body from audit.content c join audit.entry e on e.id = c.entry_id where e.resource_id = $1",
      [made.id],
    );
    expect(entries[0].body).not.toContain(made.key.split(".")[1]);
    await expect(createApiKey({ ctx: manager, input: { collegeId: other.id, name: "Not mine" } })).rejects.toMatchObject({
      status: 404,
    });
    const proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id));
    await expect(createApiKey({ ctx: proctor, input: { collegeId: college.id, name: "No" } })).rejects.toMatchObject({
      status: 403,
    });
    const auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
    expect((await listApiKeys({ ctx: auditor, input: {} })).length).toBeGreaterThan(1);
    await expect(revokeApiKey({ ctx: auditor, input: { id: made.id, reason: "because" } })).rejects.toMatchObject({
      status: 403,
    });
  });

  it("stop when revoked, and a rotated one lives a day", async () => {
    const made = await createApiKey({ ctx: manager, input: { collegeId: college.id, name: "Rotates" } });
    const fresh = await rotateApiKey({ ctx: manager, input: { id: made.id } });
    const now = Date.now();
    expect(await authenticate(made.key, fixedClock(new Date(now).toISOString()))).not.toBeNull();
    expect(await authenticate(made.key, fixedClock(new Date(now + 25 * 3_600_000).toISOString()))).toBeNull();
    expect(await authenticate(fresh.key, fixedClock(new Date(now + 25 * 3_600_000).toISOString()))).not.toBeNull();
    await revokeApiKey({ ctx: manager, input: { id: fresh.id, reason: "leaked" } });
    forgetKeys();
    expect(await authenticate(fresh.key, fixedClock(new Date(now).toISOString()))).toBeNull();
    await expect(revokeApiKey({ ctx: manager, input: { id: fresh.id, reason: "again" } })).rejects.toMatchObject({ status: 409 });
  });

  it("have a rate of their own, and say when to come back", async () => {
    const slow = (await createApiKey({ ctx: manager, input: { collegeId: college.id, name: "Slow", ratePerMinute: 2 } })).key;
    const go = () => send({ events: [] }, { authorization: `Bearer ${slow}` });
    expect([(await go()).status, (await go()).status]).toEqual([202, 202]);
    const third = await go();
    expect(third.status).toBe(429);
    expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await send({ events: [] })).status).toBe(202);
  });

  it("pay for a second's worth of requests once, however many come at the same moment", async () => {
    const made = await createApiKey({ ctx: manager, input: { collegeId: college.id, name: "Crowd", ratePerMinute: 6000 } });
    const now = new Date();
    const own = { id: made.id, rate_per_minute: 6000 };
    const waits = await Promise.all(Array.from({ length: 100 }, () => takeRequest(own, now)));
    expect(
      waits.every((wait) => wait === 0),
      "a hundred of six thousand",
    ).toBe(true);
    const later = await Promise.all(Array.from({ length: 100 }, () => takeRequest(own, now)));
    expect(later.every((wait) => wait === 0)).toBe(true);
    const { rows } = await db.owner.query("select failures as paid from console.login_throttle where key = $1", [
      `api-key:${made.id}`,
    ]);
    expect(rows).toEqual([{ paid: 200 }]);
  });

  it("have one rate, however many processes answer", async () => {
    const id = newId();
    const now = new Date();
    const asked = await Promise.all(
      Array.from({ length: 200 }, () => {
        // Each asks as a process that has counted nothing yet.
        forget("integrity.leases");
        return takeRequest({ id, rate_per_minute: 60 }, now);
      }),
    );
    expect(asked.filter((wait) => wait === 0)).toHaveLength(60);
    const busy = { id: newId(), rate_per_minute: 6000 };
    let passed = 0;
    while ((await takeRequest(busy, now)) === 0) passed++;
    expect(passed).toBe(6000);
  });

  it("remember when they were used", async () => {
    const { rows } = await db.owner.query("select last_used_at from public.api_key where name = 'Exam client'");
    expect(rows[0].last_used_at).not.toBeNull();
  });
});
