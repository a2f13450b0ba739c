import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { testDatabase } from "../../../tests/database.ts";
import { makeReviewers } from "../../../tests/fixtures/reviewers.ts";
import { makeAttempt, makeExam, makeReview } from "../../../tests/fixtures/exam.ts";
import { systemCtx } from "../../access/ctx.server.ts";
import type { Ctx } from "../../db/ctx.ts";
import type { Tx } from "~/db/ctx.ts";
import { withScope } from "../../db/scope.server.ts";
import { fixedClock } from "../../platform/clock.ts";
import { newId } from "../../platform/ids.ts";
import { correctKey } from "../exams/authoring/correct-key.server.ts";
import { fileAppeal, listAppeals, withdrawAppeal } from "./appeals/appeals.server.ts";
import { mostAlike } from "./collusion/compare.server.ts";
import { analyseDue, analyseExam, dueAnalyses } from "./evidence/analyse-exam.server.ts";
import { claimReview, expireClaims } from "./review/claim.server.ts";
import { declareConflict } from "./review/conflicts.server.ts";
import { addNote, decideReview } from "./review/decide.server.ts";
import { attemptDossier } from "./review/dossier.server.ts";
import { setWeights } from "./score/weights.server.ts";

/** Claims that run out while someone writes, keys corrected while they are read, and other things that come late. */

const db = testDatabase();
let college: { id: string };
let ana: Ctx;
let ben: Ctx;
let cleo: Ctx;
let manager: Ctx;

beforeAll(async () => {
  ({ college, ana, ben, cleo, manager } = await makeReviewers(db));
});

const NOTE = "The same five wrong answers within two minutes";
const later = (ctx: Ctx, minutes: number): Ctx => ({
  ...ctx,
  clock: fixedClock(new Date(Date.now() + minutes * 60_000).toISOString()),
});
async function queued() {
  const exam = await makeExam(db.owner, college.id, { status: "CLOSED", frozen: true });
  const attempt = await makeAttempt(db.owner, exam, 0);
  return { exam, attempt, review: await makeReview(db.owner, exam, attempt) };
}

describe("a claim that runs out while someone writes", () => {
  it("is taken up again by their decision, where nobody else has taken it", async () => {
    for (const givenBack of [false, true]) {
      const { review } = await queued();
      await claimReview({ ctx: ana, input: { reviewId: review } });
      if (givenBack) await expireClaims(later(systemCtx("test"), 25));
      const input = { reviewId: review, decision: "CLEARED", note: NOTE } as const;
      await expect(decideReview({ ctx: later(ana, 26), input })).rejects.toMatchObject({ status: 409 });
      expect(await decideReview({ ctx: later(ana, 26), input: { ...input, round: 1 } })).toMatchObject({ state: "CLEARED" });
    }
  });

  it("is lost to whoever has taken it since, or decided since", async () => {
    const { review } = await queued();
    const input = { reviewId: review, decision: "VIOLATION", note: NOTE, round: 1 } as const;
    await claimReview({ ctx: ana, input: { reviewId: review } });
    await claimReview({ ctx: later(ben, 25), input: { reviewId: review } });
    await expect(decideReview({ ctx: later(ana, 26), input })).rejects.toThrow(/someone else is reviewing/);
    await decideReview({ ctx: later(ben, 26), input });
    // What was written for a first look is no second one.
    await expect(decideReview({ ctx: later(ana, 27), input })).rejects.toThrow(/decided on this attempt since/);
    await declareConflict({ ctx: cleo, input: { reviewId: review, reason: "A neighbour" } });
    await expect(decideReview({ ctx: later(cleo, 27), input: { ...input, round: 2 } })).rejects.toMatchObject({ status: 403 });
  });

  it("lasts longer for whoever keeps a note", async () => {
    const { review } = await queued();
    await claimReview({ ctx: ana, input: { reviewId: review } });
    await addNote({ ctx: later(ana, 15), input: { reviewId: review, body: "Still reading" } });
    expect(await expireClaims(later(systemCtx("test"), 25))).toBe(0);
    await addNote({ ctx: later(ben, 15), input: { reviewId: review, body: "So do I" } });
    expect(await expireClaims(later(systemCtx("test"), 40))).toBe(1);
  });
});

it("an analysis that read the paper before a key was corrected is made again", async () => {
  const { exam } = await queued();
  const busy = new pg.Client({ connectionString: db.url("owner") });
  await busy.connect();
  try {
    // It has read the answers, and waits for its turn to write.
    await busy.query("select pg_advisory_lock(hashtextextended($1, 4))", [exam.id]);
    const analysis = analyseExam(systemCtx("test"), exam.id);
    const waits =
      "select 1 from pg_locks l join pg_stat_activity a on a.pid = l.pid and a.datname = current_database() where not l.granted";
    await expect.poll(async () => (await db.owner.query(waits)).rowCount, { timeout: 20_000 }).toBe(1);
    await correctKey({
      ctx: { ...manager, session: { id: newId(), stepUpAt: new Date(), secondFactor: true } },
      input: {
        examId: exam.id,
        questionId: exam.questions[0]!.id,
        optionId: exam.questions[0]!.options[1]!,
        reason: "The book says otherwise",
      },
    });
    await busy.query("select pg_advisory_unlock(hashtextextended($1, 4))", [exam.id]);
    await analysis;
  } finally {
    await busy.end();
  }
  expect((await dueAnalyses(systemCtx("test"), 50)).map((one) => one.id)).toContain(exam.id);
  await analyseExam(systemCtx("test"), exam.id);
  expect((await dueAnalyses(systemCtx("test"), 50)).map((one) => one.id)).not.toContain(exam.id);
});

it("an exam that can't be analysed keeps no other from it", async () => {
  const made = [await queued(), await queued()];
  const asked: string[] = [];
  const analyse = async (_: Ctx, id: string) => {
    asked.push(id);
    if (asked.length === 1) throw new Error("a broken paper");
  };
  await expect(analyseDue(systemCtx("test"), 50, analyse)).rejects.toThrow("a broken paper");
  expect(asked).toEqual(expect.arrayContaining(made.map((one) => one.exam.id)));
});

it("a second attempt of the same student is not shown as whom the first is most like", async () => {
  const exam = await makeExam(db.owner, college.id, { status: "CLOSED", frozen: true, questions: 6 });
  const wrong = exam.questions.map((question) => (question.key + 1) % 4);
  const first = await makeAttempt(db.owner, exam, 0, { picks: wrong });
  await db.owner.query("update public.exam set max_attempts = 2 where id = $1", [exam.id]);
  await db.owner.query("update public.student_exam_attempt set attempt_no = 2 where id = $1", [first]);
  await makeAttempt(db.owner, exam, 0, { picks: wrong });
  expect(await mostAlike({ ctx: ana, input: { attemptId: first } })).toBeNull();
  const other = await makeAttempt(db.owner, exam, 1, { picks: [wrong[0]!, null, null, null, null, null] });
  expect(await mostAlike({ ctx: ana, input: { attemptId: first } })).toMatchObject({ eeic: 1, other: { attemptId: other } });
});

it("who teaches the class does not review it, however their address is written there", async () => {
  const { exam, review } = await queued();
  const teacher = newId();
  await db.owner.query('insert into public."user" (id, college_id, name, email, role) values ($1, $2, $3, $4, $5)', [
    teacher,
    college.id,
    "Cleo",
    cleo.actor.email!.toUpperCase(),
    "TEACHER",
  ]);
  await db.owner.query(
    "insert into public.teacher_class_assignment (id, college_id, user_id, class_id) values ($1, $2, $3, $4)",
    [newId(), college.id, teacher, exam.classId],
  );
  await expect(claimReview({ ctx: cleo, input: { reviewId: review } })).rejects.toThrow(/You teach this class/);
});

it("an accommodation that is written, changed or removed anywhere has its student's attempts scored again", async () => {
  const { exam, attempt } = await queued();
  const elsewhere = await queued();
  const waits = async () => {
    const { rows } = await db.owner.query<{ id: string }>(
      "update public.student_exam_attempt set needs_scoring = false where id = any($1) and needs_scoring returning id",
      [[attempt, elsewhere.attempt]],
    );
    return rows.map((row) => row.id);
  };
  await waits();
  const key = { id: newId(), collegeId: college.id };
  const write = (run: (prisma: Tx["prisma"]) => Promise<unknown>) => withScope(manager, (ctx) => run(ctx.tx.prisma));
  await write((prisma) =>
    prisma.accommodation.create({
      data: { ...key, userId: exam.students[0]!, ignoredSignals: ["GAZE_AWAY"], reason: "Low sight" },
    }),
  );
  expect(await waits()).toEqual([attempt]);
  await write((prisma) => prisma.accommodation.update({ where: { id_collegeId: key }, data: { ignoredSignals: ["SPEECH"] } }));
  expect(await waits()).toEqual([attempt]);
  await write((prisma) => prisma.accommodation.update({ where: { id_collegeId: key }, data: { examId: elsewhere.exam.id } }));
  expect(await waits()).toEqual([attempt]);
  await write((prisma) => prisma.accommodation.update({ where: { id_collegeId: key }, data: { examId: exam.id } }));
  await waits();
  await write((prisma) => prisma.accommodation.delete({ where: { id_collegeId: key } }));
  expect(await waits()).toEqual([attempt]);
});

describe("appeals", () => {
  async function appealed() {
    const { exam, attempt, review } = await queued();
    for (const ctx of [ana, ben]) {
      await claimReview({ ctx, input: { reviewId: review } });
      await decideReview({ ctx, input: { reviewId: review, decision: "VIOLATION", note: NOTE } });
    }
    const { id } = await fileAppeal({ ctx: manager, input: { reviewId: review, statement: "A sentence that is long enough." } });
    return { exam, attempt, review, id };
  }

  it("are not offered to who knows the student", async () => {
    const { review, id } = await appealed();
    const offered = async () => (await listAppeals({ ctx: cleo, input: {} })).find((one) => one.id === id)!.barred;
    expect(await offered()).toBe(false);
    await declareConflict({ ctx: cleo, input: { reviewId: review, reason: "A neighbour" } });
    expect(await offered()).toBe(true);
  });

  it("that were decided are shown newest first", async () => {
    const first = await appealed();
    const second = await appealed();
    for (const [index, one] of [first, second].entries())
      await withdrawAppeal({ ctx: later(manager, index), input: { appealId: one.id, reason: "The student withdrew" } });
    const shown = (await listAppeals({ ctx: manager, input: { status: "DECIDED" } })).map((one) => one.id);
    expect(shown.indexOf(second.id)).toBeLessThan(shown.indexOf(first.id));
  });
});

it("an accommodation that had ended before the attempt is not said to be one of it", async () => {
  const { exam, attempt } = await queued();
  await db.owner.query(
    "insert into public.accommodation (id, college_id, user_id, extra_percent, reason, valid_until) values ($1, $2, $3, 25, 'A broken arm', current_date - 30), ($4, $2, $3, 10, 'Low sight', null)",
    [newId(), college.id, exam.students[0], newId()],
  );
  const { accommodations } = await attemptDossier({ ctx: ana, input: { attemptId: attempt } });
  expect(accommodations.map((accommodation) => accommodation.extra_percent)).toEqual([10]);
});

it("a weight for a signal that is never scored changes nothing and breaks nothing", async () => {
  const { exam } = await queued();
  await setWeights({
    ctx: manager,
    input: { examId: exam.id, threshold: 40, points: { HEARTBEAT: 5, NOT_A_SIGNAL: 5, PASTE: 7 } },
  });
  const { rows } = await db.owner.query("select integrity_weights as weights from public.exam where id = $1", [exam.id]);
  expect(rows).toEqual([{ weights: { PASTE: { points: 7 } } }]);
});
