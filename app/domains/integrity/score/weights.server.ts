import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import { setReviewRules } from "~/domains/exams/authoring/review-rules.server.ts";
import { findExam, lockExam } from "~/domains/exams/exam-row.server.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import { MAX_POINTS, weightsOf } from "./score.ts";

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
    const exam = await findExam(ctx, input.examId);
    return {
      threshold: exam.review_threshold,
      weights: weightsOf(exam.integrity_weights),
      changed: exam.integrity_weights !== null,
    };
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
    const exam = await lockExam(ctx, input.examId);
    const was = weightsOf(exam.integrity_weights);
    // Only what differs from the default is kept, so that a default may change; what is never scored has none.
    const standard = weightsOf(null);
    const own: Record<string, { points: number }> = {};
    for (const [type, points] of Object.entries(input.points))
      if (standard[type] && standard[type].points !== points) own[type] = { points };
    await setReviewRules(ctx, exam, { threshold: input.threshold, weights: Object.keys(own).length > 0 ? own : null });
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
      before: { threshold: exam.review_threshold, ...changed(was) },
      after: { threshold: input.threshold, ...changed(now) },
    });
    const job = await enqueue(ctx, {
      kind: "integrity.rescore",
      title: `Rescoring ${exam.title}`,
      input: { examId: exam.id },
      collegeId: exam.college_id,
      permission: "integrity.read",
    });
    return { job };
  },
});
