import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import { execute, one } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import { NotFound } from "~/platform/errors.ts";
import { MAX_POINTS, weightsOf } from "./score.ts";

const stored = z.object({
  id: z.string(),
  college_id: z.string(),
  title: z.string(),
  weights: z.unknown(),
  threshold: z.number(),
});

const weight = z.coerce
  .number({ message: "Enter a number" })
  .int("A whole number")
  .min(0, "At least 0")
  .max(MAX_POINTS, `At most ${MAX_POINTS}`);

export const examWeights = read({
  name: "integrity.weights",
  permission: "exams.read",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await one(
      ctx.tx,
      sql`select id, college_id, title, integrity_weights as weights, review_threshold as threshold from public.exam where id = ${input.examId} and deleted_at is null`,
      stored,
    );
    if (!exam) throw new NotFound("There is no such exam");
    return { threshold: exam.threshold, weights: weightsOf(exam.weights), changed: exam.weights !== null };
  },
});

/** At any time: the exam's attempts are scored anew in the background. */
export const setWeights = mutation({
  name: "integrity.set_weights",
  permission: "exams.author",
  input: z.object({
    examId: z.uuid(),
    threshold: z.coerce.number({ message: "Enter a number" }).int("A whole number").min(1, "At least 1").max(100, "At most 100"),
    points: z.record(z.string(), weight),
  }),
  async run({ ctx, input }) {
    const exam = await one(
      ctx.tx,
      sql`select id, college_id, title, integrity_weights as weights, review_threshold as threshold from public.exam
          where id = ${input.examId} and deleted_at is null for update`,
      stored,
    );
    if (!exam) throw new NotFound("There is no such exam");
    const was = weightsOf(exam.weights);
    // Only what differs from the default is kept, so that a default may change; what is never scored has none.
    const standard = weightsOf(null);
    const own: Record<string, { points: number }> = {};
    for (const [type, points] of Object.entries(input.points))
      if (standard[type] && standard[type].points !== points) own[type] = { points };
    await execute(
      ctx.tx,
      sql`update public.exam set integrity_weights = ${Object.keys(own).length > 0 ? JSON.stringify(own) : null}::jsonb, review_threshold = ${input.threshold}, updated_at = ${ctx.clock.now()}
          where id = ${exam.id} and college_id = ${exam.college_id}`,
    );
    const now = weightsOf(own);
    const changed = (weights: typeof was) =>
      Object.fromEntries(
        Object.keys(weights)
          .filter((type) => was[type]!.points !== now[type]!.points)
          .map((type) => [type, weights[type]!.points]),
      );
    await record(ctx, {
      action: "integrity.set_weights",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      before: { threshold: exam.threshold, ...changed(was) },
      after: { threshold: input.threshold, ...changed(now) },
    });
    const job = await enqueue(ctx, {
      kind: "integrity.rescore",
      title: `Scoring ${exam.title} anew`,
      input: { examId: exam.id },
      collegeId: exam.college_id,
      permission: "integrity.read",
    });
    return { job };
  },
});
