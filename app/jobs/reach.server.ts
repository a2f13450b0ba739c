import { z } from "zod";
import { may, reach, type Permission } from "~/access/policy.ts";
import { covers, tenantsOf } from "~/access/tenants-of.server.ts";
import type { TxCtx } from "~/db/ctx.ts";

type Asked = { staffId: string | null; permission: string | null; collegeId: string | null; input: unknown };

const scoped = z.object({ scope: z.union([z.array(z.string()), z.string()]).optional() });

/** The tenants that a job saw at most: those of whoever asked for it, or the one that it was about. */
function tenantsIn(job: Asked): "all" | readonly string[] {
  if (job.collegeId) return [job.collegeId];
  const { scope } = scoped.parse(job.input);
  return scope === undefined || scope === "all" ? "all" : Array.isArray(scope) ? scope : [];
}

/**
 * Whether someone may see what jobs have left behind, as their rights are now: a job of their own is theirs no longer once they
 * may not do what it did, or not see the tenants that it saw.
 */
export async function readerOf(ctx: TxCtx): Promise<(job: Asked) => boolean> {
  const everyones = reach(ctx.actor.role, "jobs.read") === "all";
  const mine = await tenantsOf(ctx);
  return (job) =>
    (everyones || job.staffId === ctx.actor.id) &&
    (job.permission === null || may(ctx.actor.role, job.permission as Permission)) &&
    // Work on the database itself sees no tenant's rows.
    (job.permission === "database.act" || covers(mine, tenantsIn(job)));
}
