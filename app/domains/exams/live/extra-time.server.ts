import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { plural } from "~/platform/format.ts";
import { Conflict } from "~/platform/errors.ts";
import { holdExam } from "../exam-row.server.ts";

const open = z.object({ id: z.string(), extra_seconds: z.number() });

/**
 * Minutes for one, many or all who are still writing. `seen` is the extra time each had when the proctor decided: if
 * somebody else has given some since, nothing is given, so that two people who act at once do not give twice.
 */
export const giveExtraTime = mutation({
  name: "exam.extra_time",
  permission: "exams.operate",
  input: z
    .object({
      examId: z.uuid(),
      attemptIds: z.union([z.literal("all"), z.array(z.uuid()).min(1, "Select at least one student").max(20_000)]),
      minutes: z.coerce.number().int("Whole minutes").min(1, "At least one minute").max(240, "At most 240 minutes"),
      /** Minutes for a student or two are given in passing, and the log knows for whom; time for everybody is explained. */
      reason: z.string().trim().max(500, "At most 500 characters").default(""),
      seen: z.record(z.string(), z.number()).optional(),
    })
    .refine((input) => input.attemptIds !== "all" || input.reason.length >= 3, { path: ["reason"], message: "Say why" }),
  async run({ ctx, input }) {
    const exam = await holdExam(ctx, input.examId);
    if (exam.status !== "LIVE" && exam.status !== "SCHEDULED") throw new Conflict("Extra time is given while an exam is live");
    const writing = await rows(
      ctx.tx,
      sql`select id, extra_seconds from public.student_exam_attempt
          where exam_id = ${exam.id} and college_id = ${exam.college_id} and state = 'IN_PROGRESS'
            and (${input.attemptIds === "all"} or id = any(${input.attemptIds === "all" ? [] : input.attemptIds}::uuid[]))
          order by id for no key update`,
      open,
    );
    if (writing.length === 0) throw new Conflict("Nobody of these is still writing");
    const changed = writing.filter((attempt) => {
      const was = input.seen?.[attempt.id];
      return was !== undefined && was !== attempt.extra_seconds;
    });
    if (changed.length > 0)
      throw new Conflict(
        `Somebody else has just given extra time to ${plural(changed.length, "of these students", "of these students")}. Look again, then decide`,
      );
    const now = ctx.clock.now();
    await execute(
      ctx.tx,
      sql`update public.student_exam_attempt
          set extra_seconds = extra_seconds + ${input.minutes * 60}, updated_at = ${now},
              deadline_at = coalesce(deadline_at, ${exam.end_time}) + ${input.minutes} * interval '1 minute'
          where college_id = ${exam.college_id} and id = any(${writing.map((attempt) => attempt.id)}::uuid[])`,
    );
    await record(ctx, {
      action: "exam.extra_time",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      reason: input.reason || null,
      details: {
        minutes: input.minutes,
        attempts: writing.length,
        all: input.attemptIds === "all",
        ...(writing.length <= 50 ? { attemptIds: writing.map((attempt) => attempt.id) } : {}),
      },
    });
    return { given: writing.length, minutes: input.minutes };
  },
});
