import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** The college's own row hands out the numbers, under its lock: no gap, no number twice. */
export async function nextInvoiceNumber(ctx: TxCtx, collegeId: string): Promise<number> {
  const next = await firstRow(
    ctx.tx,
    sql`update public.college
        set next_invoice_number = next_invoice_number + 1
        where id = ${collegeId}::uuid
        returning next_invoice_number - 1 as number`,
    z.object({ number: z.number() }),
  );
  return next!.number;
}
