import { beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, type MadeExam } from "../../../../tests/fixtures/exam.ts";
import { systemCtx } from "../../../access/ctx.server.ts";
import type { Ctx } from "../../../db/ctx.ts";
import { Conflict, Forbidden, NotFound } from "../../../platform/errors.ts";
import { newId } from "../../../platform/ids.ts";
import { forceSubmit } from "../live/force-submit.server.ts";
import { changeHand, type handInput } from "../sitting/hand.server.ts";
import { heartbeat } from "../sitting/heartbeat.server.ts";
import { markSeen } from "../sitting/seen.server.ts";
import { closeHand } from "./close-hand.server.ts";
import { handOver } from "./hand-over.server.ts";
import { liveRoom } from "./live-room.server.ts";
import { roomMinutes } from "./minutes.server.ts";
import { minutesLines } from "./minutes.ts";
import { oneSeat } from "./one-seat.server.ts";
import { sendMessage } from "./send-message.server.ts";

// What is said in a room and who has read it; who asks for help and what became of it.
const db = testDatabase();
let college: { id: string };
let other: { id: string };
let proctor: Ctx;
let second: Ctx;
let auditor: Ctx;
let stranger: Ctx;

beforeAll(async () => {
  college = await makeCollege(db.owner);
  other = await makeCollege(db.owner);
  proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id));
  second = ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id));
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), { kind: "all" });
  stranger = ctxFor(await makeStaff(db.owner, "PROCTOR", [other.id]), inTenants(other.id));
});

/** As the API makes it: one tenant, no staff. */
const client = (): Ctx => systemCtx("test client", inTenants(college.id));
const minutes = (n: number) => new Date(Date.now() + n * 60_000);
const live = () => makeExam(db.owner, college.id, { status: "LIVE", start: minutes(-30), minutes: 60, windowMinutes: 90 });
const writing = (exam: MadeExam, student: number) =>
  makeAttempt(db.owner, exam, student, { state: "IN_PROGRESS", started: minutes(-20), deadline: minutes(30) });
type To = Parameters<typeof sendMessage>[0]["input"]["to"];
const say = (exam: MadeExam, to: To, given: { ctx?: Ctx; id?: string; text?: string } = {}) =>
  sendMessage({
    ctx: given.ctx ?? proctor,
    input: { examId: exam.id, to, text: given.text ?? "Question 3 has a misprint", id: given.id },
  });
const beat = (attemptId: string) => heartbeat({ ctx: client(), input: { attemptId } });
const seen = (attemptId: string, messageId: string, ctx = client()) => markSeen({ ctx, input: { attemptId, messageId } });
const room = (exam: MadeExam) => liveRoom({ ctx: proctor, input: { examId: exam.id } });
const hand = (attemptId: string, input: z.input<typeof handInput>, ctx = client()) =>
  changeHand({ ctx, input: { attemptId, ...input } });

describe("a message", () => {
  it("goes to everyone who is there or may still come, and says who has it and who has read it", async () => {
    const exam = await live();
    const [ann, bob] = [await writing(exam, 0), await writing(exam, 1)];
    await makeAttempt(db.owner, exam, 2, { state: "SUBMITTED" });
    const { id, recipients } = await say(exam, { audience: "EVERYONE" });
    expect(recipients).toBe(4);
    expect((await room(exam)).messages[0]).toMatchObject({ recipients: 4, delivered: 0, seen: 0 });
    expect((await beat(ann)).messages).toMatchObject([{ id, text: "Question 3 has a misprint", from: "Test PROCTOR" }]);
    await beat(bob);
    expect((await room(exam)).messages[0]).toMatchObject({ delivered: 2, seen: 0 });
    const first = await seen(ann, id);
    expect(await seen(ann, id)).toEqual(first);
    expect((await room(exam)).messages[0]).toMatchObject({ delivered: 2, seen: 1 });
    expect((await beat(ann)).messages).toEqual([]);
    expect((await beat(bob)).messages.length).toBe(1);
    const one = await oneSeat({ ctx: proctor, input: { examId: exam.id, attemptId: ann } });
    expect(one.messages[0]!.seen_at).not.toBeNull();
  });

  it("to a filter waits for those who have not started, and reaches them when they start", async () => {
    const exam = await live();
    await writing(exam, 0);
    const { recipients } = await say(exam, { audience: "FILTER", state: "expected" });
    expect(recipients).toBe(4);
    const late = await writing(exam, 3);
    expect((await beat(late)).messages.length).toBe(1);
  });

  it("to a selection reaches nobody else", async () => {
    const exam = await live();
    const [ann, bob] = [await writing(exam, 0), await writing(exam, 1)];
    await say(exam, { audience: "SELECTION", attemptIds: [ann] });
    expect((await beat(ann)).messages.length).toBe(1);
    expect((await beat(bob)).messages).toEqual([]);
  });

  it("that is sent twice at once is sent once", async () => {
    const exam = await live();
    const ann = await writing(exam, 0);
    const id = newId();
    const done = await Promise.allSettled([
      say(exam, { audience: "EVERYONE" }, { id }),
      say(exam, { audience: "EVERYONE" }, { id }),
    ]);
    expect(done.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await beat(ann)).messages.length).toBe(1);
  });

  it("to nobody, or after the exam, is refused", async () => {
    const exam = await live();
    const gone = await makeAttempt(db.owner, exam, 0, { state: "SUBMITTED" });
    await expect(say(exam, { audience: "SELECTION", attemptIds: [gone] })).rejects.toThrow(/No student would get/);
    const over = await makeExam(db.owner, college.id, { status: "CLOSED", start: minutes(-100) });
    await expect(say(over, { audience: "EVERYONE" })).rejects.toThrow(Conflict);
  });

  it("is sent by those who run the room of their own tenant alone", async () => {
    const exam = await live();
    await expect(say(exam, { audience: "EVERYONE" }, { ctx: auditor })).rejects.toThrow(Forbidden);
    await expect(say(exam, { audience: "EVERYONE" }, { ctx: stranger })).rejects.toThrow(NotFound);
  });

  it("is acknowledged by whom it was sent to alone", async () => {
    const exam = await live();
    const [ann, bob] = [await writing(exam, 0), await writing(exam, 1)];
    const { id } = await say(exam, { audience: "SELECTION", attemptIds: [ann] });
    await expect(seen(bob, id)).rejects.toThrow(NotFound);
    await expect(seen(ann, id, systemCtx("test", inTenants(other.id)))).rejects.toThrow(NotFound);
  });

  it("is in the audit log with its words", async () => {
    const exam = await live();
    await say(exam, { audience: "EVERYONE" }, { text: "The fire alarm is a test" });
    const { rows } = await db.owner.query(
      "select 1 from audit.entry e join audit.content c on c.entry_id = e.id where e.action = 'exam.send_message' and e.resource_id = $1 and c.body like '%fire alarm%'",
      [exam.id],
    );
    expect(rows.length).toBe(1);
  });
});

describe("a hand", () => {
  it("stands on top until it is answered, and the answer reaches the student", async () => {
    const exam = await live();
    const ann = await writing(exam, 0);
    await hand(ann, { action: "raise" });
    await hand(ann, { action: "problem", text: "The picture of question 2 does not load" });
    const { hands } = await room(exam);
    expect(hands.map((row) => row.kind)).toEqual(["HAND", "PROBLEM"]);
    await closeHand({ ctx: proctor, input: { examId: exam.id, handId: hands[1]!.id, answer: "Reload the page" } });
    await closeHand({ ctx: proctor, input: { examId: exam.id, handId: hands[0]!.id } });
    expect((await room(exam)).hands).toEqual([]);
    const now = await beat(ann);
    expect(now.messages.map((message) => message.text)).toEqual(["Reload the page"]);
    expect(now.hands).toEqual([]);
  });

  it("raised twenty times at once is one hand, told once", async () => {
    const exam = await live();
    const ann = await writing(exam, 0);
    await Promise.all(Array.from({ length: 20 }, () => hand(ann, { action: "raise" })));
    expect((await room(exam)).hands.length).toBe(1);
    const { rows } = await db.owner.query("select 1 from public.room_event where attempt_id = $1 and kind = 'RAISED'", [ann]);
    expect(rows.length).toBe(1);
  });

  it("is answered by the first of two proctors", async () => {
    const exam = await live();
    const ann = await writing(exam, 0);
    await hand(ann, { action: "raise" });
    const [raised] = (await room(exam)).hands;
    const answer = (ctx: Ctx) =>
      closeHand({ ctx, input: { examId: exam.id, handId: raised!.id, answer: `I come, ${ctx.actor.id}` } });
    const done = await Promise.allSettled([answer(proctor), answer(second)]);
    expect(done.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await beat(ann)).messages.length).toBe(1);
  });

  it("falls with the attempt", async () => {
    const exam = await live();
    const ann = await writing(exam, 0);
    await hand(ann, { action: "raise" });
    const [raised] = (await room(exam)).hands;
    await forceSubmit({ ctx: proctor, input: { examId: exam.id, attemptIds: [ann], reason: "Left the room" } });
    expect((await room(exam)).hands).toEqual([]);
    await expect(closeHand({ ctx: proctor, input: { examId: exam.id, handId: raised!.id } })).rejects.toThrow(Conflict);
  });

  it("that the student has lowered is not answered any more", async () => {
    const exam = await live();
    const ann = await writing(exam, 0);
    await hand(ann, { action: "raise" });
    const [raised] = (await room(exam)).hands;
    await hand(ann, { action: "lower" });
    await hand(ann, { action: "lower" });
    await expect(closeHand({ ctx: proctor, input: { examId: exam.id, handId: raised!.id } })).rejects.toThrow(/has lowered/);
  });

  it("is closed by those who run the room of their own tenant alone, and raised in an attempt that is open", async () => {
    const exam = await live();
    const ann = await writing(exam, 0);
    await hand(ann, { action: "raise" });
    const [raised] = (await room(exam)).hands;
    const close = (ctx: Ctx) => closeHand({ ctx, input: { examId: exam.id, handId: raised!.id } });
    await expect(close(auditor)).rejects.toThrow(Forbidden);
    await expect(close(stranger)).rejects.toThrow(NotFound);
    await expect(hand(ann, { action: "raise" }, systemCtx("test", inTenants(other.id)))).rejects.toThrow(NotFound);
    const over = await makeAttempt(db.owner, exam, 1, { state: "SUBMITTED" });
    await expect(hand(over, { action: "raise" })).rejects.toThrow(Conflict);
  });
});

describe("the minutes", () => {
  it("tell all that happened, in its order, each by whom", async () => {
    const exam = await live();
    const ann = await writing(exam, 0);
    await say(exam, { audience: "EVERYONE" });
    await hand(ann, { action: "raise" });
    await handOver({ ctx: proctor, input: { examId: exam.id, note: "Seat 4 waits for a new keyboard" } });
    const { events } = await roomMinutes({ ctx: auditor, input: { examId: exam.id } });
    const lines = minutesLines(events);
    expect(lines.map((line) => line.kind)).toEqual(["MESSAGE", "RAISED", "HANDOVER"]);
    expect(lines[0]).toMatchObject({ who: "Test PROCTOR", says: "Message to everyone (5 students)" });
    expect(lines[1]!.says).toMatch(/^Student 1 \w+ raised a hand$/);
    expect(lines[2]!.note).toBe("Seat 4 waits for a new keyboard");
  });

  it("are read within the tenant alone, and handed over by those who run the room", async () => {
    const exam = await live();
    await expect(roomMinutes({ ctx: stranger, input: { examId: exam.id } })).rejects.toThrow(NotFound);
    await expect(handOver({ ctx: auditor, input: { examId: exam.id, note: "Nothing" } })).rejects.toThrow(Forbidden);
    await expect(handOver({ ctx: stranger, input: { examId: exam.id, note: "Nothing" } })).rejects.toThrow(NotFound);
  });

  it("can't be written or changed by the exam applications", async () => {
    const { rows } = await db.owner.query<{ may: boolean }>(
      "select has_table_privilege('invigil_platform_app', 'public.room_event', 'insert') or has_table_privilege('invigil_platform_app', 'public.room_event', 'delete') as may",
    );
    expect(rows).toEqual([{ may: false }]);
  });
});
