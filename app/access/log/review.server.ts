import { z } from "zod";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { policy } from "../policy.ts";
import { read } from "../verb.server.ts";

/** Who may do what, since when, granted by whom, and when it was last used. */
export const accessReview = read({
  name: "access.review",
  permission: "staff.read",
  on: "primary",
  input: z.object({}),
  async run({ ctx }) {
    const list = await rows(
      ctx.tx,
      // A right over a tenant takes a role and an assignment: it is there since the later of the two, by whoever gave that.
      sql`select s.id, s.name, s.email, s.role, s.is_active, s.totp_confirmed_at is not null as mfa, c.name as tenant,
                 greatest(r.at, a.created_at, s.created_at) as since,
                 case
                   when a.created_at > coalesce(r.at, s.created_at) then g.name
                   else coalesce(r.name, g.name)
                 end as granted_by,
                 greatest(
                   (
                     select max(e.at)
                     from audit.entry e
                     where e.actor_id = s.id and e.at > now() - interval '400 days'
                   ),
                   s.last_login_at
                 ) as last_act
          from console.staff s
            left join console.staff_assignment a on a.staff_id = s.id
            left join public.college c on c.id = a.college_id
            left join console.staff g on g.id = a.granted_by
            left join lateral (
              select e.at, coalesce(by.name, e.actor_kind) as name
              from audit.entry e
                left join console.staff by on by.id = e.actor_id
              where e.resource = 'staff'
                and e.resource_id = s.id::text
                and e.action in ('staff.create', 'staff.change_role')
              order by e.at desc, e.id desc
              limit 1
            ) r on true
          order by s.is_active desc, s.role, s.name, c.name
          limit 5000`,
      z.object({
        id: z.string(),
        name: z.string(),
        email: z.string(),
        role: z.string(),
        is_active: z.boolean(),
        since: z.date(),
        mfa: z.boolean(),
        tenant: z.string().nullable(),
        granted_by: z.string().nullable(),
        last_act: z.date().nullable(),
      }),
    );
    return list.map((row) => ({ ...row, may: Object.entries(policy).filter(([, reach]) => row.role in reach).length }));
  },
});

/** Machines act too: each key, for which tenant, with what rights, made by whom, and when it was last used. */
export const keyReview = read({
  name: "access.review_keys",
  permission: "staff.read",
  on: "primary",
  input: z.object({}),
  run: ({ ctx }) =>
    rows(
      ctx.tx,
      sql`select k.id, k.name, k.prefix, k.scopes, c.name as tenant, k.created_at as since, s.name as granted_by,
                 k.last_used_at as last_act,
                 (k.revoked_at is null and (k.expires_at is null or k.expires_at > ${ctx.clock.now()})) as works
          from public.api_key k
            join public.college c on c.id = k.college_id
            left join console.staff s on s.id = k.created_by
          order by works desc, c.name, k.name, k.id
          limit 5000`,
      z.object({
        id: z.string(),
        name: z.string(),
        prefix: z.string(),
        scopes: z.array(z.string()),
        tenant: z.string(),
        since: z.date(),
        granted_by: z.string().nullable(),
        last_act: z.date().nullable(),
        works: z.boolean(),
      }),
    ),
});
