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
      sql`select s.id, s.name, s.email, s.role, s.is_active, s.created_at, s.last_login_at, s.totp_confirmed_at is not null as mfa, c.name as tenant, a.created_at as assigned_at, g.name as granted_by,
            (select max(e.at) from audit.entry e where e.actor_id = s.id and e.at > now() - interval '400 days') as last_act
          from console.staff s left join console.staff_assignment a on a.staff_id = s.id left join public.college c on c.id = a.college_id left join console.staff g on g.id = a.granted_by
          order by s.is_active desc, s.role, s.name, c.name limit 5000`,
      z.object({
        id: z.string(),
        name: z.string(),
        email: z.string(),
        role: z.string(),
        is_active: z.boolean(),
        created_at: z.date(),
        last_login_at: z.date().nullable(),
        mfa: z.boolean(),
        tenant: z.string().nullable(),
        assigned_at: z.date().nullable(),
        granted_by: z.string().nullable(),
        last_act: z.date().nullable(),
      }),
    );
    return list.map((row) => ({ ...row, may: Object.entries(policy).filter(([, reach]) => row.role in reach).length }));
  },
});
