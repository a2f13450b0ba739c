import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { findExam } from "../exam-row.server.ts";

/** Whether this person may follow this room now, and whose it is. */
export const followRoom = read({
  name: "exam.follow_room",
  permission: "exams.live",
  on: "primary",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    return { examId: exam.id, collegeId: exam.college_id };
  },
});
