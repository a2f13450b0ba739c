import { z } from "zod";
import type { Queryable } from "~/db/query.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

export type LogHealth = {
  /** What the last verification said; null while there was none. */
  ok: boolean | null;
  findings: number;
  waiting: number;
  /** How long the oldest of them has waited for its place in the tree. */
  behindSeconds: number;
};

/** Whether the log is whole, as far as was looked, and whether it is still being sequenced. */
export async function logHealth(on: Queryable): Promise<LogHealth> {
  const found = await firstRow(
    on,
    sql`select v.ok, coalesce(jsonb_array_length(v.findings), 0)::int as findings, p.waiting,
               p.behind as "behindSeconds"
        from (
          select count(*)::int as waiting,
                 coalesce(greatest(0, extract(epoch from now() - min(at))), 0)::float8 as behind
          from audit.pending
        ) p
          left join lateral (select ok, findings from audit.verification order by finished_at desc limit 1) v on true`,
    z.object({ ok: z.boolean().nullable(), findings: z.number(), waiting: z.number(), behindSeconds: z.number() }),
  );
  return found!;
}
