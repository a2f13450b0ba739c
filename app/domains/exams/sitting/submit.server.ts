import type { Ctx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict } from "~/platform/errors.ts";
import { isOpenAttempt } from "../machine.ts";
import { asClient, findSitting, standingOf } from "./sitting.server.ts";

/** The student hands in. Sent twice, it was handed in once; a paused attempt has to go on first. */
export const submitAttempt = ({ ctx, input }: { ctx: Ctx; input: { attemptId: string } }) =>
  asClient("sitting.submit", ctx, async (inner) => {
    const sitting = await findSitting(inner, input.attemptId, true);
    const now = inner.clock.now();
    if (sitting.state === "PAUSED" || sitting.state === "LOCKED")
      throw new Conflict("This attempt is paused. Submit it once it is resumed", { code: "paused" });
    if (!isOpenAttempt(sitting.state)) {
      if (sitting.state === "SUBMITTED" || sitting.state === "GRADED") return standingOf(sitting, now);
      throw new Conflict("This attempt has ended already, with the answers that were saved", { code: "ended" });
    }
    await execute(
      inner.tx,
      sql`update public.student_exam_attempt
          set state = 'SUBMITTED', is_completed = true,
              ended_at = greatest(started_at, least(${now}, ${sitting.deadline_at}::timestamptz)),
              last_seen_at = ${now}, updated_at = ${now}
          where id = ${sitting.id} and college_id = ${sitting.college_id}`,
    );
    return standingOf({ ...sitting, state: "SUBMITTED" }, now);
  });
