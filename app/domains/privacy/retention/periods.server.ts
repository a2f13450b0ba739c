import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { kindOf, RETENTION_KINDS } from "./kinds.ts";
import { reasonField } from "~/platform/reason-field.ts";

const periodRow = z.object({ kind: z.string(), college_id: z.string().nullable(), days: z.number() });

/** What is set, of the installation and of each tenant. */
export const periodsSet = (ctx: TxCtx) =>
  rows(ctx.tx, sql`select kind, college_id, days from console.retention_period`, periodRow);

/** Whose periods this person sets: those of the tenant they work in, or of the installation. */
export function ownerOfPeriods(ctx: Ctx): string | null {
  if (ctx.scope.kind === "all") return null;
  if (ctx.scope.kind === "tenants" && ctx.scope.ids.length === 1) return ctx.scope.ids[0]!;
  throw new Conflict("Choose one tenant at the top of the page. Each tenant has its own periods.");
}

const days = z.coerce.number("Enter a number of days").int("Whole days").max(36_500, "At most 100 years");

export const retentionInput = z.object({
  kind: z.enum(RETENTION_KINDS.map((kind) => kind.key)),
  /** Empty: the tenant follows the installation; the installation keeps. */
  days: z.literal("").or(days).default(""),
});

export function checkedDays(input: z.output<typeof retentionInput>): number | null {
  if (input.days === "") return null;
  const { label, minDays } = kindOf(input.kind)!;
  if (input.days < minDays)
    throw new Invalid(`${label} are kept for ${minDays} days at least`, { days: [`At least ${minDays} days`] });
  return input.days;
}

export const setRetention = mutation({
  name: "privacy.set_retention",
  permission: (ctx) => (ctx.scope.kind === "all" ? "tenants.manage" : "platform.manage"),
  stepUp: true,
  input: retentionInput.extend({ reason: reasonField }),
  async run({ ctx, input }) {
    const collegeId = ownerOfPeriods(ctx);
    const wanted = checkedDays(input);
    const before = (await periodsSet(ctx)).find((row) => row.kind === input.kind && row.college_id === collegeId);
    if (wanted === null)
      await execute(
        ctx.tx,
        sql`delete from console.retention_period
            where kind = ${input.kind} and college_id is not distinct from ${collegeId}::uuid`,
      );
    else
      await execute(
        ctx.tx,
        sql`insert into console.retention_period (id, kind, college_id, days)
            values (${newId()}, ${input.kind}, ${collegeId}::uuid, ${wanted})
            on conflict (kind, college_id) do update
            set days = excluded.days, updated_at = ${ctx.clock.now()}`,
      );
    await record(ctx, {
      action: "retention.set",
      resource: "retention",
      resourceId: input.kind,
      collegeId,
      reason: input.reason,
      before: { days: before?.days ?? null },
      after: { days: wanted },
    });
  },
});
