import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { Conflict, Invalid } from "~/platform/errors.ts";
import { findExam } from "../exam-row.server.ts";
import { readSeats, type Seat } from "../live/read-seats.server.ts";
import { SEAT_STATES } from "../live/seat.ts";
import { deliver } from "./deliver.server.ts";

const input = z.object({
  examId: z.uuid(),
  /** Given by the form that sends it: the same message sent twice is sent once. */
  id: z.uuid().optional(),
  text: z.string().trim().min(1, "Write a message").max(2000, "At most 2,000 characters"),
  to: z.discriminatedUnion("audience", [
    z.object({ audience: z.literal("EVERYONE") }),
    z.object({ audience: z.literal("FILTER"), state: z.enum(SEAT_STATES) }),
    z.object({
      audience: z.literal("SELECTION"),
      attemptIds: z.array(z.uuid()).min(1, "Select at least one student").max(20_000),
    }),
  ]),
});

type To = z.output<typeof input>["to"];

/** Whoever has ended has left: there is nobody who could read it. */
const present = (seat: Seat) => seat.state !== "submitted" && seat.state !== "expired";

function isMeant(seat: Seat, to: To): boolean {
  if (!present(seat)) return false;
  if (to.audience === "EVERYONE") return true;
  if (to.audience === "FILTER") return seat.state === to.state;
  return seat.attempt_id !== null && to.attemptIds.includes(seat.attempt_id);
}

/** To everyone, to all in one state, or to a selection. Who has not started yet gets it when they start. */
export const sendMessage = mutation({
  name: "exam.send_message",
  permission: "exams.operate",
  input,
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    if (exam.status !== "LIVE" && exam.status !== "SCHEDULED")
      throw new Conflict("Messages are sent before and during an exam. This one is over");
    const { seats } = await readSeats(ctx, exam);
    const userIds = seats.filter((seat) => isMeant(seat, input.to)).map((seat) => seat.user_id);
    if (userIds.length === 0) throw new Invalid("No student would get this message: they have all left the exam");
    const filter = input.to.audience === "FILTER" ? input.to.state : null;
    const id = await deliver(ctx, exam, { id: input.id, text: input.text, audience: input.to.audience, filter, userIds });
    await record(ctx, {
      action: "exam.send_message",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { message: id, text: input.text, audience: input.to.audience, filter, recipients: userIds.length },
    });
    return { id, recipients: userIds.length };
  },
});
