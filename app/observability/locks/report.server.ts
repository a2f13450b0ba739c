import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { bucket, historyOf, slot } from "../history.server.ts";
import { lateOf, live, sourceOf } from "../current.server.ts";
import { spanInput } from "../load/read-load.server.ts";
import { lockTrees, type LockNode } from "./tree.ts";
import { tickSeries } from "../probes/backends.ts";

const episodeRow = z.object({
  id: z.string(),
  target: z.string(),
  started_at: z.date(),
  ended_at: z.date().nullable(),
  root_pid: z.number(),
  root_app: z.string().nullable(),
  root_tenant: z.string().nullable(),
  root_username: z.string().nullable(),
  root_state: z.string().nullable(),
  root_query: z.string().nullable(),
  relation: z.string().nullable(),
  mode: z.string().nullable(),
  most_waiting: z.number(),
  tree: z.custom<LockNode>(),
});

/** The tree as it is at this moment, and who blocked whom in the span. */
export const lockReport = read({
  name: "locks.report",
  permission: "database.read",
  input: spanInput,
  async run({ ctx, input }) {
    const sample = await live("locks", input.target);
    const history = await historyOf(ctx.tx, tickSeries, input, ctx.clock.now());
    const points = await rows(
      ctx.tx,
      sql`select ${bucket(history.step)} as t, sum(lock_waiting)::float8 / sum(ticks) as waiting
          from ${history.from} s
          where target = ${input.target}
          group by ${slot(history.step)}
          order by 1`,
      z.object({ t: z.number(), waiting: z.number() }),
    );
    const episodes = await rows(
      ctx.tx,
      sql`select id, target, started_at, ended_at, root_pid, root_app, root_tenant, root_username, root_state,
                 root_query, relation, mode, most_waiting, tree
          from telemetry.lock_episode
          where target = ${input.target}
            and started_at < ${input.to}
            and coalesce(ended_at, 'infinity') > ${input.from}
          order by started_at desc
          limit 100`,
      episodeRow,
    );
    return {
      trees: sample.rows && lockTrees(sample.rows),
      missing: sample.missing,
      late: lateOf(sample),
      source: sourceOf(sample),
      points,
      step: history.step,
      episodes,
    };
  },
});
