import { z } from "zod";
import type { Ctx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { isOpenAttempt } from "../machine.ts";
import { noteEvent } from "../room/event.server.ts";
import { asClient, findSitting } from "./sitting.server.ts";

export const handInput = z.discriminatedUnion("action", [
  z.object({ action: z.literal("raise") }),
  z.object({ action: z.literal("lower") }),
  z.object({
    action: z.literal("problem"),
    text: z.string().trim().min(3, "Say what the problem is").max(1000, "At most 1,000 characters"),
  }),
]);

type Hand = { ctx: Ctx; input: { attemptId: string } & z.output<typeof handInput> };

/**
 * Raises a hand, reports a problem, or takes both back. One hand and one problem are open at a time, whoever presses how often:
 * a problem that is reported again has the newer words.
 */
export const changeHand = ({ ctx, input }: Hand) =>
  asClient("sitting.hand", ctx, async (inner) => {
    const sitting = await findSitting(inner, input.attemptId, true);
    const exam = { id: sitting.exam_id, college_id: sitting.college_id };
    const now = inner.clock.now();
    if (input.action === "lower") {
      const lowered = await rows(
        inner.tx,
        sql`update public.room_hand
            set state = 'LOWERED', closed_at = ${now}, updated_at = ${now}
            where attempt_id = ${sitting.id} and college_id = ${sitting.college_id} and state = 'OPEN'
            returning id, kind`,
        z.object({ id: z.string(), kind: z.string() }),
      );
      if (lowered.length > 0) await noteEvent(inner, { exam, kind: "LOWERED", attemptId: sitting.id, details: {} });
      return { open: false, id: null };
    }
    if (!isOpenAttempt(sitting.state)) throw new Conflict("This attempt has ended. Ask in the room");
    const kind = input.action === "problem" ? "PROBLEM" : "HAND";
    const text = input.action === "problem" ? input.text : null;
    const hand = (await firstRow(
      inner.tx,
      sql`insert into public.room_hand (id, college_id, exam_id, attempt_id, kind, text, raised_at, updated_at)
          values (
            ${newId(now.getTime())}, ${sitting.college_id}, ${sitting.exam_id}, ${sitting.id}, ${kind}, ${text},
            ${now}, ${now}
          )
          on conflict (college_id, attempt_id, kind)
          where state = 'OPEN' do update
          set text = coalesce(excluded.text, room_hand.text), updated_at = excluded.updated_at
          returning id, (xmax = 0) as fresh`,
      z.object({ id: z.string(), fresh: z.boolean() }),
    ))!;
    if (hand.fresh || text)
      await noteEvent(inner, { exam, kind: "RAISED", attemptId: sitting.id, details: { handId: hand.id, kind, text } });
    return { open: true, id: hand.id };
  });
