import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { lockExam } from "~/domains/exams/exam-row.server.ts";
import { keysAreOpen } from "~/domains/exams/machine.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import { Conflict } from "~/platform/errors.ts";

/** Asks for statistics and evidence of an exam now, instead of at the next round. */
export const requestAnalysis = mutation({
  name: "integrity.request_analysis",
  permission: "exams.operate",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    if (!keysAreOpen(exam.status)) throw new Conflict("Answers are analysed after an exam has closed");
    const job = await enqueue(ctx, {
      kind: "integrity.analyse",
      title: `Analysing the answers of ${exam.title}`,
      input: { examId: exam.id },
      collegeId: exam.college_id,
      permission: "integrity.read",
    });
    await record(ctx, {
      action: "integrity.request_analysis",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { job },
    });
    return { job };
  },
});
