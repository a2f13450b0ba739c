import type { Ctx, TxCtx } from "~/db/ctx.ts";
import type { Statement } from "~/db/deferred-writes.server.ts";
import { aloneInScope } from "~/db/scope.server.ts";
import { newId, someRandomBytes } from "~/platform/ids.ts";
import { minimalDiff } from "./diff.ts";
import { canonicalJson } from "./canonical.ts";
import { commitmentOf, SALT_BYTES } from "./commitment.ts";
import { assessRisk, type RiskReason } from "./risk.server.ts";

export type Act = {
  /** `noun.verb`: tenant.suspend, session.login_failed, audit.read. */
  action: string;
  resource: string;
  resourceId?: string | null;
  collegeId?: string | null;
  reason?: string | null;
  before?: Record<string, unknown> | null;
  after?: Record<string, unknown> | null;
  /** Facts that are not a change of fields: counts, file names, filters. */
  details?: Record<string, unknown>;
};

/** What is personal about an entry. The entry itself holds only a salted hash of it, so that it can be erased. */
export type Content = {
  actor: { name: string; email: string | null };
  reason: string | null;
  diff: Record<string, [unknown, unknown]> | null;
  details: Record<string, unknown> | null;
  address: string | null;
  userAgent: string | null;
  risk: RiskReason[];
};

const utf8 = (text: string) => text.replaceAll("\u0000", "\uFFFD").toWellFormed();

const INSERT = `with content as (
    insert into audit.content (entry_id, at, salt, body) values ($1, $2, $3, $4)
  )
  insert into audit.entry (id, at, actor_kind, actor_id, session_id, request_id, action, resource, resource_id, college_id, risk, commitment)
  values ($1, $2, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`;

function entryOf(ctx: Ctx, act: Act): { id: string; statement: Statement } {
  const at = ctx.clock.now();
  const id = newId(at.getTime());
  const changed = act.before !== undefined || act.after !== undefined;
  const risk = assessRisk(ctx, act);
  const content: Content = {
    actor: { name: ctx.actor.name, email: ctx.actor.email },
    reason: act.reason ?? null,
    diff: changed ? minimalDiff(act.before, act.after) : null,
    details: act.details ?? null,
    address: ctx.address ?? null,
    userAgent: ctx.userAgent?.slice(0, 500) ?? null,
    risk: risk.reasons,
  };
  const salt = someRandomBytes(SALT_BYTES);
  const body = utf8(canonicalJson(content));
  const statement = {
    // A plan under row security is of one role.
    name: ctx.scope.kind === "all" ? "audit record as platform" : "audit record",
    text: INSERT,
    values: [
      id,
      at,
      salt,
      body,
      ctx.actor.kind,
      ctx.actor.id,
      ctx.session?.id ?? null,
      utf8(ctx.requestId),
      act.action,
      act.resource,
      act.resourceId == null ? null : utf8(act.resourceId),
      act.collegeId ?? null,
      risk.score,
      commitmentOf(salt, body),
    ],
  };
  return { id, statement };
}

/** The one way into the log: in the caller's transaction, so that what can't be recorded does not happen. */
export async function record(ctx: TxCtx, act: Act): Promise<string> {
  const { id, statement } = entryOf(ctx, act);
  await ctx.tx.late(statement);
  ctx.tx.audited++;
  return id;
}

/** For acts that change nothing but must be known (a refusal, a view of personal data, an export): their own transaction. */
export async function recordAlone(ctx: Ctx, act: Act): Promise<string> {
  const alone: Ctx = ctx.scope.kind === "none" ? { ...ctx, scope: { kind: "tenants", ids: [] } } : ctx;
  const { id, statement } = entryOf(alone, act);
  await aloneInScope(alone, statement);
  return id;
}
