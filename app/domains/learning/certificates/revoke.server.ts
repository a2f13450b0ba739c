import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, NotFound } from "~/platform/errors.ts";
import { reasonField } from "~/platform/reason-field.ts";

/** From now on whoever verifies it is told that it was revoked; why is said here, and to nobody outside. */
export const revokeCertificate = mutation({
  name: "certificates.revoke",
  permission: "platform.manage",
  input: z.object({
    id: z.uuid(),
    reason: reasonField,
  }),
  async run({ ctx, input }) {
    const certificate = await firstRow(
      ctx.tx,
      sql`select college_id, certificate_no, revoked_at
          from public.certificate
          where id = ${input.id}::uuid
          for update`,
      z.object({ college_id: z.string(), certificate_no: z.string(), revoked_at: z.date().nullable() }),
    );
    if (!certificate) throw new NotFound("Certificate not found");
    if (certificate.revoked_at) throw new Conflict("This certificate is revoked already");
    const now = ctx.clock.now();
    await execute(
      ctx.tx,
      sql`update public.certificate
          set revoked_at = ${now}, revoked_reason = ${input.reason}, revoked_by = ${ctx.actor.id}::uuid,
              updated_at = ${now}
          where id = ${input.id}::uuid and college_id = ${certificate.college_id}::uuid`,
    );
    await record(ctx, {
      action: "certificate.revoke",
      resource: "certificate",
      resourceId: input.id,
      collegeId: certificate.college_id,
      reason: input.reason,
      before: { revokedAt: null },
      after: { revokedAt: now },
      details: { number: certificate.certificate_no },
    });
  },
});
