import { z } from "zod";
import { MANAGER_ROLE } from "~/access/policy.ts";
import { read } from "~/access/verb.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";

const facts = z.object({
  id: z.string(),
  name: z.string(),
  code: z.string(),
  subscription_status: z.string(),
  subscription_expiry: z.date().nullable(),
  grace_days: z.number(),
  is_active: z.boolean(),
  suspended_reason: z.string().nullable(),
  currency: z.string(),
  contact_email: z.string().nullable(),
  created_at: z.date(),
  people: z.number(),
  classes: z.number(),
  enrolled: z.number(),
  exams: z.number(),
  live: z.number(),
  upcoming: z.number(),
  pending_payments: z.number(),
  sessions: z.number(),
});

/** A tenant's size and activity, and who manages it. */
export const tenantFacts = read({
  name: "tenants.facts",
  permission: "tenants.read",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const now = ctx.clock.now();
    const found = await firstRow(
      ctx.tx,
      sql`select c.id, c.name, c.code, c.subscription_status, c.subscription_expiry, c.grace_days, c.is_active,
                 c.suspended_reason, c.currency, c.contact_email, c.created_at,
                 (select count(*)::int from public."user" where college_id = c.id and deleted_at is null) as people,
                 (select count(*)::int from public."class" where college_id = c.id and deleted_at is null) as classes,
                 (
                   select count(*)::int
                   from public.enrollment
                   where college_id = c.id and status = 'ACTIVE'
                 ) as enrolled,
                 (select count(*)::int from public.exam where college_id = c.id and deleted_at is null) as exams,
                 (
                   select count(*)::int
                   from public.exam
                   where college_id = c.id and status = 'LIVE' and deleted_at is null
                 ) as live,
                 (
                   select count(*)::int
                   from public.exam
                   where college_id = c.id and status = 'SCHEDULED' and start_time > ${now} and deleted_at is null
                 ) as upcoming,
                 (
                   select count(*)::int
                   from public.payment
                   where college_id = c.id and status = 'PENDING'
                 ) as pending_payments,
                 (
                   select count(*)::int
                   from public.user_session
                   where college_id = c.id and revoked_at is null and expires_at > ${now}
                 ) as sessions
          from public.college c
          where c.id = ${input.id}::uuid`,
      facts,
    );
    if (!found) throw new NotFound("Tenant not found");
    const managers = await rows(
      ctx.tx,
      sql`select s.id, s.name, s.email, s.last_login_at
          from console.staff_assignment a
            join console.staff s on s.id = a.staff_id
          where a.college_id = ${input.id}::uuid and s.role = ${MANAGER_ROLE} and s.is_active
          order by s.name`,
      z.object({ id: z.string(), name: z.string(), email: z.string(), last_login_at: z.date().nullable() }),
    );
    return { ...found, managers };
  },
});
