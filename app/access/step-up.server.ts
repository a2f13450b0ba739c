import { record } from "~/audit/record.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { codeBudgets, guardSecret, sessionBudgets } from "./credential-guard.server.ts";
import { deviceCookie, knownDevice } from "./login.server.ts";
import { checkPassword } from "./password.server.ts";
import { rotateSession } from "./session.server.ts";
import { passwordHashOf } from "./stored-secrets.server.ts";
import { useRecoveryCode, useTotp } from "./totp.server.ts";

/** A fresh proof, by password or by code: good for ten minutes of destructive acts. Returns the session's new token. */
export async function stepUp(ctx: Ctx, proof: string): Promise<{ token: string; at: Date }> {
  const { session, actor } = ctx;
  if (!session || actor.kind !== "staff") throw new Invalid("There is no session to confirm");
  const guess = {
    budgets: sessionBudgets(actor.id, session.id),
    failed: (failures: number) => ({
      action: "session.step_up_failed",
      resource: "staff",
      resourceId: actor.id,
      details: { failures },
    }),
  };
  const token = await guardSecret(ctx, guess, async () => {
    const { staff, hash } = await withScope(ctx, async ({ tx }) => ({
      staff: await tx.prisma.staff.findUniqueOrThrow({ where: { id: actor.id } }),
      hash: await passwordHashOf(tx, actor.id),
    }));
    const isCode = /^\s*\d{3}\s?\d{3}\s*$/.test(proof) && staff.totpConfirmedAt !== null;
    const passwordOk = !isCode && (await checkPassword(proof.slice(0, 1024), hash)).ok;
    if (!passwordOk && !isCode) return null;
    return withScope(ctx, async (inner) => {
      if (isCode && !(await useTotp(inner, actor.id, proof))) return null;
      await record(inner, { action: "session.step_up", resource: "staff", resourceId: actor.id });
      return rotateSession(inner, session.id, { stepUp: true });
    });
  });
  if (!token) throw new Invalid("That is not your password", { _proof: ["That is not your password or a current code"] });
  return { token, at: ctx.clock.now() };
}

/**
 * The second step of a login: a code from the app, or a recovery code. Now the login is whole, so the browser becomes a known
 * one.
 */
export async function verifySecondFactor(
  ctx: Ctx,
  code: string,
  deviceSent: string | null = null,
): Promise<{ token: string; device: string }> {
  const { session, actor } = ctx;
  if (!session || actor.kind !== "staff") throw new Invalid("Log in again");
  const device = knownDevice(deviceSent, actor.email);
  const guess = {
    budgets: codeBudgets(actor.id, device),
    // Whoever is here has the password already: nobody's failure tells an auditor more.
    failed: (failures: number) => ({
      action: "session.login_failed",
      resource: "staff",
      resourceId: actor.id,
      details: { factor: "code", failures },
    }),
  };
  const token = await guardSecret(ctx, guess, (failedBefore) =>
    withScope(ctx, async (inner) => {
      const byApp = await useTotp(inner, actor.id, code);
      const byRecovery = !byApp && (await useRecoveryCode(inner, actor.id, code));
      if (!byApp && !byRecovery) return null;
      await record(inner, {
        action: "session.login",
        resource: "staff",
        resourceId: actor.id,
        details: { factor: byApp ? "totp" : "recovery code", ...(failedBefore > 0 ? { failedBefore } : {}) },
      });
      return rotateSession(inner, session.id, { secondFactor: true, stepUp: true });
    }),
  );
  if (!token) throw new Invalid("That code is not right, or was used already", { code: ["Enter a current code"] });
  return { token, device: deviceCookie(actor.email, device) };
}
