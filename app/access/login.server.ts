import { Authenticator } from "remix-auth";
import { FormStrategy } from "remix-auth-form";
import { record } from "~/audit/record.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { isUnavailable } from "~/db/retry.ts";
import { withScope } from "~/db/scope.server.ts";
import { env } from "~/platform/env.server.ts";
import { AppError, Invalid } from "~/platform/errors.ts";
import { newId, newToken } from "~/platform/ids.ts";
import { singleton } from "~/platform/singleton.ts";
import { AWAY_MINUTES, logInAway } from "./away-session.server.ts";
import { DEVICE, readCookie, SESSION, setCookie } from "./cookies.server.ts";
import { guardSecret, loginBudgets } from "./credential-guard.server.ts";
import { anonymousCtx } from "./ctx.server.ts";
import { loginRisk } from "./login-risk.server.ts";
import { checkPassword, hashPassword } from "./password.server.ts";
import { factsOf } from "./policy.ts";
import { sign, tokenHash, unsign } from "./secrets.server.ts";
import { ABSOLUTE_HOURS, createSession, endSession } from "./session.server.ts";
import { passwordHashOf } from "./stored-secrets.server.ts";

export type LoggedIn = { cookies: string[]; next: "home" | "verify" | "enroll" | "database" };

const WRONG = "That e-mail and password do not match an account";
const YEAR = 365 * 24 * 3600;
/** From where a person has logged in within so long is a familiar address. */
const FAMILIAR_MS = 90 * 86_400_000;

/** Whose role needs a second factor, except in the demo, whose accounts are shown on the screen. */
export const mustEnroll = (role: string) => factsOf(role).needsSecondFactor === true && !env().demo;

/** A browser is known to the account that logged in with it, to no other: one's own login buys no guesses at someone else's. */
const deviceOf = (email: string) => `${tokenHash(email).slice(0, 20)}-`;

export function knownDevice(cookie: string | null, email: string): string | null {
  const device = cookie ? unsign(cookie) : null;
  return device?.startsWith(deviceOf(email)) ? device : null;
}

/**
 * Whether someone has logged in to this account from this address before, and what it stores to check the password. An account
 * that is not there is asked about as much: nobody learns from the time it takes.
 */
async function accountOf(ctx: Ctx, email: string) {
  return withScope(ctx, async ({ tx }) => {
    const staff = await tx.prisma.staff.findUnique({ where: { email } });
    const id = staff?.id ?? newId();
    const hash = await passwordHashOf(tx, id);
    const before = await tx.prisma.staffSession.findFirst({
      where: {
        staffId: id,
        ipAddress: ctx.address ?? null,
        secondFactor: true,
        createdAt: { gt: new Date(ctx.clock.now().getTime() - FAMILIAR_MS) },
      },
      select: { id: true },
    });
    return { staff, hash: staff?.isActive ? hash : null, familiar: ctx.address !== undefined && before !== null };
  });
}

/** Marks this browser as one that has logged in to this account. Only a whole login may: a password alone is half of one. */
export const deviceCookie = (email: string, known: string | null) =>
  setCookie(DEVICE, sign(known ?? `${deviceOf(email)}${newToken(12)}`), YEAR);

type LoginInput = { email: string; password: string; device: string | null; session?: string | null };

/** `session` is the cookie that this browser has from before: that session ends, whatever becomes of its cookie. */
export async function logIn(ctx: Ctx, input: LoginInput): Promise<LoggedIn> {
  const email = input.email.trim().toLowerCase();
  if (!email || !input.password) {
    throw new Invalid("Enter your e-mail and your password", {
      ...(email ? {} : { email: ["Enter your e-mail"] }),
      ...(input.password ? {} : { password: ["Enter your password"] }),
    });
  }
  const device = knownDevice(input.device, email);
  const { staff, hash, familiar } = await accountOf(ctx, email);
  const accepted = await guardSecret(
    ctx,
    {
      budgets: loginBudgets({ email, device, address: ctx.address, familiar }),
      failed: (failures) => ({
        action: "session.login_failed",
        resource: "staff",
        resourceId: staff?.id ?? null,
        details: { email, failures },
      }),
    },
    async (failedBefore) => {
      const check = await checkPassword(input.password.slice(0, 1024), hash);
      return staff && check.ok ? { staff, upgrade: check.upgrade, failedBefore } : null;
    },
  );
  if (!accepted) throw new Invalid(WRONG);
  return begin(ctx, input, { ...accepted, device });
}

type Staff = NonNullable<Awaited<ReturnType<typeof accountOf>>["staff"]>;
type Accepted = { staff: Staff; upgrade: boolean; failedBefore: number; device: string | null };

/** The password was right: a session, which is whole unless a code is still to come. */
async function begin(ctx: Ctx, input: LoginInput, { staff, upgrade, failedBefore, device }: Accepted): Promise<LoggedIn> {
  const upgraded = upgrade ? await hashPassword(input.password) : null;
  return withScope(ctx, async (inner) => {
    const needsCode = staff.totpConfirmedAt !== null;
    const risk = await loginRisk(inner, staff.id);
    if (input.session) await endSession(inner, input.session);
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
      cookies: [setCookie(SESSION, token, ABSOLUTE_HOURS * 3600), ...(needsCode ? [] : [deviceCookie(staff.email, device)])],
      next: needsCode ? "verify" : mustEnroll(staff.role) ? "enroll" : "home",
    };
  });
}

type Typed = { email: string; password: string };

async function withoutPrimary(ctx: Ctx, input: Typed, cause: unknown): Promise<LoggedIn> {
  const { token, needsCode } = await logInAway(ctx, input, cause);
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
          return await logIn(ctx, { ...input, session: readCookie(request, SESSION) }).catch((error: unknown) => {
            if (isUnavailable(error)) return withoutPrimary(ctx, input, error);
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
