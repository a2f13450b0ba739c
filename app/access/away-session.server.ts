import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { clients } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { firstRow, type Queryable } from "~/db/query.ts";
import { codeOf } from "~/db/retry.ts";
import { sql } from "~/db/sql.ts";
import { Invalid, TooMany, Unavailable } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { singleton } from "~/platform/singleton.ts";
import { actSpool, spoolAct } from "./act-spool.server.ts";
import { checkPassword } from "./password.server.ts";
import { may, ROLE_NAMES } from "./policy.ts";
import { sign, tokenHash, unsign } from "./secrets.server.ts";
import type { StaffSession } from "./session.server.ts";
import { passwordHashOf, totpSecretOf } from "./stored-secrets.server.ts";
import { totpStep } from "./totp.server.ts";
import { openTotp } from "./totp-secret.server.ts";

/**
 * Signing in while the primary can't be asked: against a standby's copy, for the people who see the database pages, and for
 * a quarter of an hour. Nothing can be written, so the session is its signature, and what happened waits in the signed spool.
 */
export const AWAY_MINUTES = 15;
const PREFIX = "away.";
const WINDOW_MS = 15 * 60_000;
const PER_ACCOUNT = 5;
const PER_ADDRESS = 20;

const claimsSchema = z.object({ id: z.string(), staffId: z.string(), secondFactor: z.boolean(), at: z.number() });
type Claims = z.infer<typeof claimsSchema>;

const tokenOf = (claims: Claims) => sign(`${PREFIX}${Buffer.from(JSON.stringify(claims)).toString("base64url")}`);

export const isAwayToken = (token: string) => token.startsWith(PREFIX);

function claimsOf(token: string): Claims | null {
  const text = isAwayToken(token) ? unsign(token) : null;
  if (!text) return null;
  const parsed = claimsSchema.safeParse(JSON.parse(Buffer.from(text.slice(PREFIX.length), "base64url").toString()));
  if (!parsed.success) return null;
  const age = Date.now() - parsed.data.at;
  return age >= 0 && age < AWAY_MINUTES * 60_000 ? parsed.data : null;
}

const staffRow = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLE_NAMES),
  theme: z.string(),
  time_zone: z.string(),
  totp_confirmed: z.boolean(),
  totp_last_step: z.coerce.number().nullable(),
  college_ids: z.array(z.string()),
});

const staffBy = (on: Queryable, by: { id: string } | { email: string }) =>
  firstRow(
    on,
    sql`select st.id, st.name, st.email, st.role, st.theme, st.time_zone,
               st.totp_confirmed_at is not null as totp_confirmed, st.totp_last_step,
               array(select a.college_id::text from console.staff_assignment a where a.staff_id = st.id) as college_ids
        from console.staff st
        where st.is_active and ${"id" in by ? sql`st.id = ${by.id}::uuid` : sql`st.email = ${by.email}`}`,
    staffRow,
  );

/** On whichever server answers: someone who was deactivated is nobody here either. */
export async function findAwaySession(on: Queryable, token: string): Promise<StaffSession | null> {
  const claims = claimsOf(token);
  const staff = claims && (await staffBy(on, { id: claims.staffId }));
  if (!claims || !staff) return null;
  const whole = claims.secondFactor || !staff.totp_confirmed;
  return {
    id: claims.id,
    staff_id: staff.id,
    name: staff.name,
    email: staff.email,
    role: staff.role,
    theme: staff.theme,
    time_zone: staff.time_zone,
    step_up_at: whole ? new Date(claims.at) : null,
    second_factor: claims.secondFactor,
    totp_confirmed: staff.totp_confirmed,
    tenant_id: null,
    seen_before: false,
    risk: [],
    college_ids: staff.college_ids,
  };
}

/** Guesses can't be counted in the database: they are counted here, and fewer are allowed. */
function payForGuess(ctx: Ctx, account: string): void {
  const counts = singleton("access.away.guesses", () => new Map<string, { n: number; since: number }>());
  const now = Date.now();
  for (const [key, entry] of counts) if (now - entry.since > WINDOW_MS) counts.delete(key);
  for (const [key, limit] of [
    [`account:${account}`, PER_ACCOUNT],
    [`address:${ctx.address ?? "unknown"}`, PER_ADDRESS],
  ] as const) {
    const entry = counts.get(key) ?? { n: 0, since: now };
    counts.set(key, { ...entry, n: entry.n + 1 });
    if (entry.n >= limit) throw new TooMany("Too many attempts. Try again in 15 min.", Math.ceil(WINDOW_MS / 1000));
  }
}

type Why = { says: string; advice: string };
const SILENT: Why = { says: "The primary does not answer", advice: "Log in when it is back" };
const USED_UP: Why = { says: "Every connection of the primary is in use", advice: "Try again in a moment" };

/** Why the primary was not asked, for whoever reads the answer. */
const reasonOf = (error: unknown): Why => (codeOf(error) === "53300" ? USED_UP : SILENT);

function standby({ says, advice }: Why = SILENT): Queryable {
  const replica = clients().replicas.pick();
  if (replica) return replica.pool;
  throw new Unavailable(`${says}, and no standby can check your password. ${advice}`);
}

/** The primary does not answer at all: what this page can offer. */
export const primaryIsSilent = () => clients().primarySilent();

export async function logInAway(
  ctx: Ctx,
  input: { email: string; password: string },
  cause: unknown = null,
): Promise<{ token: string; needsCode: boolean }> {
  const email = input.email.trim().toLowerCase();
  const why = reasonOf(cause);
  const on = standby(why);
  payForGuess(ctx, email);
  const staff = await staffBy(on, { email });
  const { ok } = await checkPassword(input.password.slice(0, 1024), await passwordHashOf(on, staff?.id ?? newId()));
  if (!staff || !ok) {
    spoolAct(ctx, { action: "session.login_failed", resource: "staff", resourceId: staff?.id ?? null, details: { email } });
    throw new Invalid("That e-mail and password do not match an account");
  }
  if (!may(staff.role, "database.read")) throw new Unavailable(`${why.says}, and your pages need it. ${why.advice}`);
  const claims = { id: newId(), staffId: staff.id, secondFactor: false, at: Date.now() };
  spoolAct(
    {
      ...ctx,
      session: { id: claims.id, stepUpAt: null, secondFactor: false },
      actor: { kind: "staff", id: staff.id, name: staff.name, email: staff.email, role: staff.role },
    },
    {
      action: staff.totp_confirmed ? "session.password_accepted" : "session.login",
      resource: "staff",
      resourceId: staff.id,
      details: { withoutPrimary: true },
    },
  );
  return { token: tokenOf(claims), needsCode: staff.totp_confirmed };
}

/** A code counts once, also among the processes of this machine. Recovery codes wait for the primary. */
function useStep(staffId: string, step: number): boolean {
  const dir = path.join(path.dirname(actSpool()), "codes");
  fs.mkdirSync(dir, { recursive: true });
  for (const name of fs.readdirSync(dir)) {
    const file = path.join(dir, name);
    const written = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (written < Date.now() - WINDOW_MS) fs.rmSync(file, { force: true });
  }
  try {
    fs.writeFileSync(path.join(dir, tokenHash(`${staffId} ${step}`)), "", { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

export async function verifyAway(ctx: Ctx, code: string): Promise<string> {
  const { session, actor } = ctx;
  if (!session || actor.kind !== "staff") throw new Invalid("Log in again");
  payForGuess(ctx, `code:${actor.id}`);
  const on = standby();
  const staff = await staffBy(on, { id: actor.id });
  const stored = staff && (await totpSecretOf(on, staff.id));
  const opened = stored ? openTotp(actor.id, stored) : null;
  const step = opened ? await totpStep(opened.secret, code, ctx.clock.now()) : null;
  if (step === null || step <= (staff?.totp_last_step ?? 0) || !useStep(actor.id, step)) {
    spoolAct(ctx, { action: "session.login_failed", resource: "staff", resourceId: actor.id, details: { factor: "code" } });
    throw new Invalid("That code is not right, or was used already", { code: ["Enter a current code"] });
  }
  spoolAct(ctx, {
    action: "session.login",
    resource: "staff",
    resourceId: actor.id,
    details: { factor: "totp", withoutPrimary: true },
  });
  return tokenOf({ id: session.id, staffId: actor.id, secondFactor: true, at: Date.now() });
}
