import { may, type Permission } from "~/access/policy.ts";
import type { Ctx } from "~/db/ctx.ts";
import { Forbidden } from "~/platform/errors.ts";
import type { Resource } from "./define.ts";
import { resourceNamed } from "./registry.ts";

type Right = "read" | "write" | "remove";

/** What a resource asks of whoever reads, writes or removes its rows. */
function rightTo(ctx: Pick<Ctx, "actor">, resource: Resource, right: Right): Permission {
  const permission = resource[right];
  if (permission && may(ctx.actor.role, permission)) return permission;
  throw new Forbidden(
    right === "read" ? `${resource.many} are not part of your role` : `${resource.many} are not changed here by your role`,
  );
}

/** The permission of a verb that works on any resource: that of the resource which its input names. */
export const ofResource = (right: Right) => (ctx: Ctx, input: { resource: string }) =>
  rightTo(ctx, resourceNamed(input.resource), right);
