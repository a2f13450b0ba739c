import { Authenticator } from "remix-auth";
import { FormStrategy } from "remix-auth-form";
import { record, recordAlone } from "~/audit/record.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { isAway } from "~/db/retry.ts";
import { withScope } from "~/db/scope.server.ts";
import { env } from "~/platform/env.server.ts";
import { AppError, Invalid } from "~/platform/errors.ts";
import { newToken } from "~/platform/ids.ts";
import { singleton } from "~/platform/singleton.ts";
import { AWAY_MINUTES, logInAway } from "./away-session.server.ts";
import { DEVICE, readCookie, SESSION, setCookie } from "./cookies.server.ts";
import { anonymousCtx } from "./ctx.server.ts";
import { judgeAgainstHabits } from "./habits.server.ts";
import { checkPassword, hashPassword } from "./password.server.ts";
import { sign, tokenHash, unsign } from "./secrets.server.ts";
import { ABSOLUTE_HOURS, createSession } from "./session.server.ts";
import { forgiveGuesses, payForGuess } from "./throttle.server.ts";

export type LoggedIn = { cookies: string[]; next: "home" | "verify" | "enroll" | "database" };

const WRONG = "That e-mail and password do not match an account";
const YEAR = 365 * 24 * 3600;

/** Second factors are required of super-admins, except in the demo, whose accounts are shown on the screen. */
export const mustEnroll = (role: string) => role === "SUPER_ADMIN" && !env().demo;

/** A browser is known to the account that logged in with it, to no other: one's own login buys no guesses at somebody else's. */
const deviceOf = (email: string) => `${tokenHash(email).slice(0, 20)}-`;

function knownDevice(cookie: string | null, email: string): string | null {
  const device = cookie ? unsign(cookie) : null;
  return device?.startsWith(deviceOf(email)) ? device : null;
}

export async function logIn(ctx: Ctx, input: { email: string; password: string; device: string | null }): Promise<LoggedIn> {
  const email = input.email.trim().toLowerCase();
  if (!email || !input.password) {
    throw new Invalid("Enter your e-mail and your password", {
      ...(email ? {} : { email: ["Enter your e-mail"] }),
      ...(input.password ? {} : { password: ["Enter your password"] }),
    });
  }
  const device = knownDevice(input.device, email);
  const guess = { email, device, address: ctx.address ?? "unknown", now: ctx.clock.now() };
  const failures = await payForGuess(guess);
  const staff = await withScope(ctx, ({ tx }) => tx.prisma.staff.findUnique({ where: { email } }));
  const check = await checkPassword(input.password.slice(0, 1024), staff?.isActive ? staff.passwordHash : null);
  if (!staff || !check.ok) {
    await recordAlone(ctx, {
      action: "session.login_failed",
      resource: "staff",
      resourceId: staff?.id ?? null,
      details: { email, failures },
    });
    throw new Invalid(WRONG);
  }
  const failedBefore = await forgiveGuesses(guess);
  const upgraded = check.upgrade ? await hashPassword(input.password) : null;
  return withScope(ctx, async (inner) => {
    const needsCode = staff.totpConfirmedAt !== null;
    const risk = await judgeAgainstHabits(inner, staff.id);
    const { token, id } = await createSession(inner, staff.id, { secondFactor: !needsCode, stepUp: !needsCode, risk });
    await inner.tx.prisma.staff.update({
      where: { id: staff.id },
      data: { lastLoginAt: ctx.clock.now(), ...(upgraded ? { passwordHash: upgraded } : {}) },
    });
    await record(
      {
        ...inner,
        session: { id, stepUpAt: null, secondFactor: !needsCode, risk },
        actor: { kind: "staff", id: staff.id, name: staff.name, email: staff.email, role: staff.role as never },
      },
      {
        action: needsCode ? "session.password_accepted" : "session.login",
        resource: "staff",
        resourceId: staff.id,
        details: failedBefore > 0 ? { failedBefore } : undefined,
      },
    );
    return {
      cookies: [
        setCookie(SESSION, token, ABSOLUTE_HOURS * 3600),
        setCookie(DEVICE, input.device && device ? input.device : sign(`${deviceOf(email)}${newToken(12)}`), YEAR),
      ],
      next: needsCode ? "verify" : mustEnroll(staff.role) ? "enroll" : "home",
    };
  });
}

async function withoutPrimary(ctx: Ctx, input: { email: string; password: string }): Promise<LoggedIn> {
  const { token, needsCode } = await logInAway(ctx, input);
  return { cookies: [setCookie(SESSION, token, AWAY_MINUTES * 60)], next: needsCode ? "verify" : "database" };
}

/** remix-auth runs the form strategy; the session is ours. */
export const authenticator = () =>
  singleton("access.authenticator", () => {
    const made = new Authenticator<LoggedIn | AppError>();
    made.use(
      new FormStrategy(async ({ form, request }) => {
        const text = (name: string) => String(form.get(name) ?? "");
        const ctx = anonymousCtx(request);
        const input = { email: text("email"), password: text("password"), device: readCookie(request, DEVICE) };
        try {
          return await logIn(ctx, input).catch((error: unknown) => {
            if (isAway(error)) return withoutPrimary(ctx, input);
            throw error;
          });
        } catch (error) {
          if (error instanceof AppError) return error;
          throw error;
        }
      }),
      "form",
    );
    return made;
  });
