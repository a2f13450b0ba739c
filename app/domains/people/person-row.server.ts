import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { raw, sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";

const personRow = z.object({
  id: z.string(),
  college_id: z.string(),
  name: z.string(),
  email: z.string(),
  person_no: z.number().nullable(),
  erased_at: z.date().nullable(),
});

async function personRowOf(ctx: TxCtx, id: string, locking: "" | "for update") {
  const person = await firstRow(
    ctx.tx,
    sql`select id, college_id, name, email, person_no, erased_at
        from public."user"
        where id = ${id}::uuid ${raw(locking)}`,
    personRow,
  );
  if (!person) throw new NotFound("Person not found");
  return person;
}

export const findPerson = (ctx: TxCtx, id: string) => personRowOf(ctx, id, "");

/** Nobody else places a hold, begins an exam or erases while this transaction decides. */
export const lockPersonRow = (ctx: TxCtx, id: string) => personRowOf(ctx, id, "for update");
