import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { validZone } from "~/platform/zone.ts";
import { quietUntil } from "./quiet-hours.ts";

/** Colleges in whose quiet hours it is now, and when those end. */
export async function quietColleges(ctx: TxCtx): Promise<{ id: string; until: Date }[]> {
  const found = await rows(
    ctx.tx,
    sql`select id, quiet_hours, time_zone from public.college where quiet_hours is not null`,
    z.object({ id: z.string(), quiet_hours: z.string(), time_zone: z.string() }),
  );
  return found.flatMap(({ id, quiet_hours, time_zone }) => {
    const until = quietUntil(quiet_hours, validZone(time_zone), ctx.clock.now());
    return until ? [{ id, until }] : [];
  });
}
