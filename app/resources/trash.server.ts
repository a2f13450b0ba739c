import { z } from "zod";
import { record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { raw, sql } from "~/db/sql.ts";
import type { Resource } from "./define.ts";

const moved = z.object({ id: z.string(), college_id: z.string() });

const tenantOf = (resource: Resource) => (resource.tenantColumn === "id" ? sql`id` : sql`college_id`);

/** Into the trash, each with an entry of its own. Answers which of them went there: the others were there already. */
export async function trashRows(ctx: TxCtx, resource: Resource, ids: readonly string[], reason: string): Promise<string[]> {
  const now = ctx.clock.now();
  const gone = await rows(
    ctx.tx,
    sql`update ${raw(resource.table)}
        set deleted_at = ${now}, updated_at = ${now}
        where id = any (${ids as string[]}::uuid[]) and deleted_at is null
        returning id, ${tenantOf(resource)} as college_id`,
    moved,
  );
  for (const row of gone)
    await record(ctx, {
      action: `${resource.name}.delete`,
      resource: resource.name,
      resourceId: row.id,
      collegeId: row.college_id,
      reason,
    });
  return gone.map((row) => row.id);
}
