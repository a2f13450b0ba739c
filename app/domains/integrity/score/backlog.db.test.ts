import pg from "pg";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemCtx } from "~/access/ctx.server.ts";
import { makeCollege, testDatabase } from "../../../../tests/database.ts";
import { makeExam, type MadeExam } from "../../../../tests/fixtures/exam.ts";
import { scorePending } from "./rescore.server.ts";

const db = testDatabase();
const ctx = systemCtx("test");
const LARGE = 4000;
const SMALL = 20;
let large: MadeExam;
let small: MadeExam;

/** Students of an exam that is being written, each with two pastes and a second face. */
async function crowd(n: number): Promise<MadeExam> {
  const college = await makeCollege(db.owner);
  const exam = await makeExam(db.owner, college.id, { students: 0, status: "LIVE" });
  await db.owner.query(
    `insert into public."user" (id, college_id, name, email) select public.invigil_uuid7(), $1, 'S' || n, 's' || n || '@crowd.example' from generate_series(1, $2::int) n`,
    [college.id, n],
  );
  await db.owner.query(
    `insert into public.student_exam_attempt (id, college_id, user_id, exam_id, candidate_no, state, started_at, deadline_at, total_marks)
     select public.invigil_uuid7(), $1, u.id, $2, row_number() over (), 'IN_PROGRESS', now(), now() + interval '1 hour', 100 from public."user" u where u.college_id = $1`,
    [college.id, exam.id],
  );
  await db.owner.query(
    `insert into public.integrity_event (id, college_id, attempt_id, type, at, seq)
     select public.invigil_uuid7(), $1, a.id, t.type, now(), t.n from public.student_exam_attempt a cross join unnest('{PASTE,PASTE,SEVERAL_FACES}'::text[]) with ordinality t(type, n) where a.college_id = $1`,
    [college.id],
  );
  return exam;
}

const left = async (exam?: MadeExam): Promise<number> =>
  (
    await db.owner.query<{ n: number }>(
      "select count(*)::int as n from public.student_exam_attempt where needs_scoring and ($1::uuid is null or exam_id = $1)",
      [exam?.id ?? null],
    )
  ).rows[0]!.n;

beforeAll(async () => {
  large = await crowd(LARGE);
  small = await crowd(SMALL);
  await db.owner.query("analyze public.student_exam_attempt, public.integrity_event");
}, 120_000);
beforeEach(() => db.owner.query("update public.student_exam_attempt set needs_scoring = true, risk_score = 0"));

describe("thousands of attempts with new signals", () => {
  it("are scored in one go, each once", async () => {
    const started = performance.now();
    const done = await scorePending(ctx, 60_000);
    const seconds = (performance.now() - started) / 1000;
    expect(done.scored).toBe(LARGE + SMALL);
    expect(await left()).toBe(0);
    const { rows } = await db.owner.query("select distinct risk_score from public.student_exam_attempt");
    expect(rows).toHaveLength(1);
    // 500 every 3 s were 167 a second.
    expect((LARGE + SMALL) / seconds, "attempts a second").toBeGreaterThan(167);
    if (process.env["INVIGIL_SAY"]) process.stdout.write(`${Math.round((LARGE + SMALL) / seconds)} attempts a second\n`);
  }, 120_000);

  it("are left for the next round when the time is up, and a small exam has not waited for the large one", async () => {
    const done = await scorePending(ctx, 0);
    expect(done.scored).toBeGreaterThan(0);
    expect(done.scored).toBeLessThanOrEqual(500);
    expect(await left(small)).toBe(0);
    expect(await left(large)).toBe(LARGE + SMALL - done.scored);
  }, 60_000);

  it("do not wait for one that someone holds, and that one is scored in the next round", async () => {
    const holder = new pg.Client({ connectionString: db.url("owner") });
    await holder.connect();
    try {
      await db.owner.query("update public.student_exam_attempt set needs_scoring = false where exam_id = $1", [large.id]);
      await holder.query("begin");
      await holder.query(
        "select 1 from public.student_exam_attempt where id = (select id from public.student_exam_attempt where exam_id = $1 limit 1) for update",
        [small.id],
      );
      expect((await scorePending(ctx)).scored).toBe(SMALL - 1);
      await holder.query("rollback");
      expect((await scorePending(ctx)).scored).toBe(1);
    } finally {
      await holder.end();
    }
  }, 60_000);
});
