import type { Queryable } from "~/db/query.ts";

/** A month without its partition takes no entry, and with that no act: they are made at each start, and ahead of time. */
export async function ensureMonths(on: Queryable): Promise<void> {
  for (const table of ["audit.entry", "audit.content", "audit.words"])
    await on.query({
      text: "select public.ensure_partitions($1::regclass, '1 month', now(), now() + interval '2 months')",
      values: [table],
    });
}
