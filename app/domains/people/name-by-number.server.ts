import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** The number that names a person once they are erased. */
export async function nextPersonNumber(ctx: TxCtx): Promise<number> {
  const row = await firstRow(ctx.tx, sql`select nextval('public.person_number') as n`, z.object({ n: z.coerce.number() }));
  return row!.n;
}

/** The last step of an erasure: from here on the database refuses every change of who this is. */
export const markErased = (ctx: TxCtx, person: { id: string; college_id: string }, number: number): Promise<number> =>
  execute(
    ctx.tx,
    sql`update public."user"
        set person_no = ${number}, erased_at = ${ctx.clock.now()}, updated_at = ${ctx.clock.now()}
        where id = ${person.id}::uuid and college_id = ${person.college_id}::uuid`,
  );
