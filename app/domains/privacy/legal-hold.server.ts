import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { raw, sql, type Sql } from "~/db/sql.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { lockPersonRow } from "~/domains/people/person-row.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

/** A hold (as `h`) that stands at this moment: not lifted, and its last day has not passed. */
export const stands = (now: Date, alias = "h"): Sql =>
  sql`${raw(alias)}.lifted_at is null and (${raw(alias)}.until is null or ${raw(alias)}.until >= ${now.toISOString().slice(0, 10)}::date)`;

export async function holdsOf(ctx: TxCtx, userId: string) {
  return rows(
    ctx.tx,
    sql`select h.id, h.reason, h.placed_by_name, h.placed_at, h.until::text as until, h.lifted_at, h.lifted_reason,
               (${stands(ctx.clock.now())}) as stands
        from public.legal_hold h
        where h.user_id = ${userId}::uuid
        order by h.id desc
        limit 50`,
    z.object({
      id: z.string(),
      reason: z.string(),
      placed_by_name: z.string(),
      placed_at: z.date(),
      until: z.string().nullable(),
      lifted_at: z.date().nullable(),
      lifted_reason: z.string().nullable(),
      stands: z.boolean(),
    }),
  );
}

export const listHolds = read({
  name: "privacy.holds",
  permission: "platform.read",
  input: z.object({ id: z.uuid() }),
  run: ({ ctx, input }) => holdsOf(ctx, input.id),
});

/** While it stands, nothing of this person is erased or deleted by age. */
export const placeHold = mutation({
  name: "privacy.place_hold",
  permission: "platform.manage",
  input: z.object({ id: z.uuid(), reason: reasonField, until: z.iso.date("Enter a date").or(z.literal("")).default("") }),
  async run({ ctx, input }) {
    const now = ctx.clock.now();
    if (input.until && input.until < now.toISOString().slice(0, 10))
      throw new Invalid("The last day has passed. Choose today or a later day.", {
        until: ["Choose today or a later day"],
      });
    const person = await lockPersonRow(ctx, input.id);
    if (person.erased_at) throw new Conflict(`${person.name} was erased. There is nothing left to hold.`);
    const id = newId(now.getTime());
    await execute(
      ctx.tx,
      sql`insert into public.legal_hold (
            id, college_id, user_id, reason, placed_by, placed_by_name, placed_at, until
          )
          values (
            ${id}, ${person.college_id}::uuid, ${person.id}::uuid, ${input.reason}, ${ctx.actor.id}::uuid,
            ${ctx.actor.name}, ${now}, ${input.until || null}::date
          )`,
    );
    await record(ctx, {
      action: "user.hold",
      resource: "user",
      resourceId: person.id,
      collegeId: person.college_id,
      reason: input.reason,
      details: { hold: id, until: input.until || null },
    });
    return { id };
  },
});

export const liftHold = mutation({
  name: "privacy.lift_hold",
  permission: "platform.manage",
  stepUp: true,
  input: z.object({ id: z.uuid(), holdId: z.uuid(), reason: reasonField }),
  async run({ ctx, input }) {
    const now = ctx.clock.now();
    const hold = await firstRow(
      ctx.tx,
      sql`update public.legal_hold
          set lifted_at = ${now}, lifted_by = ${ctx.actor.id}::uuid, lifted_reason = ${input.reason}, updated_at = ${now}
          where id = ${input.holdId}::uuid and user_id = ${input.id}::uuid and lifted_at is null
          returning user_id, college_id`,
      z.object({ user_id: z.string(), college_id: z.string() }),
    );
    if (!hold) throw new NotFound("This hold does not exist, or was lifted already. Reload the page.");
    await record(ctx, {
      action: "user.lift_hold",
      resource: "user",
      resourceId: hold.user_id,
      collegeId: hold.college_id,
      reason: input.reason,
      details: { hold: input.holdId },
    });
  },
});
