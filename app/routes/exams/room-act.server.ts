import type { Form } from "~/access/page.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { SEAT_STATES, type SeatState } from "~/domains/exams/live/seat.ts";
import { closeHand } from "~/domains/exams/room/close-hand.server.ts";
import { handOver } from "~/domains/exams/room/hand-over.server.ts";
import { pauseAttempts, resumeAttempts } from "~/domains/exams/room/pause.server.ts";
import { sendMessage } from "~/domains/exams/room/send-message.server.ts";
import { plural } from "~/platform/format.ts";
import { isUuid } from "~/platform/ids.ts";

type Work = { ctx: Ctx; form: Form; examId: string };

const skippedOf = (skipped: number) => (skipped > 0 ? ` ${plural(skipped, "attempt")} had ended or changed already.` : "");

async function message({ ctx, form, examId }: Work): Promise<string> {
  const state = form.get("messageState") as SeatState;
  const attemptIds = form.all("attempt");
  const selection = form.get("intent") === "message";
  const { recipients } = await sendMessage({
    ctx,
    input: {
      examId,
      id: isUuid(form.get("messageId")) ? form.get("messageId") : undefined,
      text: form.get("messageText"),
      to: selection
        ? { audience: "SELECTION", attemptIds }
        : SEAT_STATES.includes(state)
          ? { audience: "FILTER", state }
          : { audience: "EVERYONE" },
    },
  });
  return `Message sent to ${plural(recipients, "student")}.`;
}

async function stop({ ctx, form, examId }: Work, how: "PAUSED" | "LOCKED"): Promise<string> {
  const input = { examId, attemptIds: form.all("attempt"), how, reason: form.get("reason") };
  const { stopped, skipped } = await pauseAttempts({ ctx, input });
  return `${plural(stopped, "attempt")} ${how === "PAUSED" ? "paused" : "locked"}: the clock is stopped.${skippedOf(skipped)}`;
}

async function resume({ ctx, form, examId }: Work): Promise<string> {
  const input = { examId, attemptIds: form.all("attempt"), reason: form.get("reason") };
  const { resumed, skipped } = await resumeAttempts({ ctx, input });
  return `${plural(resumed, "attempt")} resumed, with the lost time given back.${skippedOf(skipped)}`;
}

const ACTS: Record<string, (work: Work) => Promise<string>> = {
  message,
  "message-state": message,
  pause: (work) => stop(work, "PAUSED"),
  lock: (work) => stop(work, "LOCKED"),
  resume,
  "answer-hand": async ({ ctx, form, examId }) => {
    const input = { examId, handId: form.get("handId"), answer: form.get("answer") };
    const { answered } = await closeHand({ ctx, input });
    return answered ? "Answered." : "Closed.";
  },
  "hand-over": async ({ ctx, form, examId }) => {
    await handOver({ ctx, input: { examId, note: form.get("note") } });
    return "The handover is in the minutes of the room.";
  },
};

/** What a proctor does to a room, from the board and from a student's page; null where another act was asked for. */
export async function roomAct(work: Work): Promise<string | null> {
  const act = ACTS[work.form.get("intent")];
  return act ? act(work) : null;
}
