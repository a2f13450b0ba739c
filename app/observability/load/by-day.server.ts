import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { validZone } from "~/platform/zone.ts";
import { historyOf, slot } from "../history.server.ts";
import { tickSeries } from "../probes/backends.ts";

/** As fine as is kept for a month: an exam's hour is seen in it. */
const FINE_S = 300;

/** How busy the primary was at most on each day of a reader's calendar, in sessions at work on average over five minutes. */
export const loadByDay = read({
  name: "load.by_day",
  permission: "database.read",
  input: z.object({ from: z.date(), to: z.date(), zone: z.string().max(64).transform(validZone).default("UTC") }),
  async run({ ctx, input }) {
    const history = await historyOf(ctx.tx, tickSeries, input, ctx.clock.now(), FINE_S);
    return rows(
      ctx.tx,
      sql`select to_char(t at time zone ${input.zone}, 'YYYY-MM-DD') as day, max(active) as active,
                 max(connections) as connections
          from (
            select ${slot(history.step)} as t, sum(active)::float8 / sum(ticks) as active,
                   sum(total)::float8 / sum(ticks) as connections
            from ${history.from} s
            where target = 'primary'
            group by 1
            having sum(ticks) > 0
          ) x
          group by 1
          order by 1`,
      z.object({ day: z.string(), active: z.number(), connections: z.number() }),
    );
  },
});
