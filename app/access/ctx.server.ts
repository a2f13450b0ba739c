import { z } from "zod";
import { cache } from "~/db/cache.server.ts";
import type { Ctx, Scope } from "~/db/ctx.ts";
import { clients } from "~/db/clients.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { systemClock } from "~/platform/clock.ts";
import { env } from "~/platform/env.server.ts";
import { newId } from "~/platform/ids.ts";
import { AFTER, readCookie } from "./cookies.server.ts";
import { factsOf, SEES_ALL_TENANTS } from "./policy.ts";
import type { StaffSession } from "./session.server.ts";

/** The address the server saw, put there by app/server.ts, never taken from the client. */
const ADDRESS_HEADER = "x-invigil-address";
const REQUEST_ID_HEADER = "x-request-id";

function fromRequest(request: Request): Pick<Ctx, "clock" | "requestId" | "address" | "userAgent" | "after"> {
  const after = readCookie(request, AFTER);
  return {
    clock: systemClock,
    requestId: request.headers.get(REQUEST_ID_HEADER) ?? newId(),
    address: request.headers.get(ADDRESS_HEADER) ?? undefined,
    userAgent: request.headers.get("user-agent") ?? undefined,
    after: after && /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i.test(after) ? after : undefined,
  };
}

export function anonymousCtx(request: Request): Ctx {
  return {
    ...fromRequest(request),
    actor: { kind: "anonymous", id: null, name: "Someone not logged in", email: null, role: "ANONYMOUS" },
    scope: { kind: "tenants", ids: [] },
  };
}

/** The collector, a job, the command line. */
export function systemCtx(name: string, scope: Scope = { kind: "all" }): Ctx {
  return {
    actor: { kind: "system", id: null, name, email: null, role: "SYSTEM" },
    scope,
    clock: systemClock,
    requestId: `${name}-${newId()}`,
  };
}

export type Tenant = { id: string; name: string; code: string };

/** Another process (the command line, a second web process) may add one. */
const TENANTS_TTL_MS = 10_000;

async function readTenants(): Promise<Tenant[]> {
  const client = await clients().primary.connect();
  try {
    await client.query("begin read only; set local role invigil_platform");
    const list = await rows(
      client,
      sql`select id, name, code from public.college where deleted_at is null order by name`,
      z.object({ id: z.string(), name: z.string(), code: z.string() }),
    );
    await client.query("commit");
    return list;
  } finally {
    client.release();
  }
}

/** Names and codes of all tenants: few, read on every page. */
export const allTenants = (): Promise<Tenant[]> =>
  cache.get(systemCtx("tenants"), { key: "tenants", of: ["college"], ttlMs: TENANTS_TTL_MS, read: readTenants });

/**
 * What this person's work sees. A chosen tenant narrows it. With ENABLE_AUTO_COLLEGE_FILTER, people of several (but not
 * all) tenants always work in one; without it, lists show all that they may see.
 */
export function scopeOf(session: Pick<StaffSession, "college_ids" | "tenant_id"> & { role: string }): Scope {
  const all = SEES_ALL_TENANTS.has(session.role);
  const allowed = (id: string) => all || session.college_ids.includes(id);
  if (session.tenant_id && allowed(session.tenant_id)) return { kind: "tenants", ids: [session.tenant_id] };
  if (all) return { kind: "all" };
  const { ENABLE_AUTO_COLLEGE_FILTER, DEFAULT_COLLEGE_ID } = env();
  if (ENABLE_AUTO_COLLEGE_FILTER && factsOf(session.role).oneTenantAtATime && session.college_ids.length > 1) {
    const preferred = DEFAULT_COLLEGE_ID && allowed(DEFAULT_COLLEGE_ID) ? DEFAULT_COLLEGE_ID : session.college_ids[0]!;
    return { kind: "tenants", ids: [preferred] };
  }
  return { kind: "tenants", ids: session.college_ids };
}

export async function staffCtx(request: Request, session: StaffSession): Promise<Ctx> {
  const scope = scopeOf(session);
  const only = scope.kind === "tenants" && scope.ids.length === 1 ? scope.ids[0] : null;
  const tenantTag = only ? (await allTenants().catch(() => [])).find((tenant) => tenant.id === only)?.code : undefined;
  return {
    ...fromRequest(request),
    actor: { kind: "staff", id: session.staff_id, name: session.name, email: session.email, role: session.role },
    scope,
    session: { id: session.id, stepUpAt: session.step_up_at, secondFactor: session.second_factor, risk: session.risk },
    tenantTag,
  };
}
