import { z } from "zod";
import { record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/**
 * Everything of the course is done: the learning part of the student's enrollments in its classes is completed. The
 * enrollment itself is completed only where nothing else is ahead, because a completed one can't sit exams any more and
 * never becomes active again: it is paid, its class has no end to come, and no exam waits.
 */
export async function completeLearningPart(
  ctx: TxCtx,
  collegeId: string,
  completed: readonly { userId: string; courseId: string; at: Date }[],
): Promise<void> {
  const now = ctx.clock.now();
  const changed = await rows(
    ctx.tx,
    sql`with done as (
          select e.id, d.at,
            e.payment_status = 'COMPLETED'
              and (k.ends_on is null or k.ends_on < ${now}::date)
              and not exists (
                select 1
                from public.exam x
                where x.college_id = k.college_id and x.class_id = k.id and x.deleted_at is null
                  and x.status in ('DRAFT', 'SCHEDULED', 'LIVE')
              ) as whole
          from unnest(
            ${completed.map((course) => course.userId)}::uuid[],
            ${completed.map((course) => course.courseId)}::uuid[],
            ${completed.map((course) => course.at.toISOString())}::timestamptz[]
          ) d (user_id, course_id, at)
          join public."class" k on k.college_id = ${collegeId}::uuid and k.course_id = d.course_id
          join public.enrollment e on e.college_id = k.college_id and e.class_id = k.id and e.user_id = d.user_id
          where e.status = 'ACTIVE' and e.course_completed_at is null
          order by e.id
          for no key update of e
        )
        update public.enrollment e
        set course_completed_at = done.at,
          status = case when done.whole then 'COMPLETED' else e.status end,
          completed_at = case when done.whole then done.at else e.completed_at end,
          updated_at = ${now}
        from done
        where e.id = done.id and e.college_id = ${collegeId}::uuid
        returning e.id, e.status, e.course_completed_at`,
    z.object({ id: z.string(), status: z.string(), course_completed_at: z.date() }),
  );
  for (const enrollment of changed)
    await record(ctx, {
      action: "enrollment.complete_course",
      resource: "enrollment",
      resourceId: enrollment.id,
      collegeId,
      before: { status: "ACTIVE", courseCompletedAt: null },
      after: { status: enrollment.status, courseCompletedAt: enrollment.course_completed_at },
    });
}
