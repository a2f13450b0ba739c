import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { endSessionsOf } from "./end-sessions.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

async function person(ctx: TxCtx, id: string) {
  const found = await firstRow(
    ctx.tx,
    sql`select id, college_id, locked_until, is_active
        from public."user"
        where id = ${id}::uuid and deleted_at is null
        for update`,
    z.object({ id: z.string(), college_id: z.string(), locked_until: z.date().nullable(), is_active: z.boolean() }),
  );
  if (!found) throw new NotFound("Person not found");
  return found;
}

/** Locks a person out of the platform until a time, and ends what they have open. */
export const lockPerson = mutation({
  name: "people.lock",
  permission: "platform.manage",
  input: z.object({
    id: z.uuid(),
    hours: z.coerce.number("Enter a number of hours").int("Whole hours").min(1, "At least one hour").max(8760, "At most a year"),
    reason: reasonField,
  }),
  async run({ ctx, input }) {
    const before = await person(ctx, input.id);
    const until = new Date(ctx.clock.now().getTime() + input.hours * 3_600_000);
    await execute(
      ctx.tx,
      sql`update public."user"
          set locked_until = ${until}, locked_reason = ${input.reason}, updated_at = ${ctx.clock.now()}
          where id = ${input.id}::uuid`,
    );
    const ended = await endSessionsOf(ctx, input.id);
    await record(ctx, {
      action: "user.lock",
      resource: "user",
      resourceId: input.id,
      collegeId: before.college_id,
      reason: input.reason,
      before: { lockedUntil: before.locked_until },
      after: { lockedUntil: until },
      details: { sessionsEnded: ended },
    });
  },
});

export const unlockPerson = mutation({
  name: "people.unlock",
  permission: "platform.manage",
  input: z.object({ id: z.uuid(), reason: reasonField }),
  async run({ ctx, input }) {
    const before = await person(ctx, input.id);
    await execute(
      ctx.tx,
      sql`update public."user"
          set locked_until = null, locked_reason = null, failed_login_attempts = 0, is_active = true,
              status = 'ACTIVE', updated_at = ${ctx.clock.now()}
          where id = ${input.id}::uuid`,
    );
    await record(ctx, {
      action: "user.unlock",
      resource: "user",
      resourceId: input.id,
      collegeId: before.college_id,
      reason: input.reason,
      before: { lockedUntil: before.locked_until, isActive: before.is_active },
      after: { lockedUntil: null, isActive: true },
    });
  },
});

export const endPersonSessions = mutation({
  name: "people.end_sessions",
  permission: "platform.manage",
  input: z.object({ id: z.uuid(), reason: reasonField }),
  async run({ ctx, input }) {
    const before = await person(ctx, input.id);
    const ended = await endSessionsOf(ctx, input.id);
    await record(ctx, {
      action: "user.end_sessions",
      resource: "user",
      resourceId: input.id,
      collegeId: before.college_id,
      reason: input.reason,
      details: { sessionsEnded: ended },
    });
    return { ended };
  },
});
