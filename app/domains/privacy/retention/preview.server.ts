import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { COUNTED, countDue, cutoffsOf } from "./due.server.ts";
import { kindOf, RETENTION_KINDS } from "./kinds.ts";
import { checkedDays, ownerOfPeriods, periodsSet, retentionInput } from "./periods.server.ts";

/** How many records a period would take now, before anybody sets it. */
export const previewRetention = read({
  name: "privacy.preview_retention",
  permission: "platform.read",
  on: "primary",
  input: retentionInput,
  async run({ ctx, input }) {
    const days = checkedDays(input);
    if (days === null) return { records: 0, more: false };
    const cutoffs = cutoffsOf(ctx.clock.now(), input.kind, [{ kind: input.kind, college_id: null, days }])!;
    const records = await countDue(ctx, kindOf(input.kind)!, cutoffs);
    return { records, more: records >= COUNTED };
  },
});

/** Every kind with its period, how many records are due now, and the last runs. */
export const retentionFacts = read({
  name: "privacy.retention",
  permission: "platform.read",
  on: "primary",
  input: z.object({}),
  async run({ ctx }) {
    const collegeId = ownerOfPeriods(ctx);
    const periods = await periodsSet(ctx);
    const kinds = [];
    for (const kind of RETENTION_KINDS) {
      const cutoffs = cutoffsOf(ctx.clock.now(), kind.key, periods);
      const daysOf = (college: string | null) =>
        periods.find((period) => period.kind === kind.key && period.college_id === college)?.days ?? null;
      const due = cutoffs ? await countDue(ctx, kind, cutoffs) : 0;
      kinds.push({
        key: kind.key,
        label: kind.label,
        says: kind.says,
        minDays: kind.minDays,
        own: daysOf(collegeId),
        inherited: collegeId ? daysOf(null) : null,
        due,
        more: due >= COUNTED,
      });
    }
    const runs = await rows(
      ctx.tx,
      sql`select id, kind, started_at, finished_at, row_count, more, error
          from console.retention_run
          order by started_at desc, id desc
          limit 30`,
      z.object({
        id: z.string(),
        kind: z.string(),
        started_at: z.date(),
        finished_at: z.date().nullable(),
        row_count: z.number(),
        more: z.boolean(),
        error: z.string().nullable(),
      }),
    );
    const named = runs.map((run) => ({ ...run, label: kindOf(run.kind)?.label ?? run.kind }));
    // Counts of every tenant's records are for those who see every tenant.
    return { kinds, runs: collegeId ? [] : named, ofTenant: collegeId !== null };
  },
});
