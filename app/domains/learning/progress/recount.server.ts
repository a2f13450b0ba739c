import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { completeCourses } from "./complete-courses.server.ts";
import { countProgress } from "./count.server.ts";

const BATCH = 5000;

/** Courses whose lessons were added or removed since: their learners are counted again. Says how many were. */
export async function recountChanged(ctx: TxCtx, collegeId: string): Promise<number> {
  let total = 0;
  for (let after = "00000000-0000-0000-0000-000000000000"; ;) {
    const stale = await rows(
      ctx.tx,
      sql`with lessons as (
            select m.course_id, count(*)::int as total
            from public.course_module m
            join public.lesson l on l.module_id = m.id and l.college_id = m.college_id
            where m.college_id = ${collegeId}::uuid
            group by m.course_id
          )
          select p.id, p.completed_at
          from public.course_progress p
          join lessons on lessons.course_id = p.course_id
          where p.college_id = ${collegeId}::uuid and p.id > ${after}::uuid and p.total_lessons <> lessons.total
          order by p.id
          limit ${BATCH}
          for no key update of p`,
      z.object({ id: z.string(), completed_at: z.date().nullable() }),
    );
    if (stale.length === 0) return total;
    const open = new Set(stale.filter((row) => row.completed_at === null).map((row) => row.id));
    const counted = await countProgress(
      ctx,
      collegeId,
      stale.map((row) => row.id),
    );
    const completed = counted.filter((row) => row.completed_at !== null && open.has(row.id));
    await completeCourses(
      ctx,
      collegeId,
      completed.map((row) => ({ userId: row.user_id, courseId: row.course_id, at: row.completed_at! })),
    );
    total += counted.length;
    after = stale.at(-1)!.id;
  }
}
