import type { Ctx } from "~/db/ctx.ts";

/** Staff and keys belong to the whole installation, whichever tenant somebody looks at. Who may, sees all of it. */
export const acrossTenants = <T extends Ctx>(ctx: T): T => ({ ...ctx, scope: { kind: "all" } });
