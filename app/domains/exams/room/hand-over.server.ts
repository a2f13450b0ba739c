import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { findExam } from "../exam-row.server.ts";
import { noteEvent } from "./event.server.ts";

/** What the next proctor must know, kept in the minutes of the room. */
export const handOver = mutation({
  name: "exam.hand_over",
  permission: "exams.operate",
  input: z.object({
    examId: z.uuid(),
    note: z.string().trim().min(3, "Say what the next proctor must know").max(2000, "At most 2,000 characters"),
  }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    await noteEvent(ctx, { exam, kind: "HANDOVER", details: { note: input.note } });
    await record(ctx, {
      action: "exam.hand_over",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { note: input.note },
    });
  },
});
