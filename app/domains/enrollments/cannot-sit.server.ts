import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { empty, sql } from "~/db/sql.ts";

/** Why a student can't sit, in the order in which it would be fixed. */
export const REASONS = {
  TENANT_CLOSED: "Their college is suspended or expired",
  INACTIVE: "Their account is inactive",
  LOCKED: "Their account is locked",
  NOT_ENROLLED: "Their enrollment is not active",
  UNPAID: "Their enrollment is not paid",
  CLASH: "They have two exams at the same time",
} as const;
export type CannotSitReason = keyof typeof REASONS;

const row = z.object({
  reason: z.enum(Object.keys(REASONS) as [CannotSitReason, ...CannotSitReason[]]),
  user_id: z.string(),
  name: z.string(),
  roll_no: z.string().nullable(),
  college_id: z.string(),
  exam_id: z.string(),
  exam: z.string(),
  start_time: z.date(),
  enrollment_id: z.string().nullable(),
  payment_id: z.string().nullable(),
  detail: z.string().nullable(),
});

type CannotSit = z.infer<typeof row>;

/** How long ago an exam may have opened that can still be sat: a bound for the index, not a rule. */
const LONGEST_WINDOW_DAYS = 60;

const dayRange = (now: Date, days: number) => {
  const from = new Date(now);
  from.setUTCHours(0, 0, 0, 0);
  return { from, to: new Date(from.getTime() + days * 86_400_000) };
};

/** "Who cannot sit today's exams, and why?": over all tenants in scope, each with the act that fixes it. */
export const cannotSit = read({
  name: "exams.cannot_sit",
  permission: "platform.read",
  input: z.object({
    userId: z.uuid().optional(),
    days: z.number().int().min(1).max(14).default(1),
    limit: z.number().int().max(2000).default(500),
  }),
  run({ ctx, input }) {
    const now = ctx.clock.now();
    const { from, to } = dayRange(now, input.days);
    // Clashes by window, not by a join: twenty thousand students in one exam are no reason to compare each with each.
    return rows(
      ctx.tx,
      sql`with exams as (
            select id, college_id, class_id, title, start_time, end_time
            from public.exam
            where start_time < ${to}
              and end_time > greatest(${from}::timestamptz, ${now}::timestamptz)
              and start_time > ${from}::timestamptz - ${LONGEST_WINDOW_DAYS} * interval '1 day'
              and deleted_at is null
              and status in ('SCHEDULED', 'LIVE')
          ),
          expected as (
            select x.id as exam_id, x.title as exam, x.start_time, x.end_time, x.college_id, n.id as enrollment_id,
                   n.status as enrolled, n.payment_status, u.id as user_id, u.name, u.roll_no, u.is_active,
                   u.locked_until, u.locked_reason, c.subscription_status
            from exams x
              join public.enrollment n on n.college_id = x.college_id
                and n.class_id = x.class_id
                and n.status in ('ACTIVE', 'EXPIRED')
              join public."user" u on u.id = n.user_id and u.college_id = n.college_id and u.deleted_at is null
              join public.college c on c.id = x.college_id
            where not exists (
              select 1
              from public.student_exam_attempt a
              where a.college_id = x.college_id and a.exam_id = x.id and a.user_id = u.id
            )
          ),
          met as (
            select e.*,
                   max(end_time) over (
                       partition by college_id, user_id order by start_time,
                       exam_id rows between unbounded preceding and 1 preceding
                     ) > start_time
                     or min(start_time) over (
                       partition by college_id, user_id order by start_time,
                       exam_id rows between 1 following and unbounded following
                     ) < end_time as clashes
            from expected e
          ),
          judged as (
            select e.*,
                   case
                     when subscription_status in ('SUSPENDED', 'EXPIRED', 'CANCELLED') then 'TENANT_CLOSED'
                     when not is_active then 'INACTIVE'
                     when locked_until > ${now} then 'LOCKED'
                     when enrolled <> 'ACTIVE' then 'NOT_ENROLLED'
                     when payment_status <> 'COMPLETED' then 'UNPAID'
                     when clashes then 'CLASH'
                   end as reason
            from met e
          )
          select j.reason, j.user_id, j.name, j.roll_no, j.college_id, j.exam_id, j.exam, j.start_time,
                 j.enrollment_id,
                 case
                   when j.reason = 'UNPAID' then (
                     select p.id
                     from public.payment p
                     where p.college_id = j.college_id and p.enrollment_id = j.enrollment_id and p.status = 'PENDING'
                     limit 1
                   )
                 end as payment_id,
                 case j.reason
                   when 'LOCKED' then j.locked_reason
                   when 'TENANT_CLOSED' then lower(j.subscription_status)
                   when 'NOT_ENROLLED' then lower(j.enrolled)
                   when 'UNPAID' then lower(j.payment_status)
                 end as detail
          from judged j
          where j.reason is not null ${input.userId ? sql`and j.user_id = ${input.userId}::uuid` : empty}
          order by j.start_time, j.exam_id, j.name
          limit ${input.limit}`,
      row,
    );
  },
});

/** The act that fixes it, one click away. */
export function fixOf(row: CannotSit): { to: string; label: string } {
  switch (row.reason) {
    case "TENANT_CLOSED":
      return { to: `/tenants/${row.college_id}`, label: "Open the college" };
    case "INACTIVE":
    case "LOCKED":
      return { to: `/people/${row.user_id}`, label: "Unlock" };
    case "NOT_ENROLLED":
      return { to: `/enrollments/${row.enrollment_id ?? ""}`, label: "Make active" };
    case "UNPAID":
      return row.payment_id
        ? { to: `/enrollments/payments/${row.payment_id}`, label: "Approve the payment" }
        : { to: `/enrollments/${row.enrollment_id ?? ""}`, label: "Record payment" };
    case "CLASH":
      return { to: `/people/${row.user_id}`, label: "See both exams" };
  }
}
