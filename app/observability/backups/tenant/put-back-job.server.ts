import { z } from "zod";
import { may } from "~/access/policy.ts";
import { record } from "~/audit/record.server.ts";
import { clients, rolePool } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import type { JobHandler, JobRun } from "~/jobs/work.server.ts";
import { Forbidden, messageOf, NotFound } from "~/platform/errors.ts";
import { readReferences, readTables } from "./catalogue.server.ts";
import { checksums, compareChecksums, readChecksums, type Checksums, type Proof } from "./checksums.server.ts";
import { choiceInput, choose, chooseUndone } from "./choice.server.ts";
import { planUnits, refuseWithoutParent } from "./plan.server.ts";
import { inTenant } from "./tenant-ctx.ts";
import { writeUnit, type Run } from "./write-unit.server.ts";

const started = z.object({
  id: z.string(),
  kind: z.enum(["PUT", "UNDO"]),
  undoes: z.string().nullable(),
  choice: z.unknown(),
  reason: z.string(),
  checksums: checksums.nullable(),
  comparison_id: z.string(),
  college_id: z.string(),
});
type Started = z.infer<typeof started>;

async function begin(id: string): Promise<Started> {
  const found = await firstRow(
    clients().primary,
    sql`update console.restore_run r
        set state = 'RUNNING', error = null
        from console.restore_comparison c
        where r.id = ${id} and c.id = r.comparison_id and r.state in ('QUEUED', 'RUNNING')
        returning r.id, r.kind, r.undoes, r.choice, r.reason, r.checksums, r.comparison_id, c.college_id`,
    started,
  );
  if (!found) throw new NotFound("This has already ended");
  return found;
}

/** Once for a run: one that was cut off goes on with the same rows, and is measured against the same state of before. */
async function prepare(work: Started): Promise<Checksums> {
  if (work.checksums) return work.checksums;
  const { sums } = await readChecksums(work.college_id, []);
  const store = clients().primary;
  if (work.kind === "UNDO") await chooseUndone(store, work.id, work.undoes!);
  else await choose(store, work.comparison_id, work.id, choiceInput.parse(work.choice));
  await execute(store, sql`update console.restore_run set checksums = ${JSON.stringify(sums)}::jsonb where id = ${work.id}`);
  return sums;
}

const unitRow = z.object({ state: z.string(), rows: z.number(), spared: z.number(), transaction_id: z.string().nullable() });

async function prove(work: Started, before: Checksums): Promise<Proof> {
  const units = await rows(
    clients().primary,
    sql`select state, rows, spared, transaction_id from console.restore_unit where run_id = ${work.id}`,
    unitRow,
  );
  const transactions = units.flatMap(({ transaction_id: id }) => id ?? []);
  const after = await readChecksums(work.college_id, transactions);
  return { ...compareChecksums(before, after.sums), ours: after.ours, transactions: transactions.length };
}

async function writeUnits(job: JobRun, tenant: Ctx, work: Started): Promise<void> {
  // By the owner, whom no deadline of a page binds: a plan for ten thousand people takes as long as it needs.
  const owner = rolePool("owner");
  await execute(owner, sql`analyze console.restore_difference`);
  const tables = await readTables(owner);
  const references = await readReferences(owner);
  if (work.kind === "PUT") await refuseWithoutParent(owner, work.id, references);
  const units = await planUnits(owner, work.id, references, work.kind === "UNDO");
  const run: Run = {
    id: work.id,
    comparisonId: work.comparison_id,
    collegeId: work.college_id,
    undo: work.kind === "UNDO",
    reason: work.reason,
    tables,
    references,
    columnsThen: new Map(),
  };
  let done = 0;
  for (const unit of units) {
    await job.progress(done++, units.length);
    await writeUnit(tenant, run, unit);
  }
}

async function finish(ctx: Ctx, work: Started, proved: Proof, error: string | null) {
  const state = error === null ? "DONE" : "FAILED";
  return withScope(ctx, async (inner) => {
    // What was not reached any more is free to be chosen again.
    await execute(
      inner.tx,
      sql`update console.restore_difference
          set state = ${work.kind === "UNDO" ? "PUT" : "OPEN"}, unit = null, run_id = ${work.undoes}
          where run_id = ${work.id} and state = 'CHOSEN'`,
    );
    await execute(
      inner.tx,
      sql`update console.restore_run
          set state = ${state}, proof = ${JSON.stringify(proved)}::jsonb, error = ${error}, finished_at = now()
          where id = ${work.id}`,
    );
    await record(inner, {
      action: work.kind === "UNDO" ? "restore.undone" : "restore.done",
      resource: "restore_run",
      resourceId: work.id,
      collegeId: work.college_id,
      reason: work.reason,
      details: { state, proof: { ...proved, changed: proved.changed.length } },
    });
  });
}

/** Puts the chosen rows back, or undoes that: unit by unit, each in a transaction of its own, in the tenant's scope. */
export const putBackJob: JobHandler = async (job) => {
  if (!may(job.ctx.actor.role, "tenants.manage")) throw new Forbidden("Whoever asked for this may not restore tenants any more");
  const { runId } = z.object({ runId: z.uuid() }).loose().parse(job.input);
  const work = await begin(runId);
  const tenant = inTenant(job.ctx, work.college_id);
  let before: Checksums = {};
  let failure: unknown = null;
  try {
    before = await prepare(work);
    await writeUnits(job, tenant, work);
  } catch (error) {
    failure = error;
  }
  const why =
    failure === null
      ? null
      : failure instanceof Error && failure.name === "JobCancelled"
        ? "Someone stopped it"
        : messageOf(failure);
  const proved = await prove(work, before);
  await finish(tenant, work, proved, why);
  if (failure) throw failure;
  return {
    transactions: proved.transactions,
    "other tenants unchanged": `${proved.same} of ${proved.tenants}`,
    "rows of other tenants written": proved.ours,
  };
};
