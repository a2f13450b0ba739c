import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { record } from "~/audit/record.server.ts";
import { rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";

const BATCH = 500;

/** On a clock: enrollments whose time is over. */
export async function expireEnrollments(): Promise<number> {
  let total = 0;
  for (;;) {
    const moved = await withScope(systemCtx("enrollment expiry"), async (ctx) => {
      const list = await rows(
        ctx.tx,
        sql`with due as (
              select id
              from public.enrollment
              where status = 'ACTIVE' and expires_at < ${ctx.clock.now()}
              limit ${BATCH}
              for update skip locked
            )
            update public.enrollment e
            set status = 'EXPIRED', updated_at = ${ctx.clock.now()}
            from due
            where e.id = due.id
            returning e.id, e.college_id`,
        z.object({ id: z.string(), college_id: z.string() }),
      );
      for (const one of list)
        await record(ctx, {
          action: "enrollment.expire",
          resource: "enrollment",
          resourceId: one.id,
          collegeId: one.college_id,
          before: { status: "ACTIVE" },
          after: { status: "EXPIRED" },
        });
      return list.length;
    });
    total += moved;
    if (moved < BATCH) return total;
  }
}
