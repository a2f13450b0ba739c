import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { latestCheckpoint } from "~/audit/tree.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import type { Statement } from "./compose.ts";

const row = z.object({
  body: z.unknown(),
  created_at: z.date(),
  attempt_id: z.string(),
  college: z.string(),
  time_zone: z.string(),
  student: z.string(),
  roll_no: z.string().nullable(),
  entry_id: z.string().nullable(),
  leaf: z.number().nullable(),
  appeal: z.string().nullable(),
  appeal_note: z.string().nullable(),
  appeal_at: z.date().nullable(),
});

/** Null where nothing is decided, or was decided before statements were written. */
export const statementOf = read({
  name: "integrity.statement",
  permission: "integrity.read",
  on: "primary",
  input: z.object({ attemptId: z.uuid() }),
  async run({ ctx, input }) {
    const found = await firstRow(
      ctx.tx,
      sql`select s.body, s.created_at, r.attempt_id, c.name as college, c.time_zone, u.name as student, u.roll_no,
                 e.id as entry_id, l.index::float8 as leaf, p.status as appeal, p.decision_note as appeal_note,
                 p.decided_at as appeal_at
          from public.review r
            join public.review_decision d on d.review_id = r.id
              and d.college_id = r.college_id
              and d.undone_at is null
            join public.review_statement s on s.decision_id = d.id and s.college_id = d.college_id
            join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
            join public."user" u on u.id = a.user_id and u.college_id = a.college_id
            join public.college c on c.id = r.college_id
            left join public.appeal p on p.review_id = r.id and p.college_id = r.college_id
            left join audit.entry e on e.id = (s.body -> 'facts' ->> 'entryId')::uuid
              and e.at between s.created_at - interval '1 minute' and s.created_at + interval '1 minute'
            left join audit.leaf l on l.entry_id = e.id
          where r.attempt_id = ${input.attemptId} and r.state in ('CLEARED', 'INCONCLUSIVE', 'VIOLATION', 'APPEALED')
          order by d.round desc
          limit 1`,
      row,
    );
    if (!found) return null;
    const head = found.leaf === null ? null : await latestCheckpoint(ctx.tx);
    return { ...found, body: found.body as Statement, logSize: head?.size ?? null };
  },
});
export type KnownStatement = NonNullable<Awaited<ReturnType<typeof statementOf>>>;

/** Where the decision stands in the log, as someone who checks it needs it. */
export function sayProof({ entry_id, leaf, logSize }: Pick<KnownStatement, "entry_id" | "leaf" | "logSize">): string {
  if (entry_id === null) return "The entry of this decision in the audit log was not found.";
  const entry = `Recorded in the audit log as entry ${entry_id}`;
  if (leaf === null) return `${entry}; it is sequenced within a minute.`;
  return `${entry}, number ${leaf}${logSize === null ? "" : ` under the signed head of size ${logSize}`}. Its inclusion can be proved: /api/v1/audit/proof/inclusion?index=${leaf}.`;
}

const APPEAL: Record<string, string> = {
  OPEN: "An appeal against this decision is open.",
  UPHELD: "An appeal was upheld: the violation does not stand, and everything that was withheld is restored.",
  DISMISSED: "An appeal was dismissed by someone who had not decided before.",
  EXPIRED: "An appeal was filed and withdrawn.",
};

/** What became of the decision afterwards; the statement itself stays as it was. */
export const sayAppeal = ({ appeal, appeal_note }: Pick<KnownStatement, "appeal" | "appeal_note">): string | null =>
  appeal === null ? null : `${APPEAL[appeal] ?? appeal}${appeal_note ? ` Grounds: “${appeal_note}”` : ""}`;

/** The same, or a refusal that says why there is none. */
export async function requireStatement(work: Parameters<typeof statementOf>[0]): Promise<KnownStatement> {
  const found = await statementOf(work);
  if (!found) throw new NotFound("There is no statement: the attempt is not decided, or was decided before statements were kept");
  return found;
}
