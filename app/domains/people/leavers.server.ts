import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql, type Sql } from "~/db/sql.ts";

const ZERO = "00000000-0000-0000-0000-000000000000";

/**
 * Students who left: no active enrollment, and neither a login, an enrollment nor an attempt since `cutoff` (an expression over
 * `u`). Whoever was erased is not among them.
 */
export async function leaversBefore(ctx: TxCtx, cutoff: Sql, { limit, after = ZERO }: { limit: number; after?: string }) {
  const found = await rows(
    ctx.tx,
    sql`select u.id
        from public."user" u
        where u.role = 'STUDENT'
          and u.erased_at is null
          and u.id > ${after}::uuid
          and greatest(u.created_at, u.last_login_at) < ${cutoff}
          and not exists (
            select
            from public.enrollment e
            where e.college_id = u.college_id
              and e.user_id = u.id
              and (e.status = 'ACTIVE' or greatest(e.updated_at, e.completed_at) >= ${cutoff})
          )
          and not exists (
            select
            from public.student_exam_attempt a
            where a.college_id = u.college_id and a.user_id = u.id and a.started_at >= ${cutoff}
          )
        order by u.id
        limit ${limit}`,
    z.object({ id: z.string() }),
  );
  return found.map((row) => row.id);
}
