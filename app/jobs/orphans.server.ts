import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { execute, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { log } from "~/platform/log.server.ts";
import { announce } from "./enqueue.server.ts";
import { DEAD_AFTER_S } from "./work.server.ts";

/** Whatever kills its worker three times would kill the fourth as well. */
const MOST_RUNS = 3;

const orphan = z.object({ id: z.string(), kind: z.string(), runs: z.number(), stopped: z.boolean() });

/** On a clock: what a worker has left, that was killed or restarted, is begun again; or ended, where someone asked for that. */
export async function takeUpOrphans(): Promise<number> {
  return withScope({ ...systemCtx("jobs"), scope: { kind: "all" } }, async (ctx) => {
    const left = await rows(
      ctx.tx,
      sql`select id, kind, runs, cancel_requested as stopped
          from console.job
          where state = 'RUNNING' and heartbeat_at < now() - ${DEAD_AFTER_S} * interval '1 second'
          for update skip locked`,
      orphan,
    );
    for (const { id, kind, runs, stopped } of left) {
      log.warn({ job: id, kind, runs }, "a job's worker has died");
      if (!stopped && runs < MOST_RUNS) {
        await execute(ctx.tx, sql`update console.job set state = 'QUEUED', updated_at = now() where id = ${id}`);
        await announce(ctx, id);
        continue;
      }
      await execute(
        ctx.tx,
        sql`update console.job
            set state = ${stopped ? "CANCELLED" : "FAILED"},
                error = ${stopped ? null : `its worker died, ${runs} times`}, finished_at = now(), updated_at = now()
            where id = ${id}`,
      );
    }
    return left.length;
  });
}
