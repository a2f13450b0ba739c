import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { literals, sql } from "~/db/sql.ts";
import { OPEN_ATTEMPT } from "../machine.ts";

/** The titles of the exams that someone is sitting now, or will go on with when a proctor resumes them. */
export async function attemptsStillOpen(ctx: TxCtx, userId: string): Promise<string[]> {
  const found = await rows(
    ctx.tx,
    sql`select x.title
        from public.student_exam_attempt a
          join public.exam x on x.id = a.exam_id and x.college_id = a.college_id
        where a.user_id = ${userId}::uuid and a.state in ${literals(OPEN_ATTEMPT)}
        order by a.id`,
    z.object({ title: z.string() }),
  );
  return found.map((row) => row.title);
}
