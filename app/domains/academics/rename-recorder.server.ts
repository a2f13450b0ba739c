import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** Whoever took the register is written there as text: by another name from now on. */
export const renameRecorder = (ctx: TxCtx, collegeId: string, names: readonly string[], to: string): Promise<number> =>
  execute(
    ctx.tx,
    sql`update public.attendance
        set recorded_by = ${to}
        where college_id = ${collegeId}::uuid and recorded_by = any(${[...names]})`,
  );
