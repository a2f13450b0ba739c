import { z } from "zod";
import { may, ROLE_LABELS, rolesThatMay } from "~/access/policy.ts";
import { getStaff, updateStaff } from "~/access/staff/staff.server.ts";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { revokeApiKey } from "~/domains/integrity/keys/api-keys.server.ts";
import { Conflict, Forbidden, NotFound } from "~/platform/errors.ts";
import { reasonField } from "~/platform/reason-field.ts";
import { keyReview } from "~/access/log/review.server.ts";

const found = z.object({
  id: z.string(),
  campaign_id: z.string(),
  kind: z.enum(["STAFF", "API_KEY"]),
  subject_id: z.string(),
  name: z.string(),
  role: z.string(),
  decision: z.string().nullable(),
  decided_by_name: z.string().nullable(),
});
type Found = z.infer<typeof found>;

async function lockRows(ctx: TxCtx, ids: readonly string[]): Promise<Found[]> {
  return rows(
    ctx.tx,
    sql`select id, campaign_id, kind, subject_id, name, role, decision, decided_by_name
        from console.access_campaign_row
        where id = any(${[...ids]}::uuid[])
        order by id
        for update`,
    found,
  );
}

/** Whoever comes second is told who was first; the row's lock decides which of two that is. */
async function decide(ctx: TxCtx, row: Found, decision: "KEEP" | "REVOKE", reason: string): Promise<void> {
  if (row.decision) throw new Conflict(`${row.decided_by_name ?? "Somebody"} has already decided about ${row.name}.`);
  if (row.subject_id === ctx.actor.id) throw new Forbidden("This is your own access. Somebody else decides about it.");
  const done = await firstRow(
    ctx.tx,
    sql`update console.access_campaign_row
        set decision = ${decision}, reason = ${reason}, decided_by = ${ctx.actor.id}::uuid,
            decided_by_name = ${ctx.actor.name}, decided_at = ${ctx.clock.now()}
        where id = ${row.id}::uuid and decision is null
        returning id`,
    z.object({ id: z.string() }),
  );
  if (!done) throw new Conflict(`Somebody else has just decided about ${row.name}.`);
  await record(ctx, {
    action: "campaign.decide",
    resource: "access_campaign",
    resourceId: row.campaign_id,
    reason,
    details: { name: row.name, decision, kind: row.kind, subject: row.subject_id },
  });
}

/** Of those who may manage staff there may be one alone, who can't decide about themselves: an auditor does. */
const managers = () => rolesThatMay("staff.manage").map((role) => ROLE_LABELS[role]);

/** They keep what they have. Several rows at once are kept for one reason, or none of them is. */
export const keepAccess = mutation({
  name: "access_campaign.keep",
  permission: (ctx) => (may(ctx.actor.role, "staff.manage") ? "staff.manage" : "access.sign"),
  input: z.object({ rows: z.array(z.uuid()).min(1, "Select at least one row").max(5000), reason: reasonField }),
  async run({ ctx, input }) {
    const chosen = await lockRows(ctx, [...new Set(input.rows)]);
    if (chosen.length < new Set(input.rows).size) throw new NotFound("Row not found");
    const others = !may(ctx.actor.role, "staff.manage") && chosen.find((row) => !managers().includes(row.role));
    if (others) throw new Forbidden(`An auditor decides about those who manage staff alone. ${others.name} is not one of them.`);
    for (const row of chosen) await decide(ctx, row, "KEEP", input.reason);
    return { kept: chosen.length };
  },
});

/** Takes the access away at once, by what takes it away elsewhere: an account is deactivated, a key is revoked. */
export const revokeAccess = mutation({
  name: "access_campaign.revoke",
  permission: "staff.manage",
  stepUp: true,
  input: z.object({ row: z.uuid(), reason: reasonField }),
  async run({ ctx, input }) {
    const [row] = await lockRows(ctx, [input.row]);
    if (!row) throw new NotFound("Row not found");
    await decide(ctx, row, "REVOKE", input.reason);
    if (row.kind === "STAFF") {
      const staff = await getStaff({ ctx, input: { id: row.subject_id } });
      if (staff.is_active)
        await updateStaff({
          ctx,
          input: { id: staff.id, name: staff.name, role: staff.role, colleges: staff.college_ids, active: false },
        });
      return { name: row.name };
    }
    const key = (await keyReview({ ctx, input: {} })).find(({ id }) => id === row.subject_id);
    if (key?.works) await revokeApiKey({ ctx, input: { id: key.id, reason: input.reason } });
    return { name: row.name };
  },
});
