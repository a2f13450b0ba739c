import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { measure } from "~/access/measure.server.ts";
import { subscriberOf } from "~/access/network.ts";
import { payPace } from "~/access/throttle.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { TooMany } from "~/platform/errors.ts";
import { readCertificateNumber, stateOf, type CertificateState } from "./number.ts";

/** What stands on the paper, and whether it still holds. Nothing else of the person or the course is told. */
export type Verified = {
  number: string;
  state: CertificateState;
  person: string;
  course: string;
  college: string;
  issuedAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
};

/** A person looks at a few certificates; who tries numbers is slowed down. */
const BURST = 30;
const EVERY_SECONDS = 4;

const row = z.object({
  certificate_no: z.string(),
  person: z.string(),
  course: z.string(),
  college: z.string(),
  issued_at: z.date(),
  expires_at: z.date().nullable(),
  revoked_at: z.date().nullable(),
});

/** For anyone: is this number a certificate, and does it hold? Null when there is no such certificate. */
export function verifyCertificate(ctx: Ctx, typed: string): Promise<Verified | null> {
  return measure("certificates.verify", ctx, async () => {
    const now = ctx.clock.now();
    const payment = await payPace({ key: `verify:${subscriberOf(ctx.address)}`, burst: BURST, everySeconds: EVERY_SECONDS }, now);
    if ("waitSeconds" in payment)
      throw new TooMany(`Too many numbers were tried from here. Try again in ${payment.waitSeconds} s.`, payment.waitSeconds);
    const number = readCertificateNumber(typed);
    if (!number) return null;
    // Which tenant issued it, is what the number says: only here are all of them looked through.
    const found = await withScope({ ...systemCtx("certificate check"), requestId: ctx.requestId }, ({ tx }) =>
      firstRow(
        tx,
        sql`select t.certificate_no, u.name as person, c.title as course, k.name as college, t.issued_at, t.expires_at,
              t.revoked_at
            from public.platform_identifier i
            join public.certificate t on t.id = i.row_id and t.college_id = i.college_id
            join public.college k on k.id = t.college_id
            join public."user" u on u.id = t.user_id and u.college_id = t.college_id
            join public.course c on c.id = t.course_id and c.college_id = t.college_id
            where i.kind = 'CERTIFICATE' and i.value in (${number}, upper(${number}))`,
        row,
      ),
    );
    return (
      found && {
        number: found.certificate_no,
        state: stateOf(found, now),
        person: found.person,
        course: found.course,
        college: found.college,
        issuedAt: found.issued_at,
        expiresAt: found.expires_at,
        revokedAt: found.revoked_at,
      }
    );
  });
}
