import type { Ctx } from "~/db/ctx.ts";

/** The same person, seeing and writing this tenant and no other: the database refuses every other row. */
export const inTenant = (ctx: Ctx, collegeId: string): Ctx => ({ ...ctx, scope: { kind: "tenants", ids: [collegeId] } });
