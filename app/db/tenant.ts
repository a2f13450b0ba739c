import type { Ctx } from "./ctx.ts";
import { raw, sql, type Sql } from "./sql.ts";

/**
 * Names the tenant beside row security where the scope is one tenant: an equality is an index condition, the policy's own
 * test over a list of tenants is only a filter. `column` is a word of our own source.
 */
export function tenantIs(ctx: Ctx, column = "college_id"): Sql {
  return ctx.scope.kind === "tenants" && ctx.scope.ids.length === 1
    ? sql`${raw(column)} = ${ctx.scope.ids[0]}::uuid`
    : raw("true");
}
