import { z } from "zod";
import { addStaff, assignTenant, staffByEmail } from "~/access/staff/add-staff.server.ts";
import { resetLink } from "~/access/staff/reset-password.server.ts";
import { MANAGER_ROLE } from "~/access/policy.ts";
import { mutation, record } from "~/access/verb.server.ts";
import { Conflict, Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";

const TRIAL_DAYS = 30;

/** A tenant with its first manager, who gets a link to choose a password. */
export const createTenant = mutation({
  name: "tenants.create",
  permission: "tenants.manage",
  stepUp: true,
  input: z.object({
    name: z.string().trim().min(2, "Enter the college's name").max(120, "At most 120 characters"),
    code: z
      .string()
      .trim()
      .toUpperCase()
      .regex(/^[A-Z0-9]{2,12}$/, "2 to 12 letters and digits"),
    currency: z
      .string()
      .trim()
      .toUpperCase()
      .regex(/^[A-Z]{3}$/, "A currency code of three letters"),
    contactEmail: z
      .string()
      .trim()
      .max(254)
      .regex(/^$|^[^\s@]+@[^\s@]+\.[^\s@]+$/, "Not an e-mail address"),
    managerName: z.string().trim().min(2, "Enter the manager's name").max(120, "At most 120 characters"),
    managerEmail: z
      .string()
      .trim()
      .toLowerCase()
      .max(254)
      .regex(/^[^\s@]+@[^\s@]+$/, "Not an e-mail address"),
  }),
  async run({ ctx, input }) {
    const username = input.code.toLowerCase();
    const taken = await ctx.tx.prisma.college.findFirst({ where: { OR: [{ code: input.code }, { username }] } });
    if (taken) throw new Invalid(`The code ${input.code} is already in use`, { code: [`${taken.name} has this code`] });
    const id = newId();
    const now = ctx.clock.now();
    await ctx.tx.prisma.college.create({
      data: {
        id,
        name: input.name,
        code: input.code,
        username,
        currency: input.currency,
        contactEmail: input.contactEmail || null,
        subscriptionStatus: "TRIAL",
        subscriptionExpiry: new Date(now.getTime() + TRIAL_DAYS * 86_400_000),
      },
    });
    const known = await staffByEmail(ctx, input.managerEmail);
    if (known && known.role !== MANAGER_ROLE) throw new Conflict("That e-mail belongs to a member of staff with another role");
    const managerId =
      known?.id ?? (await addStaff(ctx, { email: input.managerEmail, name: input.managerName, role: MANAGER_ROLE }));
    await assignTenant(ctx, managerId, id);
    await record(ctx, {
      action: "tenant.create",
      resource: "college",
      resourceId: id,
      collegeId: id,
      after: { name: input.name, code: input.code, currency: input.currency, manager: input.managerEmail },
    });
    return { id, link: known ? null : await resetLink(ctx, managerId, "invitation") };
  },
});
