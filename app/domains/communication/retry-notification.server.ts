import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, NotFound } from "~/platform/errors.ts";
import { reasonField } from "~/platform/reason-field.ts";

/** Once more, because a person says so: only what failed or was kept in the outbox, never what is on its way. */
export const retryNotification = mutation({
  name: "notifications.retry",
  permission: "platform.manage",
  input: z.object({
    id: z.uuid(),
    reason: reasonField,
  }),
  async run({ ctx, input }) {
    const before = await firstRow(
      ctx.tx,
      sql`select college_id, status, last_error from public.notification where id = ${input.id}::uuid for update`,
      z.object({ college_id: z.string(), status: z.string(), last_error: z.string().nullable() }),
    );
    if (!before) throw new NotFound("Notification not found");
    if (before.status !== "FAILED" && before.status !== "OUTBOX")
      throw new Conflict(
        `This notification is ${before.status.toLowerCase()}. Only one that failed or is in the outbox can be retried`,
      );
    await execute(
      ctx.tx,
      sql`update public.notification
          set status = 'PENDING', attempts = 0, next_attempt_at = ${ctx.clock.now()}, last_error = null,
              updated_at = ${ctx.clock.now()}
          where id = ${input.id}::uuid`,
    );
    await record(ctx, {
      action: "notification.retry",
      resource: "notification",
      resourceId: input.id,
      collegeId: before.college_id,
      reason: input.reason,
      before: { status: before.status, lastError: before.last_error },
      after: { status: "PENDING" },
    });
  },
});
