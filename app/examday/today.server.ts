import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { dayAfter, dayIn, startOfDay, validZone } from "~/platform/zone.ts";
import { sittingNow } from "./sitting-now.server.ts";

/** What today holds, in the tenants of this person's scope. */
export const today = read({
  name: "today.read",
  permission: "readiness.read",
  input: z.object({ zone: z.string().max(64).transform(validZone).default("UTC") }),
  async run({ ctx, input }) {
    const now = ctx.clock.now();
    const end = new Date(startOfDay(dayAfter(dayIn(now, input.zone)), input.zone));
    const row = await firstRow(
      ctx.tx,
      sql`select (select count(*)::int from public.exam where status = 'LIVE' and deleted_at is null) as live,
                 (
                   select count(*)::int
                   from public.exam
                   where status = 'SCHEDULED' and deleted_at is null and start_time >= ${now} and start_time < ${end}
                 ) as later,
                 (
                   select count(*)::int
                   from public.exam
                   where status = 'SCHEDULED' and deleted_at is null and start_time >= ${now}
                     and start_time < ${now}::timestamptz + interval '15 minutes'
                 ) as soon,
                 (
                   select count(*)::int
                   from public.enrollment n
                     join public.exam e on e.class_id = n.class_id and e.college_id = n.college_id
                   where e.status = 'LIVE' and e.deleted_at is null and n.status = 'ACTIVE'
                 ) as expected`,
      z.object({ live: z.number(), later: z.number(), soon: z.number(), expected: z.number() }),
    );
    const sitting = [...(await sittingNow(ctx)).values()].reduce((sum, n) => sum + n, 0);
    return { ...row!, sitting };
  },
});
