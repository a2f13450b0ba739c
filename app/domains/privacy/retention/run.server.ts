import { measure } from "~/access/measure.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { ident, join, sql } from "~/db/sql.ts";
import { withScope } from "~/db/scope.server.ts";
import { leaversBefore } from "~/domains/people/leavers.server.ts";
import { Conflict, messageOf } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { eraseIt } from "../erase-person.server.ts";
import { cutoffFor, cutoffsOf, dueIn, type Cutoffs } from "./due.server.ts";
import { LEAVERS, RETENTION_KINDS, type RetentionKind, type RetentionStep } from "./kinds.ts";
import { periodsSet } from "./periods.server.ts";

/** So small that nobody waits for a part, and so many that a night gets through what a day brings. */
const BATCH = 2000;
const BATCHES = 100;

/** What one run may still do: the rest waits for the next night. */
type Work = { ctx: Ctx; runId: string; cutoffs: Cutoffs; batch: number; left: number; rows: number };

/** A part and its count in one transaction: what the log of runs says is what happened. */
async function part(work: Work, run: (ctx: TxCtx) => Promise<number>): Promise<number> {
  const touched = await withScope(work.ctx, async (inner) => {
    const rows = await run(inner);
    if (rows > 0)
      await execute(
        inner.tx,
        sql`update console.retention_run set row_count = row_count + ${rows} where id = ${work.runId}::uuid`,
      );
    return rows;
  });
  work.left--;
  work.rows += touched;
  return touched;
}

async function runStep(work: Work, step: RetentionStep): Promise<void> {
  const table = sql`public.${ident(step.table)}`;
  while (work.left > 0) {
    const touched = await part(work, (ctx) => {
      const due = sql`(t.id, t.college_id) in (
                        select t.id, t.college_id
                        from ${table} t
                        where ${dueIn(step, work.cutoffs, ctx.clock.now())}
                        limit ${work.batch}
                      )`;
      const cleared = (step.clear ?? []).map((column) => sql`${ident(column)} = null`);
      return execute(
        ctx.tx,
        cleared.length > 0 ? sql`update ${table} t set ${join(cleared)} where ${due}` : sql`delete from ${table} t where ${due}`,
      );
    });
    if (touched < work.batch) return;
  }
}

/** One by one: somebody who may not be erased now (a hold, an open review) is left for another night. */
async function eraseLeavers(work: Work): Promise<void> {
  for (let after: string | undefined; work.left > 0;) {
    const ids = await withScope(work.ctx, (inner) =>
      leaversBefore(inner, cutoffFor(work.cutoffs, "u"), { limit: Math.min(100, work.batch), after }),
    );
    for (const id of ids)
      await part(work, async (ctx) => {
        await eraseIt(ctx, id, "The retention period after leaving is over");
        return 1;
      }).catch((error: unknown) => {
        if (!(error instanceof Conflict)) throw error;
      });
    after = ids.at(-1);
    if (!after) return;
  }
}

async function runKind(ctx: Ctx, kind: RetentionKind, cutoffs: Cutoffs, { batch, batches }: Limits): Promise<number> {
  const work: Work = { ctx, runId: newId(), cutoffs, batch, left: batches, rows: 0 };
  await withScope(ctx, (inner) =>
    execute(
      inner.tx,
      sql`insert into console.retention_run (id, kind, started_at) values (${work.runId}, ${kind.key}, ${ctx.clock.now()})`,
    ),
  );
  let error: string | null = null;
  try {
    for (const step of kind.steps) await runStep(work, step);
    if (kind.key === LEAVERS) await eraseLeavers(work);
  } catch (thrown) {
    error = messageOf(thrown);
  }
  await withScope(ctx, (inner) =>
    execute(
      inner.tx,
      sql`update console.retention_run
          set finished_at = ${ctx.clock.now()}, more = ${work.left <= 0}, error = ${error}
          where id = ${work.runId}::uuid`,
    ),
  );
  return work.rows;
}

type Limits = { batch: number; batches: number };

/** Every night: what is older than its period goes, kind by kind. One that fails leaves the others alone. */
export async function runRetention(
  ctx: Ctx,
  limits: Limits = { batch: BATCH, batches: BATCHES },
): Promise<Record<string, number>> {
  return measure("privacy.retention_run", ctx, async () => {
    const periods = await withScope(ctx, periodsSet);
    const rows: Record<string, number> = {};
    for (const kind of RETENTION_KINDS) {
      const cutoffs = cutoffsOf(ctx.clock.now(), kind.key, periods);
      if (cutoffs) rows[kind.key] = await runKind(ctx, kind, cutoffs, limits);
    }
    await withScope(ctx, (inner) =>
      execute(
        inner.tx,
        sql`delete from console.retention_run where started_at < ${ctx.clock.now()}::timestamptz - interval '1 year'`,
      ),
    );
    if (Object.values(rows).some((n) => n > 0))
      await recordAlone(ctx, { action: "retention.run", resource: "retention", details: { rows } });
    return rows;
  });
}
