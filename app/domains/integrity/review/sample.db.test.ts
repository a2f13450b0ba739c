import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, makeReview, makeSignal } from "../../../../tests/fixtures/exam.ts";
import { makeReviewers } from "../../../../tests/fixtures/reviewers.ts";
import { systemCtx } from "../../../access/ctx.server.ts";
import type { Ctx } from "../../../db/ctx.ts";
import { analyseExam } from "../evidence/analyse-exam.server.ts";
import { rescoreExam, scorePending } from "../score/rescore.server.ts";
import { scorecards, signalRates } from "../scorecard/scorecard.server.ts";
import { wilson } from "../scorecard/wilson.ts";
import { claimNext, claimReview } from "./claim.server.ts";
import { decideReview } from "./decide.server.ts";
import { attemptDossier } from "./dossier.server.ts";
import { drawSample } from "./draw-sample.server.ts";
import { reviewQueue } from "./queue.server.ts";

const db = testDatabase();
const system = systemCtx("test");
let college: { id: string };
let ana: Ctx;
beforeAll(async () => {
  ({ college, ana } = await makeReviewers(db));
});

const at = (minute: number) => new Date(Date.now() - (20 - minute) * 60_000);
const decide = async (ctx: Ctx, reviewId: string, decision: "VIOLATION" | "CLEARED" | "INCONCLUSIVE") => {
  await claimReview({ ctx, input: { reviewId } });
  await decideReview({ ctx, input: { reviewId, decision, note: "A sentence that a committee can read." } });
};

describe("attempts drawn at random", () => {
  it("are of the tenant's share, wait for nobody, and reach a reviewer who does not see which they are", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED", students: 40 });
    const attempts: string[] = [];
    for (let s = 0; s < 40; s++) attempts.push(await makeAttempt(db.owner, exam, s, { picks: [0, 1, 2, 3] }));
    await analyseExam(system, exam.id);
    await scorePending(system);
    expect(await drawSample(system)).toBe(0);
    await db.owner.query("update public.college set review_sample_percent = 20 where id = $1", [college.id]);
    const due = attempts.filter((id) => Number.parseInt(id.slice(-6), 16) % 10_000 < 2000);
    expect(await drawSample(system)).toBe(due.length);
    expect(await drawSample(system)).toBe(0);
    const { rows } = await db.owner.query<{ id: string; attempt: string; withholds: boolean }>(
      "select id, attempt_id as attempt, withholds from public.review where college_id = $1 and sampled order by attempt_id",
      [college.id],
    );
    expect(rows.map((row) => row.attempt)).toEqual([...due].sort());
    expect(rows.every((row) => !row.withholds)).toBe(true);
    if (due.length === 0) return;
    // Two kinds of evidence below the line: still nothing waits, and scoring again takes it out of nothing.
    for (let i = 0; i < 2; i++) await makeSignal(db.owner, exam, due[0]!, "PASTE", at(i));
    await makeSignal(db.owner, exam, due[0]!, "SEVERAL_FACES", at(3));
    await rescoreExam(system, exam.id);
    const kept = await db.owner.query("select state, withholds, score from public.review where attempt_id = $1", [due[0]]);
    expect(kept.rows).toEqual([{ state: "QUEUED", withholds: false, score: 18 }]);
    expect((await reviewQueue({ ctx: ana, input: {} })).rows).toEqual([]);
    const next = await claimNext({ ctx: ana, input: {} });
    expect(due).toContain(next.attemptId);
    const dossier = await attemptDossier({ ctx: ana, input: { attemptId: next.attemptId } });
    expect(dossier.pointsHidden).toBe(true);
    expect(dossier.review).not.toHaveProperty("sampled", true);
    expect(JSON.stringify(dossier)).not.toMatch(/"sampled"/);
  });

  it("become reviews like any other when something flags them", async () => {
    const exam = await makeExam(db.owner, college.id, { status: "CLOSED", students: 1 });
    const attempt = await makeAttempt(db.owner, exam, 0);
    const review = await makeReview(db.owner, exam, attempt, 0, []);
    await db.owner.query("update public.review set sampled = true where id = $1", [review]);
    for (let i = 0; i < 4; i++) await makeSignal(db.owner, exam, attempt, "PASTE", at(i));
    for (let i = 0; i < 2; i++) await makeSignal(db.owner, exam, attempt, "PHONE", at(i));
    await rescoreExam(system, exam.id);
    const { rows } = await db.owner.query("select sampled, withholds, score from public.review where id = $1", [review]);
    expect(rows).toEqual([{ sampled: false, withholds: true, score: 50 }]);
  });
});

describe("the scorecard", () => {
  it("counts how often a signal was wrong: cleared, disagreed with, in the sample, and with accommodations apart", async () => {
    const { college: other, ana, ben, cleo } = await makeReviewers(db);
    const exam = await makeExam(db.owner, other.id, { status: "CLOSED", students: 6 });
    const make = async (student: number, reasons: { signal: string; count: number; points: number }[], sampled = false) => {
      const attempt = await makeAttempt(db.owner, exam, student);
      const review = await makeReview(db.owner, exam, attempt, sampled ? 4 : 50, reasons);
      if (sampled) await db.owner.query("update public.review set sampled = true, withholds = false where id = $1", [review]);
      return review;
    };
    const paste = { signal: "PASTE", count: 4, points: 20 };
    const phone = { signal: "PHONE", count: 2, points: 30 };
    await decide(ana, await make(0, [paste, phone]), "CLEARED");
    await decide(ana, await make(1, [paste]), "INCONCLUSIVE");
    const stands = await make(2, [paste, phone]);
    await decide(ana, stands, "VIOLATION");
    await decide(ben, stands, "VIOLATION");
    const disputed = await make(3, [phone, { signal: "SPEECH", count: 1, points: 0 }]);
    await decide(ana, disputed, "VIOLATION");
    await decide(ben, disputed, "CLEARED");
    await decide(cleo, disputed, "CLEARED");
    await decide(ben, await make(4, [paste], true), "CLEARED");
    await make(5, [paste]);
    await db.owner.query(
      "insert into public.accommodation (id, college_id, user_id, extra_percent, reason) values (gen_random_uuid(), $1, $2, 25, 'reader')",
      [other.id, exam.students[0]],
    );
    const [card, ...rest] = await scorecards({ ctx: ana, input: {} });
    expect(rest).toEqual([]);
    const of = (list: typeof card.all, signal: string | null) => {
      const score = list.find((score) => score.signal === signal)!;
      return [
        score.wrong.n,
        score.wrong.of,
        score.unclear,
        score.disagreed.n,
        score.disagreed.of,
        score.sampleCleared.n,
        score.missed.of,
      ];
    };
    expect(of(card!.all, null)).toEqual([2, 4, 1, 1, 2, 1, 1]);
    expect(of(card!.all, "PASTE")).toEqual([1, 3, 1, 0, 1, 1, 1]);
    expect(of(card!.all, "PHONE")).toEqual([2, 3, 0, 1, 2, 0, 0]);
    expect(card!.all.some((score) => score.signal === "SPEECH")).toBe(false);
    expect(of(card!.accommodated, "PHONE")).toEqual([1, 1, 0, 0, 0, 0, 0]);
    expect(card!.all[0]!.wrong.low).toBeCloseTo(0.15, 2);
    // Beside the signals of any attempt of this tenant, and of no other's.
    const { rows } = await db.owner.query<{ id: string }>(
      "select id from public.student_exam_attempt where exam_id = $1 limit 1",
      [exam.id],
    );
    const rates = (ctx: Ctx) => signalRates({ ctx, input: { attemptId: rows[0]!.id } });
    expect(await rates(ana)).toEqual({ PASTE: wilson(1, 3), PHONE: wilson(2, 3) });
    expect(await rates(ctxFor(await makeStaff(db.owner, "PROCTOR", [college.id]), inTenants(college.id)))).toEqual({});
  });
});
