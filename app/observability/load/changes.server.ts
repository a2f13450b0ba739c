import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { historyOf } from "../history.server.ts";
import { spanInput } from "./read-load.server.ts";
import { statementSeries } from "../probes/statements.ts";

const changeRow = z.object({
  at: z.date(),
  target: z.string(),
  kind: z.string(),
  subject: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
const queryRow = z.object({
  query_id: z.string(),
  text: z.string(),
  calls: z.number(),
  mean_ms: z.number(),
  before_ms: z.number().nullable(),
  first_seen: z.date().nullable(),
});

/** What is different since a moment: settings, restarts, migrations, statements that are new or slower than before. */
export const whatChanged = read({
  name: "load.changes",
  permission: "database.read",
  input: spanInput,
  async run({ ctx, input }) {
    const now = ctx.clock.now();
    const events = await rows(
      ctx.tx,
      sql`select at, target, kind, subject, before, after
          from telemetry.event
          where at >= ${input.from} and at < ${input.to}
          order by at desc
          limit 50`,
      changeRow,
    );
    const length = input.to.getTime() - input.from.getTime();
    const before = { from: new Date(input.from.getTime() - length), to: input.from };
    const here = await historyOf(ctx.tx, statementSeries, input, now, length / 1000);
    const earlier = await historyOf(ctx.tx, statementSeries, before, now, length / 1000);
    const statements = await rows(
      ctx.tx,
      sql`with here as (
            select query_id, sum(calls) as calls, sum(total_ms) as ms
            from ${here.from} s
            where target = ${input.target}
            group by 1
          ),
          earlier as (
            select query_id, sum(calls) as calls, sum(total_ms) as ms
            from ${earlier.from} s
            where target = ${input.target}
            group by 1
          )
          select h.query_id::text, coalesce(t.text, '') as text, h.calls::int as calls, h.ms / h.calls as mean_ms,
                 e.ms / nullif(e.calls, 0) as before_ms, t.first_seen
          from here h
            left join earlier e using (query_id)
            left join telemetry.query_text t using (query_id)
          where h.calls > 0
            and exists (select 1 from earlier)
            and (e.query_id is null or (h.ms / h.calls > 2 * e.ms / nullif(e.calls, 0) and h.ms / h.calls > 5))
          order by h.ms desc
          limit 12`,
      queryRow,
    );
    return {
      events,
      newQueries: statements.filter((row) => row.before_ms === null),
      slowerQueries: statements.filter((row) => row.before_ms !== null),
    };
  },
});
