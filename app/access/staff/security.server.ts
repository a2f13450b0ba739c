import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { Conflict, Invalid } from "~/platform/errors.ts";
import { checkPassword, hashPassword } from "../password.server.ts";
import { newRecoveryCodes, newTotp, qrCode, totpStep } from "../totp.server.ts";
import { openTotp, sealTotp } from "../totp-secret.server.ts";
import { checkNewPassword } from "./reset-password.server.ts";

/** A new secret to scan: it counts for nothing until a code from it is given. */
export const beginTotp = mutation({
  name: "security.begin_totp",
  permission: "self",
  stepUp: true,
  input: z.object({}),
  async run({ ctx }) {
    const staff = await ctx.tx.prisma.staff.findUniqueOrThrow({ where: { id: ctx.actor.id ?? "" } });
    if (staff.totpConfirmedAt) throw new Conflict("An authenticator is set up already; remove it first");
    const made = newTotp(staff.email);
    await ctx.tx.prisma.staff.update({
      where: { id: staff.id },
      data: { totpSecret: sealTotp(staff.id, made.secret), totpLastStep: null },
    });
    await record(ctx, { action: "security.begin_totp", resource: "staff", resourceId: staff.id });
    return { secret: made.secret, qr: await qrCode(made.uri) };
  },
});

export const confirmTotp = mutation({
  name: "security.confirm_totp",
  permission: "self",
  input: z.object({ code: z.string() }),
  async run({ ctx, input }) {
    const staff = await ctx.tx.prisma.staff.findUniqueOrThrow({ where: { id: ctx.actor.id ?? "" } });
    if (!staff.totpSecret || staff.totpConfirmedAt) throw new Conflict("Start the set-up again");
    const opened = openTotp(staff.id, staff.totpSecret);
    if (!opened) throw new Conflict("Start the set-up again");
    const step = await totpStep(opened.secret, input.code, ctx.clock.now());
    if (step === null) throw new Invalid("That code does not match", { code: ["Enter the code that the app shows now"] });
    await ctx.tx.prisma.staff.update({ where: { id: staff.id }, data: { totpConfirmedAt: ctx.clock.now(), totpLastStep: step } });
    if (ctx.session) await ctx.tx.prisma.staffSession.update({ where: { id: ctx.session.id }, data: { secondFactor: true } });
    const codes = await newRecoveryCodes(ctx, staff.id);
    await record(ctx, { action: "security.confirm_totp", resource: "staff", resourceId: staff.id });
    return codes;
  },
});

export const removeTotp = mutation({
  name: "security.remove_totp",
  permission: "self",
  stepUp: true,
  input: z.object({}),
  async run({ ctx }) {
    await ctx.tx.prisma.staff.update({
      where: { id: ctx.actor.id ?? "" },
      data: { totpSecret: null, totpConfirmedAt: null, totpLastStep: null },
    });
    await ctx.tx.prisma.staffRecoveryCode.deleteMany({ where: { staffId: ctx.actor.id ?? "" } });
    await record(ctx, { action: "security.remove_totp", resource: "staff", resourceId: ctx.actor.id });
  },
});

export const changePassword = mutation({
  name: "security.change_password",
  permission: "self",
  input: z.object({ current: z.string(), password: z.string(), again: z.string() }),
  async run({ ctx, input }) {
    const staff = await ctx.tx.prisma.staff.findUniqueOrThrow({ where: { id: ctx.actor.id ?? "" } });
    if (!(await checkPassword(input.current, staff.passwordHash)).ok)
      throw new Invalid("That is not your current password", { current: ["That is not your current password"] });
    checkNewPassword(input.password, input.again);
    await ctx.tx.prisma.staff.update({ where: { id: staff.id }, data: { passwordHash: await hashPassword(input.password) } });
    await ctx.tx.prisma.staffSession.updateMany({
      where: { staffId: staff.id, revokedAt: null, NOT: { id: ctx.session?.id ?? "" } },
      data: { revokedAt: ctx.clock.now() },
    });
    await record(ctx, { action: "security.change_password", resource: "staff", resourceId: staff.id });
  },
});
