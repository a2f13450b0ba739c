import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** What jobs of a kind left behind about one record goes; that they ran stays. */
export const forgetFilesAbout = (ctx: TxCtx, kind: string, id: string): Promise<number> =>
  execute(
    ctx.tx,
    sql`delete from console.job_file f
        using console.job j
        where j.id = f.job_id and j.kind = ${kind} and j.input ->> 'id' = ${id}`,
  );
