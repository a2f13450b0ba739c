import { z } from "zod";
import { mutation } from "~/access/verb.server.ts";
import { Conflict } from "~/platform/errors.ts";
import { holdExam } from "../exam-row.server.ts";
import { addTime } from "./add-time.server.ts";

export const minutes = z.coerce.number().int("Enter whole minutes").min(1, "At least one minute").max(240, "At most 240 minutes");

/**
 * Minutes for one, many or all who are still writing. `seen` is the extra time each had when the proctor decided: if
 * someone else has given some since, nothing is given, so that two people who act at once do not give twice.
 */
export const giveExtraTime = mutation({
  name: "exam.extra_time",
  permission: "exams.operate",
  input: z
    .object({
      examId: z.uuid(),
      attemptIds: z.union([z.literal("all"), z.array(z.uuid()).min(1, "Select at least one student").max(20_000)]),
      minutes,
      /** Minutes for a student or two are given in passing, and the log knows for whom; time for everyone is explained. */
      reason: z.string().trim().max(500, "At most 500 characters").default(""),
      seen: z.record(z.string(), z.number()).optional(),
    })
    .refine((input) => input.attemptIds !== "all" || input.reason.length >= 3, { path: ["reason"], message: "Enter a reason" }),
  async run({ ctx, input }) {
    const exam = await holdExam(ctx, input.examId);
    const given = await addTime(ctx, exam, input);
    if (given === 0) throw new Conflict("None of these students is still writing");
    return { given, minutes: input.minutes };
  },
});
