import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { makeAttempt, makeExam, type MadeExam } from "../../../tests/fixtures/exam.ts";
import { SESSION } from "../../access/cookies.server.ts";
import { createSession } from "../../access/session.server.ts";
import type { Role } from "../../access/policy.ts";
import type { Ctx } from "../../db/ctx.ts";
import { withScope } from "../../db/scope.server.ts";
import { roomHub } from "../../domains/exams/room/hub.server.ts";
import { pauseAttempts } from "../../domains/exams/room/pause.server.ts";
import { parseEvents, type ServerEvent } from "../sit/read-events.ts";
import { loader } from "./live-stream.ts";

// A board's stream: who may follow a room, that changes come at once, and that it ends with the session.
const db = testDatabase();
let college: { id: string };
let other: { id: string };
let exam: MadeExam;
let attempt: string;

const minutes = (n: number) => new Date(Date.now() + n * 60_000);

beforeAll(async () => {
  college = await makeCollege(db.owner);
  other = await makeCollege(db.owner);
  exam = await makeExam(db.owner, college.id, { status: "LIVE", start: minutes(-30), minutes: 60, windowMinutes: 90 });
  attempt = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS", deadline: minutes(30) });
});

const open: AbortController[] = [];
afterEach(() => open.splice(0).forEach((controller) => controller.abort()));
afterAll(() => roomHub().stop());

async function logIn(role: Role, colleges: string[]): Promise<{ ctx: Ctx; cookie: string; sessionId: string }> {
  const staff = await makeStaff(db.owner, role, colleges);
  const ctx = ctxFor(staff, colleges.length > 0 ? inTenants(...colleges) : everywhere);
  const { token, id } = await withScope(ctx, (inner) =>
    createSession(inner, staff.id, { secondFactor: true, stepUp: false, risk: [] }),
  );
  await db.owner.query("update console.staff set totp_confirmed_at = now() where id = $1", [staff.id]);
  return { ctx, cookie: `${SESSION}=${token}`, sessionId: id };
}

async function follow(cookie: string, examId = exam.id) {
  const gone = new AbortController();
  open.push(gone);
  const request = new Request(`http://127.0.0.1/exams/${examId}/live/stream`, { headers: { Cookie: cookie } });
  const response = await loader({ request, params: { id: examId }, context: { gone: gone.signal } as never });
  const events: ServerEvent[] = [];
  if (response.status === 200)
    void (async () => {
      let rest = "";
      const decoder = new TextDecoder();
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
        const parsed = parseEvents(rest + decoder.decode(piece, { stream: true }));
        rest = parsed.rest;
        events.push(...parsed.events);
      }
      events.push({ id: null, name: "end", data: null });
    })().catch(() => undefined);
  return { response, events };
}

describe("the board's stream", () => {
  it("is opened by those who may watch this room, and refused to everybody else", async () => {
    const status = async (role: Role, colleges: string[]) => (await follow((await logIn(role, colleges)).cookie)).response.status;
    expect({
      proctor: await status("PROCTOR", [college.id]),
      auditor: await status("AUDITOR", []),
      "another tenant's proctor": await status("PROCTOR", [other.id]),
      "an SRE, who sees no student": await status("SRE", []),
      nobody: (await follow("x=y")).response.status,
    }).toEqual({
      proctor: 200,
      auditor: 200,
      "another tenant's proctor": 404,
      "an SRE, who sees no student": 403,
      nobody: 401,
    });
  });

  it("tells a change within a second, with the number to go on from", async () => {
    const { ctx, cookie } = await logIn("PROCTOR", [college.id]);
    const { events } = await follow(cookie);
    await expect.poll(() => events[0]?.name).toBe("open");
    await expect.poll(() => roomHub().hears(), { timeout: 10_000 }).toBe(true);
    const from = performance.now();
    await pauseAttempts({ ctx, input: { examId: exam.id, attemptIds: [attempt], how: "PAUSED" } });
    await expect
      .poll(() => events.at(-1), { interval: 5, timeout: 2000 })
      .toMatchObject({ name: "change", data: { kinds: ["PAUSED"] } });
    expect(performance.now() - from).toBeLessThan(1000);
    expect(Number(events.at(-1)!.id)).toBeGreaterThan(0);
  });

  it("ends when the session does, and does not keep it alive", async () => {
    const { cookie, sessionId } = await logIn("PROCTOR", [college.id]);
    await db.owner.query("update console.staff_session set last_seen_at = now() - interval '10 minutes' where id = $1", [
      sessionId,
    ]);
    const { events } = await follow(cookie);
    const { rows } = await db.owner.query<{ idle: boolean }>(
      "select last_seen_at < now() - interval '9 minutes' as idle from console.staff_session where id = $1",
      [sessionId],
    );
    expect(rows).toEqual([{ idle: true }]);
    await db.owner.query("update console.staff_session set revoked_at = now() where id = $1", [sessionId]);
    await expect
      .poll(() => events.map((event) => event.name), { timeout: 15_000, interval: 200 })
      .toEqual(["open", "closed", "end"]);
  }, 20_000);
});
