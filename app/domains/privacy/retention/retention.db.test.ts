import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, makeReview, type MadeExam } from "../../../../tests/fixtures/exam.ts";
import { makeRow } from "../../../../tests/fixtures/one-of-each.ts";
import { systemCtx } from "~/access/ctx.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { Conflict, Forbidden, Invalid, StepUpRequired } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { placeHold } from "../legal-hold.server.ts";
import { RETENTION_KINDS } from "./kinds.ts";
import { setRetention } from "./periods.server.ts";
import { previewRetention, retentionFacts } from "./preview.server.ts";
import { runRetention } from "./run.server.ts";

const db = testDatabase();
const reason = "The privacy policy of 2026";
let college: string;
let other: string;
let manager: Ctx;
let admin: Ctx;
let auditor: Ctx;
let exam: MadeExam;

const DAY = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY);
const night = () => runRetention(systemCtx("retention"));
const left = async (table: string, collegeId = college) =>
  (await db.owner.query(`select id from public.${table} where college_id = $1`, [collegeId])).rows.map(
    (row: { id: string }) => row.id,
  );
const set = (ctx: Ctx, kind: string, days: number | "") => setRetention({ ctx, input: { kind, days, reason } });

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  other = (await makeCollege(db.owner)).id;
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  admin = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), { kind: "all" });
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), { kind: "all" });
  exam = await makeExam(db.owner, college, { students: 6, status: "LIVE", start: ago(200) });
});
beforeEach(async () => {
  await db.owner.query("delete from console.retention_period");
});

const session = (user: string, days: number, collegeId = college) =>
  makeRow(db.owner, collegeId, new Map([["user", user]]), "user_session", { expires_at: ago(days), token_hash: newId() });

async function makeStudent(collegeId: string, days: number): Promise<string> {
  return makeRow(db.owner, collegeId, new Map(), "user", {
    email: `${newId()}@s.example`,
    created_at: ago(days),
    updated_at: ago(days),
  });
}

describe("a period", () => {
  it("is previewed, then takes what is older and nothing else, in small parts, and says how much", async () => {
    const user = await makeStudent(college, 1);
    const old = await Promise.all([100, 91, 90.5, 300, 120].map((days) => session(user, days)));
    const young = await session(user, 89);
    expect(await previewRetention({ ctx: manager, input: { kind: "sessions", days: 90 } })).toEqual({ records: 5, more: false });
    await set(manager, "sessions", 90);
    expect(await runRetention(systemCtx("retention"), { batch: 2, batches: 100 })).toEqual({ sessions: old.length });
    expect(await left("user_session")).toEqual([young]);
    const { runs } = await retentionFacts({ ctx: admin, input: {} });
    expect(runs[0]).toMatchObject({ kind: "sessions", row_count: 5, more: false, error: null });
    const { rows } = await db.owner.query(
      "select e.action, e.actor_kind from audit.entry e where e.resource = 'retention' order by e.id",
    );
    expect(rows).toEqual([
      { action: "retention.set", actor_kind: "staff" },
      { action: "retention.run", actor_kind: "system" },
    ]);
  });

  it("is a tenant's own before that of the installation; nothing is deleted where none is set", async () => {
    const [mine, theirs] = [await makeStudent(college, 1), await makeStudent(other, 1)];
    const kept = await session(mine, 50);
    const gone = await session(theirs, 50, other);
    expect(await night()).toEqual({});
    await set(admin, "sessions", 30);
    await set(manager, "sessions", 60);
    await night();
    expect(await left("user_session")).toContain(kept);
    expect(await left("user_session", other)).not.toContain(gone);
    expect((await retentionFacts({ ctx: manager, input: {} })).kinds.find((kind) => kind.key === "sessions")).toMatchObject({
      own: 60,
      inherited: 30,
      due: 0,
    });
    await set(manager, "sessions", "");
    await night();
    expect(await left("user_session")).not.toContain(kept);
  });

  it("waits for the next night with what is more than one run may do", async () => {
    const user = await makeStudent(college, 1);
    for (let i = 0; i < 5; i++) await session(user, 400 + i);
    await set(manager, "sessions", 365);
    expect(await runRetention(systemCtx("retention"), { batch: 2, batches: 2 })).toEqual({ sessions: 4 });
    expect((await retentionFacts({ ctx: admin, input: {} })).runs[0]).toMatchObject({ row_count: 4, more: true });
    expect(await night()).toEqual({ sessions: 1 });
  });

  it("spares whom a hold keeps, in every kind", async () => {
    const held = exam.students[0]!;
    const attempt = await makeAttempt(db.owner, exam, 0, { picks: [0], state: "SUBMITTED" });
    await db.owner.query("update public.student_exam_attempt set ended_at = $2, ip_address = '10.0.0.1' where id = $1", [
      attempt,
      ago(400),
    ]);
    const known = new Map([
      ["user", held],
      ["student_exam_attempt", attempt],
      ["exam", exam.id],
    ]);
    const message = await makeRow(db.owner, college, known, "room_message", { sent_at: ago(400) });
    const made: [string, string][] = [
      ["user_session", await session(held, 400)],
      ["integrity_event", await makeRow(db.owner, college, known, "integrity_event", { received_at: ago(400) })],
      ["notification", await makeRow(db.owner, college, known, "notification", { created_at: ago(400) })],
      ["user_event", await makeRow(db.owner, college, known, "user_event", { at: ago(400) })],
      ["room_message", message],
      [
        "verification_token",
        await makeRow(db.owner, college, known, "verification_token", {
          identifier: (await db.owner.query(`select upper(email) as email from public."user" where id = $1`, [held])).rows[0]
            .email,
          expires_at: ago(400),
        }),
      ],
    ];
    await makeRow(db.owner, college, new Map([...known, ["room_message", message]]), "room_message_recipient");
    for (const kind of RETENTION_KINDS) await set(manager, kind.key, 365);
    await placeHold({ ctx: manager, input: { id: held, reason, until: "" } });
    await night();
    for (const [table, id] of made) expect(await left(table), table).toContain(id);
    const address = async () =>
      (await db.owner.query("select ip_address from public.student_exam_attempt where id = $1", [attempt])).rows[0];
    expect(await address()).toEqual({ ip_address: "10.0.0.1" });
    await db.owner.query("update public.legal_hold set until = current_date - 1");
    await night();
    for (const [table, id] of made) expect(await left(table), table).not.toContain(id);
    expect(await address()).toEqual({ ip_address: null });
  });

  it("leaves the signals of an open review where they are", async () => {
    const attempt = await makeAttempt(db.owner, exam, 1, { picks: [0], state: "SUBMITTED" });
    await makeReview(db.owner, exam, attempt);
    const known = new Map([["student_exam_attempt", attempt]]);
    const signal = await makeRow(db.owner, college, known, "integrity_event", { received_at: ago(400) });
    const free = new Map([["student_exam_attempt", await makeAttempt(db.owner, exam, 4, { picks: [0], state: "SUBMITTED" })]]);
    const noted = await makeRow(db.owner, college, free, "integrity_event", { received_at: ago(400) });
    await set(manager, "signals", 90);
    await night();
    expect(await left("integrity_event")).toContain(signal);
    expect(await left("integrity_event")).not.toContain(noted);
  });

  it("erases who left, and nobody who is enrolled, was here since, or is under review", async () => {
    const gone = await makeStudent(college, 500);
    const back = await makeStudent(college, 500);
    await db.owner.query(`update public."user" set last_login_at = $2 where id = $1`, [back, ago(10)]);
    const enrolled = exam.students[2]!;
    const reviewed = exam.students[3]!;
    const attempt = await makeAttempt(db.owner, exam, 3, { picks: [0], state: "SUBMITTED" });
    await makeReview(db.owner, exam, attempt);
    await db.owner.query(`update public."user" set created_at = $2 where college_id = $1 and id <> $3`, [
      college,
      ago(500),
      gone,
    ]);
    await db.owner.query("update public.student_exam_attempt set started_at = $2 where id = $1", [attempt, ago(490)]);
    await db.owner.query("update public.enrollment set status = 'EXPIRED', updated_at = $2 where user_id = $1", [
      reviewed,
      ago(480),
    ]);
    await set(manager, "leavers", 400);
    await night();
    const { rows } = await db.owner.query<{ id: string; erased: boolean }>(
      `select id, erased_at is not null as erased from public."user" where id = any($1)`,
      [[gone, back, enrolled, reviewed]],
    );
    expect(Object.fromEntries(rows.map((row) => [row.id, row.erased]))).toEqual({
      [gone]: true,
      [back]: false,
      [enrolled]: false,
      [reviewed]: false,
    });
  });

  it("needs a reason, a sensible length, a fresh proof, the role, and one tenant", async () => {
    await expect(set(manager, "signals", 10)).rejects.toThrow(/kept for 90 days at least/);
    await expect(setRetention({ ctx: manager, input: { kind: "signals", days: 100, reason: "" } })).rejects.toBeInstanceOf(
      Invalid,
    );
    await expect(set({ ...manager, scope: { kind: "tenants", ids: [college, other] } }, "signals", 100)).rejects.toBeInstanceOf(
      Conflict,
    );
    await expect(set(auditor, "signals", 100)).rejects.toBeInstanceOf(Forbidden);
    await expect(set({ ...manager, scope: { kind: "all" } }, "signals", 100)).rejects.toBeInstanceOf(Forbidden);
    const stale = { ...manager, session: { id: newId(), stepUpAt: null, secondFactor: true } };
    await expect(set(stale, "signals", 100)).rejects.toBeInstanceOf(StepUpRequired);
    expect(await night()).toEqual({});
  });
});
