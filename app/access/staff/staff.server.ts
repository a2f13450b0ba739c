import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { may, ROLE_LABELS, ROLE_NAMES, rolesThatMay, SEES_ALL_TENANTS, type Role } from "../policy.ts";
import { addStaff } from "./add-staff.server.ts";
import { resetLink } from "./reset-password.server.ts";

const email = z
  .string()
  .trim()
  .toLowerCase()
  .min(3, "Enter an e-mail")
  .max(254, "At most 254 characters")
  .regex(/^[^\s@]+@[^\s@]+$/, "Not an e-mail address");
const name = z.string().trim().min(2, "Enter a name").max(120, "At most 120 characters");
const colleges = z.array(z.uuid()).max(500);

const row = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLE_NAMES),
  is_active: z.boolean(),
  mfa: z.boolean(),
  has_password: z.boolean(),
  last_login_at: z.date().nullable(),
  college_ids: z.array(z.string()),
});

const select = sql`
  select st.id, st.name, st.email, st.role, st.is_active, st.totp_confirmed_at is not null as mfa,
         console.staff_has_password(st.id) as has_password, st.last_login_at,
         array(select a.college_id::text from console.staff_assignment a where a.staff_id = st.id) as college_ids
  from console.staff st`;

export const listStaff = read({
  name: "staff.list",
  permission: "staff.read",
  on: "primary",
  input: z.object({}),
  run: ({ ctx }) => rows(ctx.tx, sql`${select} order by st.is_active desc, st.name limit 1000`, row),
});

export const getStaff = read({
  name: "staff.get",
  permission: "staff.read",
  on: "primary",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const [found] = await rows(ctx.tx, sql`${select} where st.id = ${input.id}`, row);
    if (!found) throw new NotFound("Staff member not found");
    return found;
  },
});

async function assign(ctx: TxCtx, staffId: string, role: Role, ids: string[]): Promise<void> {
  if (!SEES_ALL_TENANTS.has(role) && ids.length === 0) {
    throw new Invalid("Choose at least one tenant for this role", { colleges: ["Choose at least one tenant"] });
  }
  const wanted = SEES_ALL_TENANTS.has(role) ? [] : [...new Set(ids)];
  if ((await ctx.tx.prisma.college.count({ where: { id: { in: wanted } } })) < wanted.length) {
    throw new Invalid("A chosen tenant no longer exists. Reload the page and choose again", { colleges: ["Choose again"] });
  }
  await ctx.tx.prisma.staffAssignment.deleteMany({ where: { staffId, collegeId: { notIn: wanted } } });
  // What is there stays as it is: since when, and by whom it was given.
  const kept = await ctx.tx.prisma.staffAssignment.findMany({ where: { staffId }, select: { collegeId: true } });
  await ctx.tx.prisma.staffAssignment.createMany({
    data: wanted
      .filter((id) => !kept.some(({ collegeId }) => collegeId === id))
      .map((collegeId) => ({ id: newId(), staffId, collegeId, grantedBy: ctx.actor.id })),
  });
}

/** Creates the person and a link with which they choose their own password. */
export const createStaff = mutation({
  name: "staff.create",
  permission: "staff.manage",
  stepUp: true,
  input: z.object({ email, name, role: z.enum(ROLE_NAMES), colleges }),
  async run({ ctx, input }) {
    const id = await addStaff(ctx, input);
    await assign(ctx, id, input.role, input.colleges);
    await record(ctx, {
      action: "staff.create",
      resource: "staff",
      resourceId: id,
      after: { email: input.email, name: input.name, role: input.role, colleges: input.colleges },
    });
    return { id, link: await resetLink(ctx, id, "invitation") };
  },
});

/** Someone must be able to manage the staff. */
async function refuseTheLast(ctx: TxCtx, id: string, role: string): Promise<void> {
  // The row locks make two administrators who demote each other at once wait for one another.
  const others = await rows(
    ctx.tx,
    sql`select id
        from console.staff
        where role = any(${rolesThatMay("staff.manage")}) and is_active
        order by id
        for update`,
    z.object({ id: z.string() }),
  );
  if (others.every((other) => other.id === id))
    throw new Conflict(`This is the last active ${(ROLE_LABELS[role as Role] ?? role).toLowerCase()}: make another one first`);
}

export const updateStaff = mutation({
  name: "staff.update",
  permission: "staff.manage",
  stepUp: true,
  input: z.object({ id: z.uuid(), name, role: z.enum(ROLE_NAMES), colleges, active: z.boolean() }),
  async run({ ctx, input }) {
    const before = await ctx.tx.prisma.staff.findUnique({ where: { id: input.id }, include: { staffAssignments: true } });
    if (!before) throw new NotFound("Staff member not found");
    if (may(before.role, "staff.manage") && !(may(input.role, "staff.manage") && input.active))
      await refuseTheLast(ctx, input.id, before.role);
    await ctx.tx.prisma.staff.update({
      where: { id: input.id },
      data: { name: input.name, role: input.role, isActive: input.active },
    });
    // Who is deactivated needs no tenant, and keeps those they had.
    if (input.active || input.colleges.length > 0) await assign(ctx, input.id, input.role, input.colleges);
    // Rights have changed: what is open under the old ones ends.
    if (!input.active || before.role !== input.role) {
      await ctx.tx.prisma.staffSession.updateMany({
        where: { staffId: input.id, revokedAt: null },
        data: { revokedAt: ctx.clock.now() },
      });
    }
    await record(ctx, {
      action: before.role === input.role ? "staff.update" : "staff.change_role",
      resource: "staff",
      resourceId: input.id,
      before: {
        name: before.name,
        role: before.role,
        active: before.isActive,
        colleges: before.staffAssignments.map((a) => a.collegeId).sort(),
      },
      after: { name: input.name, role: input.role, active: input.active, colleges: [...input.colleges].sort() },
    });
  },
});

export const resetStaffPassword = mutation({
  name: "staff.reset_password",
  permission: "staff.manage",
  stepUp: true,
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const link = await resetLink(ctx, input.id);
    await record(ctx, { action: "staff.reset_password", resource: "staff", resourceId: input.id });
    return link;
  },
});

export const resetStaffMfa = mutation({
  name: "staff.reset_mfa",
  permission: "staff.manage",
  stepUp: true,
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const changed = await ctx.tx.prisma.staff.updateMany({
      where: { id: input.id },
      data: { totpSecret: null, totpConfirmedAt: null, totpLastStep: null },
    });
    if (changed.count === 0) throw new NotFound("Staff member not found");
    await ctx.tx.prisma.staffRecoveryCode.deleteMany({ where: { staffId: input.id } });
    await ctx.tx.prisma.staffSession.updateMany({
      where: { staffId: input.id, revokedAt: null },
      data: { revokedAt: ctx.clock.now() },
    });
    await record(ctx, { action: "staff.reset_mfa", resource: "staff", resourceId: input.id });
  },
});
