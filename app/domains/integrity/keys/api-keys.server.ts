import { createHash } from "node:crypto";
import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { tenantIs } from "~/db/tenant.ts";
import { Conflict, NotFound } from "~/platform/errors.ts";
import { newId, newToken } from "~/platform/ids.ts";
import { forgetKeys } from "./authenticate.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

const KEY_SCOPES = ["integrity:write", "attempts:write", "learning:write", "audit:read"] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

export const hashKey = (key: string): string => createHash("sha256").update(key).digest("hex");

const keyRow = z.object({
  id: z.string(),
  college_id: z.string(),
  college: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  rate_per_minute: z.number(),
  expires_at: z.date().nullable(),
  last_used_at: z.date().nullable(),
  revoked_at: z.date().nullable(),
  created_at: z.date(),
});

export const listApiKeys = read({
  name: "api_key.list",
  permission: "apikeys.read",
  on: "primary",
  input: z.object({}),
  run: ({ ctx }) =>
    rows(
      ctx.tx,
      sql`select k.id, k.college_id, c.name as college, k.name, k.prefix, k.scopes, k.rate_per_minute, k.expires_at,
                 k.last_used_at, k.revoked_at, k.created_at
          from public.api_key k
            join public.college c on c.id = k.college_id
          where ${tenantIs(ctx, "k.college_id")}
          order by k.revoked_at is not null, k.id desc
          limit 1000`,
      keyRow,
    ),
});

/** The key is in what this returns, and nowhere else ever again. */
async function insertKey(
  ctx: TxCtx,
  fields: { collegeId: string; name: string; ratePerMinute: number; expiresAt: Date | null; scopes: readonly string[] },
): Promise<{ id: string; key: string; prefix: string }> {
  const prefix = `ivg_${newToken(6)}`;
  const key = `${prefix}.${newToken(32)}`;
  const id = newId(ctx.clock.now().getTime());
  await ctx.tx.prisma.apiKey.create({
    data: {
      id,
      collegeId: fields.collegeId,
      name: fields.name,
      prefix,
      keyHash: hashKey(key),
      scopes: [...fields.scopes],
      ratePerMinute: fields.ratePerMinute,
      expiresAt: fields.expiresAt,
      createdBy: ctx.actor.id,
    },
  });
  return { id, key, prefix };
}

export const createApiKey = mutation({
  name: "api_key.create",
  permission: "apikeys.manage",
  stepUp: true,
  input: z.object({
    collegeId: z.uuid("Choose a tenant"),
    name: z.string().trim().min(2, "Enter what the key is for").max(120, "At most 120 characters"),
    ratePerMinute: z.coerce
      .number({ message: "Enter a number" })
      .int("A whole number")
      .min(1)
      .max(100_000, "At most 100,000")
      .default(600),
    scopes: z.array(z.enum(KEY_SCOPES)).min(1, "Choose at least one permission").default(["integrity:write"]),
    days: z.union([z.literal("").transform(() => null), z.coerce.number().int().min(1).max(3650), z.null()]).default(null),
  }),
  async run({ ctx, input }) {
    const college = await firstRow(
      ctx.tx,
      sql`select id from public.college where id = ${input.collegeId} and deleted_at is null`,
      z.object({ id: z.string() }),
    );
    if (!college) throw new NotFound("Tenant not found");
    const expiresAt = input.days === null ? null : new Date(ctx.clock.now().getTime() + input.days * 86_400_000);
    const made = await insertKey(ctx, { ...input, expiresAt });
    await record(ctx, {
      action: "api_key.create",
      resource: "api_key",
      resourceId: made.id,
      collegeId: input.collegeId,
      after: {
        name: input.name,
        prefix: made.prefix,
        scopes: input.scopes.join(" "),
        ratePerMinute: input.ratePerMinute,
        expiresAt,
      },
    });
    return made;
  },
});

async function lockKey(ctx: TxCtx, id: string) {
  const key = await firstRow(
    ctx.tx,
    sql`select id, college_id, name, prefix, scopes, rate_per_minute, expires_at, revoked_at
        from public.api_key
        where id = ${id}
        for update`,
    keyRow.omit({ college: true, last_used_at: true, created_at: true }),
  );
  if (!key) throw new NotFound("Key not found");
  if (key.revoked_at) throw new Conflict("This key is already revoked");
  return key;
}

export const revokeApiKey = mutation({
  name: "api_key.revoke",
  permission: "apikeys.manage",
  input: z.object({ id: z.uuid(), reason: reasonField }),
  async run({ ctx, input }) {
    const key = await lockKey(ctx, input.id);
    await ctx.tx.prisma.apiKey.update({
      where: { id_collegeId: { id: key.id, collegeId: key.college_id } },
      data: { revokedAt: ctx.clock.now() },
    });
    ctx.tx.afterCommit(forgetKeys);
    await record(ctx, {
      action: "api_key.revoke",
      resource: "api_key",
      resourceId: key.id,
      collegeId: key.college_id,
      reason: input.reason,
      details: { name: key.name, prefix: key.prefix },
    });
  },
});

const ROTATION_HOURS = 24;

/** A new key of the same rights; the old one works for a day, so that nothing stops while it is replaced. */
export const rotateApiKey = mutation({
  name: "api_key.rotate",
  permission: "apikeys.manage",
  stepUp: true,
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const old = await lockKey(ctx, input.id);
    const until = new Date(ctx.clock.now().getTime() + ROTATION_HOURS * 3_600_000);
    const made = await insertKey(ctx, {
      collegeId: old.college_id,
      name: old.name,
      ratePerMinute: old.rate_per_minute,
      expiresAt: old.expires_at,
      scopes: old.scopes,
    });
    await ctx.tx.prisma.apiKey.update({
      where: { id_collegeId: { id: old.id, collegeId: old.college_id } },
      data: { expiresAt: old.expires_at && old.expires_at < until ? old.expires_at : until },
    });
    ctx.tx.afterCommit(forgetKeys);
    await record(ctx, {
      action: "api_key.rotate",
      resource: "api_key",
      resourceId: made.id,
      collegeId: old.college_id,
      details: { name: old.name, from: old.prefix, to: made.prefix, oldUntil: until },
    });
    return made;
  },
});
