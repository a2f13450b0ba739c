import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { raw, sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { recountChanged } from "../progress/recount.server.ts";

/** A learner who has not been seen for so long, and is not done, is inactive. */
const INACTIVE_DAYS = 30;

/**
 * The sums over a tenant's courses, or one of them, from enrollments, progress, transactions and payments:
 * - enrolled: who has an enrollment in a class of the course, or has begun it
 * - active: not done, and seen within 30 days; inactive: not done, and not seen since
 * - average progress: of all who are enrolled; who has not begun counts as 0
 * - revenue: completed transactions of the course and completed payments of its classes, by currency
 */
async function countCoursesOf(ctx: TxCtx, collegeId: string, courseId: string | null): Promise<number> {
  const now = ctx.clock.now();
  const since = new Date(now.getTime() - INACTIVE_DAYS * 86_400_000);
  const of = (column: string) => (courseId ? sql`and ${raw(column)} = ${courseId}::uuid` : raw(""));
  const counted = await rows(
    ctx.tx,
    sql`with enrolled as (
          select k.course_id, e.user_id
          from public."class" k
            join public.enrollment e on e.college_id = k.college_id and e.class_id = k.id
          where k.college_id = ${collegeId}::uuid and k.course_id is not null ${of("k.course_id")}
          union select p.course_id, p.user_id
          from public.course_progress p
          where p.college_id = ${collegeId}::uuid ${of("p.course_id")}
        ),
        sums as (
          select e.course_id, count(*)::int as enrolled, count(p.completed_at)::int as completed,
                 count(*) filter (where p.completed_at is null and p.last_accessed_at >= ${since})::int as active,
                 count(*) filter (where p.completed_at is null and p.last_accessed_at < ${since})::int as inactive,
                 round(avg(coalesce(p.progress_percent, 0)))::int as progress
          from enrolled e
            left join public.course_progress p on p.college_id = ${collegeId}::uuid
              and p.user_id = e.user_id
              and p.course_id = e.course_id
          group by e.course_id
        ),
        reached as (
          select lp.lesson_id, count(*)::int as started, count(*) filter (where lp.completed)::int as completed
          from public.lesson_progress lp
          where lp.college_id = ${collegeId}::uuid ${
            courseId
              ? sql`and lp.lesson_id in (
                    select l.id
                    from public.course_module m
                    join public.lesson l on l.module_id = m.id and l.college_id = m.college_id
                    where m.college_id = ${collegeId}::uuid and m.course_id = ${courseId}::uuid
                  )`
              : raw("")
          }
          group by lp.lesson_id
        ),
        lessons as (
          select m.course_id,
                 jsonb_agg(
                   jsonb_build_object(
                     'id', l.id, 'started', coalesce(r.started, 0), 'completed', coalesce(r.completed, 0)
                   ) order by m.order_index,
                   m.id, l.order_index, l.id
                 ) as lessons
          from public.course_module m
            join public.lesson l on l.module_id = m.id and l.college_id = m.college_id
            left join reached r on r.lesson_id = l.id
          where m.college_id = ${collegeId}::uuid ${of("m.course_id")}
          group by m.course_id
        ),
        money as (
          select course_id, currency, amount_minor
          from public.transaction
          where college_id = ${collegeId}::uuid and status = 'COMPLETED' and course_id is not null ${of("course_id")}
          union all select k.course_id, p.currency, p.amount_minor
          from public.payment p
            join public.enrollment e on e.college_id = p.college_id and e.id = p.enrollment_id
            join public."class" k on k.college_id = e.college_id and k.id = e.class_id
          where p.college_id = ${collegeId}::uuid
            and p.status = 'COMPLETED'
            and k.course_id is not null ${of("k.course_id")}
        ),
        revenue as (
          select course_id,
                 jsonb_agg(jsonb_build_object('currency', currency, 'minor', minor) order by minor desc) as revenue
          from (
            select course_id, currency, sum(amount_minor)::bigint as minor
            from money
            group by course_id, currency
          ) sums
          group by course_id
        )
        insert into public.course_analytics (
          id, college_id, course_id, total_enrollments, active_enrollments, completed_enrollments, inactive_students,
          completion_rate, average_progress, total_revenue_minor, lessons, revenue, last_calculated_at, created_at,
          updated_at
        )
        select public.invigil_uuid7(${now}), c.college_id, c.id, coalesce(s.enrolled, 0), coalesce(s.active, 0),
               coalesce(s.completed, 0), coalesce(s.inactive, 0),
               coalesce(round(s.completed * 100.0 / s.enrolled), 0), coalesce(s.progress, 0),
               coalesce((select sum(amount_minor) from money where course_id = c.id and currency = c.currency), 0),
               coalesce(l.lessons, '[]'), coalesce(r.revenue, '[]'), ${now}, ${now}, ${now}
        from public.course c
          left join sums s on s.course_id = c.id
          left join lessons l on l.course_id = c.id
          left join revenue r on r.course_id = c.id
        where c.college_id = ${collegeId}::uuid and c.deleted_at is null ${of("c.id")}
        order by c.id
        on conflict (course_id, college_id) do update
        set total_enrollments = excluded.total_enrollments, active_enrollments = excluded.active_enrollments,
            completed_enrollments = excluded.completed_enrollments, inactive_students = excluded.inactive_students,
            completion_rate = excluded.completion_rate, average_progress = excluded.average_progress,
            total_revenue_minor = excluded.total_revenue_minor, lessons = excluded.lessons,
            revenue = excluded.revenue, last_calculated_at = excluded.last_calculated_at,
            updated_at = excluded.updated_at
        returning course_id`,
    z.object({ course_id: z.string() }),
  );
  return counted.length;
}

/** On demand: the sums over one course, as they are now. */
export const countCourse = mutation({
  name: "learning.count_course",
  permission: "platform.manage",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const course = await firstRow(
      ctx.tx,
      sql`select college_id from public.course where id = ${input.id}::uuid and deleted_at is null`,
      z.object({ college_id: z.string() }),
    );
    if (!course) throw new NotFound("Course not found");
    await recountChanged(ctx, course.college_id);
    await countCoursesOf(ctx, course.college_id, input.id);
    await record(ctx, { action: "course.count", resource: "course", resourceId: input.id, collegeId: course.college_id });
  },
});

/** On a clock: all courses, one tenant after the other; or those of the tenants that have a course never counted yet. */
export async function countAllCourses({ onlyNew = false } = {}): Promise<number> {
  const colleges = await withScope(systemCtx("course counts"), ({ tx }) =>
    rows(
      tx,
      sql`select distinct c.college_id as id
          from public.course c
          join public.college k on k.id = c.college_id
          where c.deleted_at is null and k.deleted_at is null
            and (not ${onlyNew}::boolean or not exists (
              select 1 from public.course_analytics a where a.course_id = c.id and a.college_id = c.college_id
            ))`,
      z.object({ id: z.string() }),
    ),
  );
  let total = 0;
  for (const { id } of colleges)
    total += await withScope(systemCtx("course counts", { kind: "tenants", ids: [id] }), async (ctx) => {
      const changed = await recountChanged(ctx, id);
      const courses = await countCoursesOf(ctx, id, null);
      await record(ctx, {
        action: "course.count",
        resource: "college",
        resourceId: id,
        collegeId: id,
        details: { courses, changed },
      });
      return courses;
    });
  return total;
}
