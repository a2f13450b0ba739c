import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, NotFound } from "~/platform/errors.ts";
import { findExam } from "../exam-row.server.ts";
import { deliver } from "./deliver.server.ts";
import { noteEvent } from "./event.server.ts";

/** A hand is answered with a message to that student, or closed because someone went there. The first of two proctors does it. */
export const closeHand = mutation({
  name: "exam.close_hand",
  permission: "exams.operate",
  input: z.object({
    examId: z.uuid(),
    handId: z.uuid(),
    answer: z.string().trim().max(2000, "At most 2,000 characters").default(""),
  }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    const now = ctx.clock.now();
    const state = input.answer ? "ANSWERED" : "CLOSED";
    const hand = await firstRow(
      ctx.tx,
      sql`update public.room_hand h
          set state = ${state}, closed_at = ${now}, closed_by = ${ctx.actor.id}, closed_by_name = ${ctx.actor.name},
              answer = ${input.answer || null}, updated_at = ${now}
          from public.student_exam_attempt a
          where h.id = ${input.handId}
            and h.college_id = ${exam.college_id}
            and h.exam_id = ${exam.id}
            and h.state = 'OPEN'
            and a.id = h.attempt_id
            and a.college_id = h.college_id
          returning h.attempt_id, h.kind, a.user_id`,
      z.object({ attempt_id: z.string(), kind: z.string(), user_id: z.string() }),
    );
    if (!hand) {
      const known = await firstRow(
        ctx.tx,
        sql`select state from public.room_hand
            where id = ${input.handId} and college_id = ${exam.college_id} and exam_id = ${exam.id}`,
        z.object({ state: z.string() }),
      );
      if (!known) throw new NotFound("This exam has no such hand");
      throw new Conflict(
        known.state === "LOWERED"
          ? "The student has lowered the hand. Nothing was sent"
          : "Someone else was first: this is answered already. Nothing was sent",
      );
    }
    const details = { handId: input.handId, kind: hand.kind, answer: input.answer || null };
    await noteEvent(ctx, { exam, kind: input.answer ? "ANSWERED" : "DISMISSED", attemptId: hand.attempt_id, details });
    if (input.answer)
      await deliver(ctx, exam, { text: input.answer, audience: "SELECTION", userIds: [hand.user_id], answersHand: input.handId });
    await record(ctx, {
      action: "exam.close_hand",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { hand: input.handId, attempt: hand.attempt_id, kind: hand.kind, answer: input.answer || null },
    });
    return { answered: input.answer !== "" };
  },
});
