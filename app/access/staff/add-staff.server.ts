import type { TxCtx } from "~/db/ctx.ts";
import { newId } from "~/platform/ids.ts";
import type { Role } from "../policy.ts";

type Person = { email: string; name: string; role: Role };

/** A member of staff who has no tenant yet; the caller checks who may, and records it. */
export async function addStaff(ctx: TxCtx, { email, name, role }: Person): Promise<string> {
  const id = newId();
  await ctx.tx.prisma.staff.create({ data: { id, email, name, role } });
  return id;
}

export const staffByEmail = (ctx: TxCtx, email: string) =>
  ctx.tx.prisma.staff.findUnique({ where: { email }, select: { id: true, role: true } });

/** One more tenant for this person. */
export async function assignTenant(ctx: TxCtx, staffId: string, collegeId: string): Promise<void> {
  await ctx.tx.prisma.staffAssignment.create({ data: { id: newId(), staffId, collegeId, grantedBy: ctx.actor.id } });
}
