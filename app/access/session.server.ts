import { z } from "zod";
import { clients } from "~/db/clients.server.ts";
import { execute, firstRow, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { RiskReason } from "~/audit/risk.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { isUnavailable } from "~/db/retry.ts";
import { cutWhenSilent } from "~/db/silence.ts";
import { newId, newToken } from "~/platform/ids.ts";
import { findAwaySession, isAwayToken } from "./away-session.server.ts";
import { ROLE_NAMES } from "./policy.ts";
import { tokenHash } from "./secrets.server.ts";

export const IDLE_MINUTES = 30;
export const ABSOLUTE_HOURS = 12;

const sessionRow = z.object({
  id: z.string(),
  staff_id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLE_NAMES),
  theme: z.string(),
  time_zone: z.string(),
  step_up_at: z.date().nullable(),
  second_factor: z.boolean(),
  totp_confirmed: z.boolean(),
  tenant_id: z.string().nullable(),
  seen_before: z.boolean(),
  risk: z.array(z.object({ rule: z.string(), points: z.number(), says: z.string() })),
  college_ids: z.array(z.string()),
});

export type StaffSession = z.infer<typeof sessionRow>;

/** By the database's clock: a console whose own is an hour ahead must not log everybody out. */
async function find(on: Queryable, token: string, idle: number): Promise<StaffSession | null> {
  return firstRow(
    on,
    sql`select s.id, s.staff_id, st.name, st.email, st.role, st.theme, st.time_zone, s.step_up_at, s.second_factor,
               st.totp_confirmed_at is not null as totp_confirmed, s.tenant_id, s.risk,
               s.last_seen_at < now() - (60 + ${idle}) * interval '1 second' as seen_before,
               array(select a.college_id::text from console.staff_assignment a where a.staff_id = st.id) as college_ids
        from console.staff_session s join console.staff st on st.id = s.staff_id
        where s.id = console.session_of(${tokenHash(token)}) and s.revoked_at is null and st.is_active
          and s.expires_at > now() and s.last_seen_at > now() - ${IDLE_MINUTES} * interval '1 minute'`,
    sessionRow,
  );
}

/** For how long nobody has touched the page that asks: what it asks by itself is nobody's activity. */
export function idleSeconds(request: Request): number {
  const said = Number(request.headers.get("X-Invigil-Idle"));
  return Number.isFinite(said) && said > 0 ? said : 0;
}

/** Read on the primary while it is up: a revocation must work on the next request. A standby answers only when it is away. */
export async function findSession(token: string, idle = 0): Promise<StaffSession | null> {
  const { primary, replicas } = clients();
  const look = (on: Queryable) => (isAwayToken(token) ? findAwaySession(on, token) : find(on, token, idle));
  try {
    const client = await primary.connect();
    try {
      const session = await cutWhenSilent(primary, client, () => look(client));
      // Moved on at most once a minute: a page with ten requests must not write ten times.
      if (session?.seen_before)
        await execute(
          client,
          sql`update console.staff_session
              set last_seen_at = now() - ${idle} * interval '1 second'
              where id = ${session.id}`,
        );
      return session;
    } finally {
      client.release();
    }
  } catch (error) {
    const replica = isUnavailable(error) ? replicas.pick() : null;
    if (!replica) throw error;
    return look(replica.pool);
  }
}

export async function createSession(
  ctx: TxCtx,
  staffId: string,
  options: { secondFactor: boolean; stepUp: boolean; risk: RiskReason[] },
): Promise<{ token: string; id: string }> {
  const token = newToken();
  const { now } = (await firstRow(ctx.tx, sql`select now() as now`, z.object({ now: z.date() })))!;
  const id = newId(now.getTime());
  await ctx.tx.prisma.staffSession.create({
    data: {
      id,
      staffId,
      tokenHash: tokenHash(token),
      expiresAt: new Date(now.getTime() + ABSOLUTE_HOURS * 3_600_000),
      lastSeenAt: now,
      stepUpAt: options.stepUp ? ctx.clock.now() : null,
      secondFactor: options.secondFactor,
      ipAddress: ctx.address ?? null,
      userAgent: ctx.userAgent?.slice(0, 500) ?? null,
      risk: options.risk,
    },
  });
  return { token, id };
}

/** A new token for the same session, after its rights have grown: an old copy of the cookie is then worth nothing. */
export async function rotateSession(
  ctx: TxCtx,
  sessionId: string,
  rights: { secondFactor?: boolean; stepUp?: boolean },
): Promise<string> {
  const token = newToken();
  await ctx.tx.prisma.staffSession.update({
    where: { id: sessionId },
    data: {
      tokenHash: tokenHash(token),
      ...(rights.stepUp ? { stepUpAt: ctx.clock.now() } : {}),
      ...(rights.secondFactor ? { secondFactor: true } : {}),
    },
  });
  return token;
}

/** The session behind a cookie that a new login replaces: a copy of that cookie opens nothing any more. */
export async function endSession(ctx: TxCtx, token: string): Promise<void> {
  await execute(
    ctx.tx,
    sql`update console.staff_session
        set revoked_at = ${ctx.clock.now()}, updated_at = now()
        where id = console.session_of(${tokenHash(token)}) and revoked_at is null`,
  );
}

/** Which of their tenants a session works in from now on; none: all that it may see. */
export async function chooseTenant(sessionId: string, tenantId: string | null): Promise<void> {
  await execute(
    clients().primary,
    sql`
    update console.staff_session
    set tenant_id = ${tenantId}::uuid
    where id = ${sessionId}`,
  );
}
