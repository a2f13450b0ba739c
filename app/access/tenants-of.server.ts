import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { SEES_ALL_TENANTS } from "./policy.ts";

/** Which tenants someone may see at this moment, whichever of them they have chosen to work in. */
export async function tenantsOf(ctx: TxCtx): Promise<"all" | readonly string[]> {
  const { actor, scope } = ctx;
  if (actor.kind !== "staff") return scope.kind === "all" ? "all" : scope.kind === "tenants" ? scope.ids : [];
  if (SEES_ALL_TENANTS.has(actor.role)) return "all";
  const assigned = await rows(
    ctx.tx,
    sql`select college_id::text as id
        from console.staff_assignment
        where staff_id = ${actor.id}::uuid`,
    z.object({ id: z.string() }),
  );
  return assigned.map(({ id }) => id);
}

export const covers = (mine: "all" | readonly string[], asked: "all" | readonly string[]): boolean =>
  mine === "all" || (asked !== "all" && asked.every((id) => mine.includes(id)));
