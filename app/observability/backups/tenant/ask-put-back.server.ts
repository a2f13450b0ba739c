import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { reasonField } from "~/platform/reason-field.ts";
import { choiceInput, countChosen } from "./choice.server.ts";
import { findComparison } from "./find-comparison.server.ts";

async function readyComparison(ctx: TxCtx, id: string) {
  const found = await findComparison(ctx, id);
  if (found.state === "EXPIRED") throw new Conflict("This comparison has expired. Compare again.");
  if (found.state !== "READY") throw new Conflict("This comparison is not ready. Wait until it has ended.");
  if (found.busy) throw new Conflict("Rows of this comparison are being written right now. Wait until that has ended.");
  return found;
}

type NewRun = {
  comparisonId: string;
  collegeId: string;
  kind: "PUT" | "UNDO";
  undoes: string | null;
  choice: unknown;
  reason: string;
  /** False: whoever asks writes by themselves, as the command line does. */
  queue: boolean;
};

async function start(ctx: TxCtx, run: NewRun, details: Record<string, unknown>): Promise<{ id: string; jobId: string | null }> {
  const id = newId(ctx.clock.now().getTime());
  const job = {
    kind: "restore.put",
    title: run.kind === "UNDO" ? "Undo a put-back" : "Put rows of a tenant back",
    input: { runId: id },
    collegeId: run.collegeId,
    permission: "tenants.manage" as const,
  };
  const jobId = run.queue ? await enqueue(ctx, job) : null;
  await execute(
    ctx.tx,
    sql`insert into console.restore_run (id, comparison_id, kind, undoes, choice, reason, by_staff, by_whom, job_id)
        values (
          ${id}, ${run.comparisonId}, ${run.kind}, ${run.undoes}, ${JSON.stringify(run.choice)}::jsonb, ${run.reason},
          ${ctx.actor.id}, ${ctx.actor.name}, ${jobId}
        )`,
  );
  await record(ctx, {
    action: run.kind === "UNDO" ? "restore.undo" : "restore.put",
    resource: "restore_run",
    resourceId: id,
    collegeId: run.collegeId,
    reason: run.reason,
    details: { comparison: run.comparisonId, job: jobId, ...details },
  });
  return { id, jobId };
}

/** Asks the collector to put the chosen rows back. */
export const askPutBack = mutation({
  name: "restore.put",
  permission: "tenants.manage",
  stepUp: true,
  input: z.object({ comparisonId: z.uuid(), reason: reasonField, queue: z.boolean().default(true), ...choiceInput.shape }),
  async run({ ctx, input: { comparisonId, reason, queue, ...choice } }) {
    const { college_id: collegeId } = await readyComparison(ctx, comparisonId);
    const counted = await countChosen(ctx.tx, comparisonId, choice);
    if (counted.insert + counted.update + counted.remove === 0)
      throw new Invalid("None of these rows can be put back any more. Choose others.");
    return start(ctx, { comparisonId, collegeId, kind: "PUT", undoes: null, choice, reason, queue }, { ...choice, ...counted });
  },
});

const undoable = z.object({ comparison_id: z.string(), left: z.number() });

/** Asks the collector to take a put-back back: rows are as they were before it, where nobody changed them since. */
export const askUndo = mutation({
  name: "restore.undo",
  permission: "tenants.manage",
  stepUp: true,
  input: z.object({ runId: z.uuid(), reason: reasonField, queue: z.boolean().default(true) }),
  async run({ ctx, input: { runId, reason, queue } }) {
    const found = await firstRow(
      ctx.tx,
      sql`select r.comparison_id, count(d.row_id)::int as left
          from console.restore_run r
            left join console.restore_difference d on d.run_id = r.id and d.state = 'PUT'
          where r.id = ${runId} and r.kind = 'PUT'
          group by r.comparison_id`,
      undoable,
    );
    if (!found) throw new NotFound("Put-back not found");
    const { college_id: collegeId } = await readyComparison(ctx, found.comparison_id);
    if (found.left === 0) throw new Conflict("Nothing of this is left to undo");
    return start(
      ctx,
      { comparisonId: found.comparison_id, collegeId, kind: "UNDO", undoes: runId, choice: {}, reason, queue },
      { undoes: runId, rows: found.left },
    );
  },
});
