import { z } from "zod";
import { firstRow, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** Each promotion begins a new one. Asked of the primary: the name of the file that it writes now begins with it. */
export async function timelineOf(primary: Queryable): Promise<number> {
  const row = await firstRow(
    primary,
    sql`select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int as timeline`,
    z.object({ timeline: z.number() }),
  );
  return row!.timeline;
}
