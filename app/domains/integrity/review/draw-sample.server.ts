import { z } from "zod";
import { measure } from "~/access/measure.server.ts";
import { record } from "~/access/verb.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { withRetry } from "~/db/retry.ts";
import { withScope } from "~/db/scope.server.ts";
import { groupBy } from "~/platform/group.ts";
import { queueSample } from "../score/rescore.server.ts";

const MOST = 200;
const DAYS = 30;

/**
 * Puts a share of the attempts that nothing flagged into the queue, as their tenant has set it. Which ones follows from the
 * attempt's id alone, so nobody chooses. Only attempts whose exam was analysed: what nothing flagged is known then.
 */
export async function drawSample(ctx: Ctx): Promise<number> {
  return measure("integrity.draw_sample", ctx, () =>
    withRetry("write", () =>
      withScope(ctx, async (inner) => {
        const now = inner.clock.now();
        const due = await rows(
          inner.tx,
          sql`select a.id, a.college_id
              from public.college c
                join public.exam e on e.college_id = c.id
                join public.exam_analysis n on n.exam_id = e.id
                  and n.college_id = e.college_id
                  and n.kind = 'EVIDENCE'
                join public.student_exam_attempt a on a.exam_id = e.id and a.college_id = e.college_id
              where c.review_sample_percent > 0
                and e.status in ('CLOSED', 'GRADED', 'PUBLISHED')
                and e.deleted_at is null
                and e.end_time > ${new Date(now.getTime() - DAYS * 86_400_000)}
                and a.state not in ('IN_PROGRESS', 'PAUSED', 'LOCKED')
                and a.review_state = 'NONE'
                and not a.needs_scoring
                and ('x' || right(a.id::text, 6))::bit(24)::int % 10000 < c.review_sample_percent * 100
              order by a.id
              limit ${MOST}
              for no key update of a skip locked`,
          z.object({ id: z.string(), college_id: z.string() }),
        );
        const drawn = await queueSample(
          inner,
          due.map((row) => row.id),
        );
        for (const [college, list] of groupBy(due, (row) => row.college_id))
          await record(inner, {
            action: "integrity.draw_sample",
            resource: "college",
            resourceId: college,
            collegeId: college,
            details: { attempts: list.length },
          });
        return drawn;
      }),
    ),
  );
}
