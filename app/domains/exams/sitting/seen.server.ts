import { z } from "zod";
import type { Ctx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { asClient, findSitting } from "./sitting.server.ts";

/** The student has read it. Said twice, the first time stays. */
export const markSeen = ({ ctx, input }: { ctx: Ctx; input: { attemptId: string; messageId: string } }) =>
  asClient("sitting.seen", ctx, async (inner) => {
    const sitting = await findSitting(inner, input.attemptId);
    const now = inner.clock.now();
    const receipt = await firstRow(
      inner.tx,
      sql`update public.room_message_recipient
          set seen_at = coalesce(seen_at, ${now}), delivered_at = coalesce(delivered_at, ${now}), updated_at = ${now}
          where college_id = ${sitting.college_id} and message_id = ${input.messageId} and user_id = ${sitting.user_id}
            and exam_id = ${sitting.exam_id}
          returning seen_at`,
      z.object({ seen_at: z.date() }),
    );
    if (!receipt) throw new NotFound("This message was not sent to this student");
    return { seenAt: receipt.seen_at.toISOString() };
  });
