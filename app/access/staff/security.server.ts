import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { Conflict, Invalid } from "~/platform/errors.ts";
import { guardSecret, sessionBudgets, type Guess } from "../credential-guard.server.ts";
import { checkNewPassword } from "../new-password.server.ts";
import { checkPassword, hashPassword } from "../password.server.ts";
import { passwordHashOf, totpSecretOf } from "../stored-secrets.server.ts";
import { newRecoveryCodes, newTotp, qrCode, totpStep } from "../totp.server.ts";
import { openTotp, sealTotp } from "../totp-secret.server.ts";

/** A new secret to scan: it counts for nothing until a code from it is given. */
export const beginTotp = mutation({
  name: "security.begin_totp",
  permission: "self",
  stepUp: true,
  input: z.object({}),
  async run({ ctx }) {
    const staff = await ctx.tx.prisma.staff.findUniqueOrThrow({ where: { id: ctx.actor.id ?? "" } });
    if (staff.totpConfirmedAt) throw new Conflict("An authenticator is already set up. Remove it first");
    const made = newTotp(staff.email);
    await ctx.tx.prisma.staff.update({
      where: { id: staff.id },
      data: { totpSecret: sealTotp(staff.id, made.secret), totpLastStep: null },
    });
    await record(ctx, { action: "security.begin_totp", resource: "staff", resourceId: staff.id });
    return { secret: made.secret, qr: await qrCode(made.uri) };
  },
});

const WRONG_CODE = { code: ["Enter the code that the app shows now"] };

const confirmWithCode = mutation({
  name: "security.confirm_totp",
  permission: "self",
  input: z.object({ code: z.string() }),
  async run({ ctx, input }) {
    const staff = await ctx.tx.prisma.staff.findUniqueOrThrow({ where: { id: ctx.actor.id ?? "" } });
    const stored = await totpSecretOf(ctx.tx, staff.id);
    const opened = stored ? openTotp(staff.id, stored) : null;
    if (!opened || staff.totpConfirmedAt) throw new Conflict("Start the setup again");
    const step = await totpStep(opened.secret, input.code, ctx.clock.now());
    if (step === null) throw new Invalid("That code does not match", WRONG_CODE);
    await ctx.tx.prisma.staff.update({ where: { id: staff.id }, data: { totpConfirmedAt: ctx.clock.now(), totpLastStep: step } });
    if (ctx.session) await ctx.tx.prisma.staffSession.update({ where: { id: ctx.session.id }, data: { secondFactor: true } });
    const codes = await newRecoveryCodes(ctx, staff.id);
    await record(ctx, { action: "security.confirm_totp", resource: "staff", resourceId: staff.id });
    return codes;
  },
});

export async function confirmTotp({ ctx, input }: { ctx: Ctx; input: { code: string } }): Promise<string[]> {
  const codes = await guardSecret(ctx, ownSecret(ctx, "security.confirm_totp_failed"), () =>
    confirmWithCode({ ctx, input }).catch((error: unknown) => {
      if (error instanceof Invalid && error.fields === WRONG_CODE) return null;
      throw error;
    }),
  );
  if (!codes) throw new Invalid("That code does not match", WRONG_CODE);
  return codes;
}

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

const setOwnPassword = mutation({
  name: "security.change_password",
  permission: "self",
  input: z.object({ password: z.string(), again: z.string() }),
  async run({ ctx, input }) {
    const staff = await ctx.tx.prisma.staff.findUniqueOrThrow({ where: { id: ctx.actor.id ?? "" } });
    checkNewPassword(input.password, input.again, staff);
    await ctx.tx.prisma.staff.update({ where: { id: staff.id }, data: { passwordHash: await hashPassword(input.password) } });
    await ctx.tx.prisma.staffSession.updateMany({
      where: { staffId: staff.id, revokedAt: null, NOT: { id: ctx.session?.id ?? "" } },
      data: { revokedAt: ctx.clock.now() },
    });
    await record(ctx, { action: "security.change_password", resource: "staff", resourceId: staff.id });
  },
});

type PasswordChange = { current: string; password: string; again: string };

/** The current password is guarded like every other guess, before the transaction: a guess is paid for even if nothing is changed. */
export async function changePassword({ ctx, input }: { ctx: Ctx; input: PasswordChange }): Promise<void> {
  const known = await guardSecret(ctx, ownSecret(ctx, "security.change_password_failed"), async () => {
    const hash = await withScope(ctx, ({ tx }) => passwordHashOf(tx, ctx.actor.id ?? ""));
    return (await checkPassword(input.current.slice(0, 1024), hash)).ok || null;
  });
  if (!known) throw new Invalid("That is not your current password", { current: ["That is not your current password"] });
  await setOwnPassword({ ctx, input });
}

/** Someone who is logged in proves a secret of their own: one budget, whichever form it is typed into. */
const ownSecret = (ctx: Ctx, action: string): Guess => ({
  budgets: sessionBudgets(ctx.actor.id ?? "", ctx.session?.id ?? ""),
  failed: (failures) => ({ action, resource: "staff", resourceId: ctx.actor.id, details: { failures } }),
});
