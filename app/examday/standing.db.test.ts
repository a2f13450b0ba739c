import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { makeExam, type MadeExam } from "../../tests/fixtures/exam.ts";
import { cache } from "../db/cache.server.ts";
import type { Ctx } from "../db/ctx.ts";
import { readiness } from "./readiness.server.ts";
import { keepVerdicts } from "./standing.server.ts";

const db = testDatabase();
let sre: Ctx;
let manager: Ctx;
let exam: MadeExam;
let empty: string;
const T0 = Date.now();
const clockAt = (minute: number) => ({ now: () => new Date(T0 + minute * 60_000) });

/** Twenty thousand who are expected are far beyond every limit, none is far below. */
const expected = (yes: boolean) =>
  changed("update public.exam set class_id = $2 where id = $1", [exam.id, yes ? exam.classId : empty]);

/** By the owner, of whose writes the cache hears nothing. */
async function changed(text: string, values: unknown[]) {
  await db.owner.query(text, values);
  cache.changed(["exam"]);
}

async function shown(ctx: Ctx, minute: number) {
  const seen = await readiness({ ctx: { ...ctx, clock: clockAt(minute) }, input: {} });
  return seen.exams.find((one) => one.id === exam.id)!;
}

beforeAll(async () => {
  const college = await makeCollege(db.owner);
  sre = ctxFor(await makeStaff(db.owner, "SRE"), everywhere);
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college.id]), inTenants(college.id));
  empty = (await makeExam(db.owner, college.id, { students: 0 })).classId;
  const start = new Date(T0 + 5 * 3_600_000);
  exam = await makeExam(db.owner, college.id, { students: 0, status: "SCHEDULED", start });
  await db.owner.query(
    `with people as (
       insert into public."user" (id, college_id, name, email)
       select public.invigil_uuid7(), $1, 'S' || n, 's' || n || '@flap.example' from generate_series(1, 20000) n returning id)
     insert into public.enrollment (id, college_id, user_id, class_id)
     select public.invigil_uuid7(), $1, id, $2 from people`,
    [college.id, exam.classId],
  );
  // Autovacuum does it within a minute: without statistics the planner takes each of these tables for one row.
  await db.owner.query('analyze public."user", public.enrollment');
});
beforeEach(() => cache.changed(["exam"]));

describe("the verdict of an exam ahead", () => {
  it("is the same on every page, worse at once, and better only when the forecast has been better for ten minutes", async () => {
    await keepVerdicts(clockAt(0));
    expect((await shown(sre, 0)).verdict).toBe("WILL_NOT_HOLD");
    // To and fro, a minute each: no page follows it.
    for (const minute of [1, 2, 3, 4]) {
      await expected(minute % 2 === 0);
      await keepVerdicts(clockAt(minute));
      expect([(await shown(sre, minute)).verdict, (await shown(manager, minute)).verdict]).toEqual([
        "WILL_NOT_HOLD",
        "WILL_NOT_HOLD",
      ]);
    }
    await expected(false);
    for (const minute of [5, 10, 14]) await keepVerdicts(clockAt(minute));
    const waiting = await shown(manager, 14);
    expect([waiting.computed.verdict, waiting.verdict, waiting.note]).toEqual([
      "HOLDS",
      "WILL_NOT_HOLD",
      expect.stringMatching(/^The forecast has been better since \d\d:\d\d/),
    ]);
    await keepVerdicts(clockAt(15));
    const better = await shown(manager, 16);
    expect([better.verdict, better.note]).toEqual([
      "HOLDS",
      expect.stringMatching(/^Was not holding until \d\d:\d\d, because of .*cores/),
    ]);
    const day = (await readiness({ ctx: { ...manager, clock: clockAt(16) }, input: {} })).days[0]!;
    expect([day.verdict, day.note]).toEqual(["HOLDS", better.note]);
    await expected(true);
    await keepVerdicts(clockAt(17));
    expect((await shown(sre, 17)).verdict).toBe("WILL_NOT_HOLD");
  });

  it("is computed anew for a plan, and at once for an exam that was moved", async () => {
    await expected(true);
    await keepVerdicts(clockAt(20));
    await expected(false);
    expect((await shown(sre, 20)).verdict).toBe("WILL_NOT_HOLD");
    const plan = { ctx: { ...sre, clock: clockAt(20) }, input: { connections: 100_000 } };
    expect((await readiness(plan)).exams.find((one) => one.id === exam.id)!.verdict).toBe("HOLDS");
    await changed("update public.exam set start_time = start_time + interval '5 minutes' where id = $1", [exam.id]);
    expect((await shown(sre, 20)).verdict).toBe("HOLDS");
  });

  it("is forgotten when the exam has not been ahead for a day", async () => {
    await keepVerdicts(clockAt(21));
    const start = new Date(T0 + 50 * 3_600_000);
    await db.owner.query(
      "update public.exam set start_time = $2::timestamptz, end_time = $2::timestamptz + interval '3 hours' where id = $1",
      [exam.id, start],
    );
    const another = await makeExam(db.owner, exam.collegeId, { students: 1, status: "SCHEDULED", start });
    await db.owner.query("update public.exam set status = 'CANCELLED', cancelled_reason = 'test' where id = $1", [exam.id]);
    await keepVerdicts(clockAt(25 * 60));
    const { rows } = await db.owner.query<{ exam_id: string }>("select exam_id from console.standing_verdict");
    expect(rows.map((row) => row.exam_id)).toEqual([another.id]);
  });
});
