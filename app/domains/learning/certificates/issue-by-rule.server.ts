import { z } from "zod";
import { record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newCertificateNumber } from "./new-number.server.ts";

/** For who completed a course whose rule says so, unless they hold a current certificate for it already. */
export async function issueByRule(
  ctx: TxCtx,
  collegeId: string,
  completed: readonly { userId: string; courseId: string }[],
): Promise<void> {
  const now = ctx.clock.now();
  const issued = await rows(
    ctx.tx,
    sql`insert into public.certificate
          (id, college_id, user_id, course_id, certificate_no, issued_at, expires_at, created_at, updated_at)
        select public.invigil_uuid7(${now}), c.college_id, d.user_id, c.id, d.number, ${now},
          ${now}::timestamptz + c.certificate_valid_months * interval '1 month', ${now}, ${now}
        from unnest(
          ${completed.map((course) => course.userId)}::uuid[],
          ${completed.map((course) => course.courseId)}::uuid[],
          ${completed.map(() => newCertificateNumber())}::text[]
        ) d (user_id, course_id, number)
        join public.course c on c.id = d.course_id and c.college_id = ${collegeId}::uuid
        where c.certificate_on_completion and c.deleted_at is null
        order by d.user_id, d.course_id
        on conflict (college_id, user_id, course_id) where revoked_at is null and superseded_at is null do nothing
        returning id, user_id, course_id, certificate_no, expires_at`,
    z.object({
      id: z.string(),
      user_id: z.string(),
      course_id: z.string(),
      certificate_no: z.string(),
      expires_at: z.date().nullable(),
    }),
  );
  for (const certificate of issued)
    await record(ctx, {
      action: "certificate.issue",
      resource: "certificate",
      resourceId: certificate.id,
      collegeId,
      after: {
        user: certificate.user_id,
        course: certificate.course_id,
        number: certificate.certificate_no,
        expiresAt: certificate.expires_at,
        by: "the course's rule",
      },
    });
}
