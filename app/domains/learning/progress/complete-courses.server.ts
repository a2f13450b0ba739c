import type { TxCtx } from "~/db/ctx.ts";
import { completeLearningPart } from "~/domains/enrollments/complete-learning.server.ts";
import { issueByRule } from "../certificates/issue-by-rule.server.ts";
import type { CompletedCourse } from "./lessons.server.ts";

/** What follows from a completed course, in the transaction that completed it: the enrollment's part and the certificate. */
export async function completeCourses(ctx: TxCtx, collegeId: string, completed: readonly CompletedCourse[]): Promise<void> {
  if (completed.length === 0) return;
  await completeLearningPart(ctx, collegeId, completed);
  await issueByRule(ctx, collegeId, completed);
}
