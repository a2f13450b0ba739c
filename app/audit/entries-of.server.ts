import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** How many entries are about one record, of those that the reader may see. */
export async function countEntriesOf(ctx: TxCtx, resource: string, id: string): Promise<number> {
  const row = await firstRow(
    ctx.tx,
    sql`select count(*)::int as n from audit.entry where resource = ${resource} and resource_id = ${id}`,
    z.object({ n: z.number() }),
  );
  return row!.n;
}
