import { record, recordAlone } from "~/audit/record.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { checkPassword } from "./password.server.ts";
import { rotateSession } from "./session.server.ts";
import { forgiveGuesses, payForGuess } from "./throttle.server.ts";
import { useRecoveryCode, useTotp } from "./totp.server.ts";

/** A fresh proof, by password or by code: good for ten minutes of destructive acts. Returns the session's new token. */
export async function stepUp(ctx: Ctx, proof: string): Promise<{ token: string; at: Date }> {
  const { session, actor } = ctx;
  if (!session || actor.kind !== "staff") throw new Invalid("There is no session to confirm");
  const guess = { email: `stepup:${actor.id}`, device: session.id, address: ctx.address ?? "unknown", now: ctx.clock.now() };
  const failures = await payForGuess(guess);
  const staff = await withScope(ctx, ({ tx }) => tx.prisma.staff.findUniqueOrThrow({ where: { id: actor.id } }));
  const isCode = /^\s*\d{3}\s?\d{3}\s*$/.test(proof) && staff.totpConfirmedAt !== null;
  const passwordOk = !isCode && (await checkPassword(proof, staff.passwordHash)).ok;
  const token = await withScope(ctx, async (inner) => {
    const ok = passwordOk || (isCode && (await useTotp(inner, actor.id, proof)));
    if (!ok) return null;
    await record(inner, { action: "session.step_up", resource: "staff", resourceId: actor.id });
    await forgiveGuesses(guess, inner.tx);
    return rotateSession(inner, session.id, { stepUp: true });
  });
  if (!token) {
    await recordAlone(ctx, { action: "session.step_up_failed", resource: "staff", resourceId: actor.id, details: { failures } });
    throw new Invalid("That is not your password", { _proof: ["That is not your password or a current code"] });
  }
  return { token, at: ctx.clock.now() };
}

/** The second step of a login: a code from the app, or a recovery code. */
export async function verifySecondFactor(ctx: Ctx, code: string): Promise<string> {
  const { session, actor } = ctx;
  if (!session || actor.kind !== "staff") throw new Invalid("Log in first");
  const guess = { email: `totp:${actor.id}`, device: null, address: ctx.address ?? "unknown", now: ctx.clock.now() };
  const failures = await payForGuess(guess);
  const token = await withScope(ctx, async (inner) => {
    const byApp = await useTotp(inner, actor.id, code);
    const byRecovery = !byApp && (await useRecoveryCode(inner, actor.id, code));
    if (!byApp && !byRecovery) return null;
    const failedBefore = await forgiveGuesses(guess, inner.tx);
    await record(inner, {
      action: "session.login",
      resource: "staff",
      resourceId: actor.id,
      details: { factor: byApp ? "totp" : "recovery code", ...(failedBefore > 0 ? { failedBefore } : {}) },
    });
    return rotateSession(inner, session.id, { secondFactor: true, stepUp: true });
  });
  if (!token) {
    // Whoever is here has the password already: nobody's failure tells an auditor more.
    await recordAlone(ctx, {
      action: "session.login_failed",
      resource: "staff",
      resourceId: actor.id,
      details: { factor: "code", failures },
    });
    throw new Invalid("That code is not right, or was used already", { code: ["Enter a current code"] });
  }
  return token;
}
