import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { historyOf, slot, type Span } from "../history.server.ts";
import { tickSeries } from "../probes/backends.ts";

/** A minute: an incident is seen in it, and a week of minutes is read quickly. */
const FINE_S = 60;

/**
 * The busiest minute, as far as minutes are kept (a week), then the busiest five minutes or hour: the height of a chart's
 * steps is a mean, and over a week an incident of minutes would vanish in it.
 */
export async function busiest(
  ctx: TxCtx,
  span: Span & { target: string },
  now: Date,
): Promise<{ peak: number; seconds: number } | null> {
  const history = await historyOf(ctx.tx, tickSeries, span, now, FINE_S);
  const row = await firstRow(
    ctx.tx,
    sql`select max(active) as peak
        from (select sum(active)::float8 / sum(ticks) as active
              from ${history.from} t
              where target = ${span.target}
              group by ${slot(history.step)}
              having sum(ticks) > 0) s`,
    z.object({ peak: z.number().nullable() }),
  );
  return row!.peak === null ? null : { peak: row!.peak, seconds: history.step };
}
