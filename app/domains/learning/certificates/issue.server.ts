import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import type { CreateVerb } from "~/resources/creators.server.ts";
import { newCertificateNumber } from "./new-number.server.ts";
import { stateOf } from "./number.ts";

type Wanted = { userId: string; courseId: string; expiresAt: Date | null };

const current = z.object({
  id: z.string(),
  certificate_no: z.string(),
  expires_at: z.date().nullable(),
  revoked_at: z.date().nullable(),
});

/** One that is still good is not issued twice; one that has expired is followed by the new one. */
async function supersede(ctx: TxCtx, collegeId: string, { userId, courseId }: Wanted): Promise<string | null> {
  const former = await firstRow(
    ctx.tx,
    sql`select id, certificate_no, expires_at, revoked_at
        from public.certificate
        where college_id = ${collegeId}::uuid and user_id = ${userId}::uuid and course_id = ${courseId}::uuid
          and revoked_at is null and superseded_at is null
        for update`,
    current,
  );
  if (!former) return null;
  const now = ctx.clock.now();
  if (stateOf(former, now) === "valid")
    throw new Conflict(`This student holds certificate ${former.certificate_no} for this course. Revoke it first.`);
  await execute(
    ctx.tx,
    sql`update public.certificate
        set superseded_at = ${now}, updated_at = ${now}
        where id = ${former.id}::uuid and college_id = ${collegeId}::uuid`,
  );
  return former.certificate_no;
}

/** Issued by hand, for a course done elsewhere or a rule that does not fit. */
async function issueTo(ctx: TxCtx, collegeId: string, wanted: Wanted): Promise<{ id: string; number: string }> {
  const now = ctx.clock.now();
  const found = await firstRow(
    ctx.tx,
    sql`select exists (
                 select 1
                 from public."user"
                 where id = ${wanted.userId}::uuid and college_id = ${collegeId}::uuid and deleted_at is null
               ) as person,
               (
                 select ${now}::timestamptz + certificate_valid_months * interval '1 month'
                 from public.course
                 where id = ${wanted.courseId}::uuid and college_id = ${collegeId}::uuid and deleted_at is null
               ) as expires_at,
               exists (
                 select 1
                 from public.course
                 where id = ${wanted.courseId}::uuid and college_id = ${collegeId}::uuid and deleted_at is null
               ) as course`,
    z.object({ person: z.boolean(), course: z.boolean(), expires_at: z.date().nullable() }),
  );
  if (!found?.person) throw new Invalid("This tenant has no such student", { user: ["This tenant has no such student"] });
  if (!found.course) throw new NotFound("This tenant has no such course");
  const expiresAt = wanted.expiresAt ?? found.expires_at;
  if (expiresAt && expiresAt <= now)
    throw new Invalid("Choose an expiry in the future, or none", { expiresAt: ["Choose an expiry in the future, or none"] });
  const replaces = await supersede(ctx, collegeId, wanted);
  const id = newId(now.getTime());
  const number = newCertificateNumber();
  await execute(
    ctx.tx,
    sql`insert into public.certificate
          (id, college_id, user_id, course_id, certificate_no, issued_at, expires_at, issued_by, created_at, updated_at)
        values (${id}::uuid, ${collegeId}::uuid, ${wanted.userId}::uuid, ${wanted.courseId}::uuid, ${number}, ${now},
          ${expiresAt}, ${ctx.actor.id}::uuid, ${now}, ${now})`,
  );
  await record(ctx, {
    action: "certificate.issue",
    resource: "certificate",
    resourceId: id,
    collegeId,
    after: { user: wanted.userId, course: wanted.courseId, number, expiresAt, ...(replaces ? { replaces } : {}) },
  });
  return { id, number };
}

export const issueCertificate = mutation({
  name: "certificates.issue",
  permission: "platform.manage",
  input: z.object({ userId: z.uuid(), courseId: z.uuid("Choose a course") }),
  async run({ ctx, input }) {
    const course = await firstRow(
      ctx.tx,
      sql`select college_id from public.course where id = ${input.courseId}::uuid`,
      z.object({ college_id: z.string() }),
    );
    if (!course) throw new NotFound("Course not found");
    return issueTo(ctx, course.college_id, { ...input, expiresAt: null });
  },
});

const fields = z.object({ user: z.string(), course: z.string(), expiresAt: z.date().nullish() });

/** A certificate as a form or an import line says it: the same rules, and a number of ours. */
export async function createCertificate({ ctx, collegeId, values }: Parameters<CreateVerb>[0]): Promise<string> {
  const { user, course, expiresAt } = fields.parse(values);
  return (await issueTo(ctx, collegeId, { userId: user, courseId: course, expiresAt: expiresAt ?? null })).id;
}
