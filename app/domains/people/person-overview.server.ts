import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";

const person = z.object({
  id: z.string(),
  college_id: z.string(),
  college: z.string(),
  college_status: z.string(),
  name: z.string(),
  email: z.string(),
  roll_no: z.string().nullable(),
  role: z.string(),
  is_active: z.boolean(),
  locked_until: z.date().nullable(),
  locked_reason: z.string().nullable(),
  last_login_at: z.date().nullable(),
  failed_login_attempts: z.number(),
  deleted_at: z.date().nullable(),
  erased_at: z.date().nullable(),
  sessions: z.number(),
});

/** "What is the matter with this student?": everything that decides whether they can sit, and what happened to them. */
export const personOverview = read({
  name: "people.matter",
  permission: "platform.read",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const now = ctx.clock.now();
    const found = await firstRow(
      ctx.tx,
      sql`select u.id, u.college_id, c.name as college, c.subscription_status as college_status, u.name, u.email,
                 u.roll_no, u.role, u.is_active, u.locked_until, u.locked_reason, u.last_login_at,
                 u.failed_login_attempts, u.deleted_at, u.erased_at,
                 (
                   select count(*)::int
                   from public.user_session s
                   where s.user_id = u.id
                     and s.college_id = u.college_id
                     and s.revoked_at is null
                     and s.expires_at > ${now}
                 ) as sessions
          from public."user" u
            join public.college c on c.id = u.college_id
          where u.id = ${input.id}::uuid`,
      person,
    );
    if (!found) throw new NotFound("Person not found");
    const [enrollments, payments, exams, attempts] = [
      await rows(
        ctx.tx,
        sql`select e.id, e.status, e.payment_status, e.drop_reason, k.id as class_id, k.name as class
            from public.enrollment e
              join public."class" k on k.id = e.class_id and k.college_id = e.college_id
            where e.user_id = ${input.id}::uuid and e.college_id = ${found.college_id}::uuid
            order by e.id desc
            limit 20`,
        z.object({
          id: z.string(),
          status: z.string(),
          payment_status: z.string(),
          drop_reason: z.string().nullable(),
          class_id: z.string(),
          class: z.string(),
        }),
      ),
      await rows(
        ctx.tx,
        sql`select id, amount_minor, currency, status, transaction_id, created_at
            from public.payment
            where user_id = ${input.id}::uuid and college_id = ${found.college_id}::uuid
            order by id desc
            limit 10`,
        z.object({
          id: z.string(),
          amount_minor: z.number(),
          currency: z.string(),
          status: z.string(),
          transaction_id: z.string().nullable(),
          created_at: z.date(),
        }),
      ),
      await rows(
        ctx.tx,
        sql`select x.id, x.title, x.status, x.start_time, x.end_time
            from public.exam x
            where x.college_id = ${found.college_id}::uuid
              and x.deleted_at is null
              and x.end_time > ${now}
              and x.start_time < ${new Date(now.getTime() + 14 * 86_400_000)}
              and x.status in ('SCHEDULED', 'LIVE')
              and x.class_id in (
                select class_id
                from public.enrollment
                where user_id = ${input.id}::uuid and college_id = ${found.college_id}::uuid and status = 'ACTIVE'
              )
            order by x.start_time
            limit 10`,
        z.object({ id: z.string(), title: z.string(), status: z.string(), start_time: z.date(), end_time: z.date() }),
      ),
      await rows(
        ctx.tx,
        sql`select a.id, x.id as exam_id, x.title, a.state, a.started_at, a.score, a.total_marks, a.violation_count,
                   a.risk_score, a.review_state
            from public.student_exam_attempt a
              join public.exam x on x.id = a.exam_id and x.college_id = a.college_id
            where a.user_id = ${input.id}::uuid and a.college_id = ${found.college_id}::uuid
            order by a.id desc
            limit 15`,
        z.object({
          id: z.string(),
          exam_id: z.string(),
          title: z.string(),
          state: z.string(),
          started_at: z.date(),
          score: z.number(),
          total_marks: z.number(),
          violation_count: z.number(),
          risk_score: z.number(),
          review_state: z.string(),
        }),
      ),
    ];
    return { person: found, enrollments, payments, exams, attempts };
  },
});
