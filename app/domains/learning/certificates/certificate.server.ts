import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { stateOf } from "./number.ts";

const certificateRow = z.object({
  id: z.string(),
  college_id: z.string(),
  college: z.string(),
  certificate_no: z.string(),
  user_id: z.string(),
  person: z.string(),
  course_id: z.string(),
  course: z.string(),
  issued_at: z.date(),
  expires_at: z.date().nullable(),
  issued_by: z.string().nullable(),
  superseded_at: z.date().nullable(),
  revoked_at: z.date().nullable(),
  revoked_reason: z.string().nullable(),
  revoked_by: z.string().nullable(),
});

/** A certificate with the names of what it is about. */
export const certificateFacts = read({
  name: "certificates.facts",
  permission: "platform.read",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const found = await firstRow(
      ctx.tx,
      sql`select t.id, t.college_id, k.name as college, t.certificate_no, t.user_id, u.name as person, t.course_id,
            c.title as course, t.issued_at, t.expires_at, i.name as issued_by, t.superseded_at, t.revoked_at,
            t.revoked_reason, r.name as revoked_by
          from public.certificate t
          join public.college k on k.id = t.college_id
          join public."user" u on u.id = t.user_id and u.college_id = t.college_id
          join public.course c on c.id = t.course_id and c.college_id = t.college_id
          left join console.staff i on i.id = t.issued_by
          left join console.staff r on r.id = t.revoked_by
          where t.id = ${input.id}::uuid`,
      certificateRow,
    );
    if (!found) throw new NotFound("Certificate not found");
    return { ...found, state: stateOf(found, ctx.clock.now()) };
  },
});
