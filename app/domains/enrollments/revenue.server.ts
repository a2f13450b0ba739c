import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** Completed payments by month and currency: document 5's report, over the tenants in scope. */
export const monthlyRevenue = read({
  name: "revenue.monthly",
  permission: "platform.read",
  input: z.object({ months: z.number().int().min(1).max(60).default(12) }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`select to_char(date_trunc('month', approved_at at time zone 'UTC'), 'YYYY-MM') as month, currency,
                 sum(amount_minor)::bigint as minor, count(*)::int as payments
          from public.payment
          where status = 'COMPLETED'
            and approved_at >= date_trunc(
              'month', ${ctx.clock.now()}::timestamptz at time zone 'UTC'
            ) - ${input.months - 1} * interval '1 month'
          group by 1, 2
          order by 1, 2`,
      z.object({ month: z.string(), currency: z.string(), minor: z.number(), payments: z.number() }),
    ),
});
