import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { Standing } from "./standing.ts";

const verdict = z.enum(["HOLDS", "AT_RISK", "WILL_NOT_HOLD"]);

const row = z.object({
  exam_id: z.string(),
  verdict,
  reasons: z.array(z.string()),
  short: z.array(z.enum(["connections", "cores"])),
  since: z.date(),
  better_since: z.date().nullable(),
  better_verdict: verdict.nullable(),
  before_verdict: verdict.nullable(),
  before_until: z.date().nullable(),
  before_reasons: z.array(z.string()),
  crowd: z.string(),
  connections_limit: z.number().nullable(),
  cores_limit: z.number().nullable(),
  decided_at: z.date(),
});

const standingOf = (found: z.infer<typeof row>): Standing => ({
  verdict: found.verdict,
  reasons: found.reasons,
  short: found.short,
  since: found.since,
  better: found.better_since && found.better_verdict ? { since: found.better_since, verdict: found.better_verdict } : null,
  before:
    found.before_until && found.before_verdict
      ? { verdict: found.before_verdict, until: found.before_until, reasons: found.before_reasons }
      : null,
  crowd: found.crowd,
  limits: { connections: found.connections_limit, cores: found.cores_limit },
  decidedAt: found.decided_at,
});

/** The verdicts that stand, by exam. It names no tenant: who asks has the exams of their scope already. */
export async function standingVerdicts(ctx: TxCtx): Promise<Map<string, Standing>> {
  const found = await rows(
    ctx.tx,
    sql`select exam_id, verdict, reasons, short, since, better_since, better_verdict, before_verdict, before_until,
               before_reasons, crowd, connections_limit, cores_limit, decided_at
        from console.standing_verdict`,
    row,
  );
  return new Map(found.map((one) => [one.exam_id, standingOf(one)]));
}

/** Writes all of them in one statement, and forgets exams that have not been ahead for a day. */
export async function keepStanding(ctx: TxCtx, verdicts: ReadonlyMap<string, Standing>): Promise<void> {
  const list = [...verdicts].map(([examId, standing]): z.infer<typeof row> => ({
    exam_id: examId,
    verdict: standing.verdict,
    reasons: standing.reasons,
    short: standing.short,
    since: standing.since,
    better_since: standing.better?.since ?? null,
    better_verdict: standing.better?.verdict ?? null,
    before_verdict: standing.before?.verdict ?? null,
    before_until: standing.before?.until ?? null,
    before_reasons: standing.before?.reasons ?? [],
    crowd: standing.crowd,
    connections_limit: standing.limits.connections,
    cores_limit: standing.limits.cores,
    decided_at: standing.decidedAt,
  }));
  await execute(
    ctx.tx,
    sql`insert into console.standing_verdict as kept
        select * from jsonb_populate_recordset(null::console.standing_verdict, ${JSON.stringify(list)}::jsonb)
        on conflict (exam_id) do update set
          verdict = excluded.verdict, reasons = excluded.reasons, short = excluded.short, since = excluded.since,
          better_since = excluded.better_since, better_verdict = excluded.better_verdict,
          before_verdict = excluded.before_verdict, before_until = excluded.before_until,
          before_reasons = excluded.before_reasons, crowd = excluded.crowd,
          connections_limit = excluded.connections_limit, cores_limit = excluded.cores_limit,
          decided_at = excluded.decided_at
        where kept.decided_at <= excluded.decided_at`,
  );
  const now = list[0]?.decided_at;
  if (now)
    await execute(
      ctx.tx,
      sql`
      delete from console.standing_verdict
      where decided_at < ${now}::timestamptz - interval '1 day'`,
    );
}
