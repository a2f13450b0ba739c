import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";

type Applicant = { college_id: string; name: string; email: string; phone: string | null };

/** Who has this e-mail in this college already, or a new student with it. */
export async function findOrAddStudent(ctx: TxCtx, who: Applicant): Promise<string> {
  const known = await firstRow(
    ctx.tx,
    sql`select id
        from public."user"
        where college_id = ${who.college_id}::uuid and email = ${who.email} and deleted_at is null`,
    z.object({ id: z.string() }),
  );
  if (known) return known.id;
  const id = newId(ctx.clock.now().getTime());
  await execute(
    ctx.tx,
    sql`insert into public."user" (id, college_id, name, email, phone, role)
        values (${id}, ${who.college_id}::uuid, ${who.name}, ${who.email}, ${who.phone}, 'STUDENT')`,
  );
  return id;
}
