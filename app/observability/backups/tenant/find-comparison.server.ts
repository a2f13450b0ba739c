import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";

const found = z.object({ college_id: z.string(), state: z.string(), busy: z.boolean() });

/** A comparison of a tenant that this person works in. `busy`: rows of it are being written. */
export async function findComparison(ctx: TxCtx, id: string): Promise<z.infer<typeof found>> {
  const comparison = await firstRow(
    ctx.tx,
    sql`select c.college_id, c.state,
               exists (
                 select 1
                 from console.restore_run r
                 where r.comparison_id = c.id and r.state in ('QUEUED', 'RUNNING')
               ) as busy
        from console.restore_comparison c
        where c.id = ${id}`,
    found,
  );
  const { scope } = ctx;
  if (!comparison || (scope.kind === "tenants" && !scope.ids.includes(comparison.college_id)))
    throw new NotFound("Comparison not found");
  return comparison;
}
