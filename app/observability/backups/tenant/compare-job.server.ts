import type pg from "pg";
import { z } from "zod";
import { may } from "~/access/policy.ts";
import { clients, rolePool } from "~/db/clients.server.ts";
import { execute, firstRow } from "~/db/query.ts";
import { withScope, withSnapshot } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import type { JobHandler, JobRun } from "~/jobs/work.server.ts";
import { Forbidden, messageOf, NotFound } from "~/platform/errors.ts";
import { hasTenant } from "./catalogue.server.ts";
import { compareTable, openSide, schemaNotes, type TableSummary } from "./compare.server.ts";
import { countConflicts, markConflicts } from "./conflicts.server.ts";
import { withCopyAt, type CopyAt } from "./copy-at.server.ts";
import { inTenant } from "./tenant-ctx.ts";

const comparison = z.object({ id: z.string(), college_id: z.string(), moment: z.date() });
type Comparison = z.infer<typeof comparison>;

/** A comparison that was cut off begins again: what it had found so far is of another moment of today. */
async function begin(id: string): Promise<Comparison> {
  const found = await firstRow(
    clients().primary,
    sql`update console.restore_comparison
        set state = 'RUNNING', error = null
        where id = ${id} and state in ('QUEUED', 'RUNNING')
        returning id, college_id, moment`,
    comparison,
  );
  if (!found) throw new NotFound("This comparison has already ended");
  await execute(clients().primary, sql`delete from console.restore_difference where comparison_id = ${id}`);
  return found;
}

/** The copy, as the application's role and in one tenant's scope, as the running system reads it. */
async function openCopy(app: pg.Client, { college_id, moment }: Comparison) {
  await app.query("begin isolation level repeatable read read only");
  await execute(app, sql`select set_config('app.college_ids', ${`{${college_id}}`}, true)`);
  const there = await hasTenant(app, college_id);
  if (!there) throw new NotFound(`This tenant did not exist at ${moment.toISOString()}. Choose a later moment.`);
  return openSide(app);
}

type Far = { done: number; total?: number };

async function compareWithCopy(job: JobRun, work: Comparison, { app, backupId, signal }: CopyAt, far: Far) {
  const past = await openCopy(app, work);
  const tenant = inTenant(job.ctx, work.college_id);
  const store = clients().beside;
  const summary: TableSummary[] = [];
  const read = await withSnapshot(tenant, async (inner) => {
    const seen = await firstRow(inner.tx, sql`select statement_timestamp() as at`, z.object({ at: z.date() }));
    const today = await openSide(inner.tx);
    const notes = schemaNotes(past.tables, today.tables);
    const both = [...today.tables.keys()].filter((table) => past.tables.has(table));
    far.total = both.length;
    for (const table of both) {
      signal.throwIfAborted();
      far.done = summary.length;
      summary.push(await compareTable({ comparisonId: work.id, collegeId: work.college_id, past, today, store }, table));
    }
    return { at: seen!.at, today, notes };
  });
  // Thousands of rows that the planner knows nothing of yet would be compared each with each.
  await execute(rolePool("owner"), sql`analyze console.restore_difference`);
  await withScope(tenant, async (inner) => {
    await execute(inner.tx, sql`set local statement_timeout = 0`);
    await execute(inner.tx, sql`select console.forget_erased_people(${work.id}::uuid)`);
    const touched = summary.filter(({ missing, changed }) => missing + changed > 0).map(({ table }) => table);
    await markConflicts(inner.tx, work.id, read.today.tables, read.today.references, touched);
  });
  const conflicts = new Map((await countConflicts(store, work.id)).map((row) => [row.table, row.conflicts]));
  const counted = summary.map((row) => ({ ...row, conflicts: conflicts.get(row.table) ?? 0 }));
  await execute(
    store,
    sql`update console.restore_comparison
        set state = 'READY', backup_id = ${backupId}, compared_at = ${read.at}, finished_at = now(),
            summary = ${JSON.stringify(counted)}::jsonb, notes = ${JSON.stringify(read.notes)}::jsonb
        where id = ${work.id}`,
  );
  return counted;
}

export const compareJob: JobHandler = async (job) => {
  if (!may(job.ctx.actor.role, "tenants.manage")) throw new Forbidden("Whoever asked for this may not restore tenants any more");
  const { comparisonId } = z.object({ comparisonId: z.uuid() }).loose().parse(job.input);
  const work = await begin(comparisonId);
  const phases: { name: string; at: number }[] = [];
  const far: Far = { done: 0 };
  const progress = async (name: string) => {
    if (phases.at(-1)?.name !== name) phases.push({ name, at: Date.now() });
    await job.progress(far.done, far.total);
  };
  try {
    const counted = await withCopyAt(work.moment, progress, (copy) => compareWithCopy(job, work, copy, far));
    const sum = (kind: "missing" | "changed" | "added") => counted.reduce((total, row) => total + row[kind], 0);
    return { "missing today": sum("missing"), "changed since": sum("changed"), "added since": sum("added") };
  } catch (error) {
    await execute(
      clients().primary,
      sql`update console.restore_comparison
          set state = 'FAILED', finished_at = now(),
              error = ${error instanceof Error && error.name === "JobCancelled" ? "Someone stopped it" : messageOf(error)}
          where id = ${work.id}`,
    );
    await execute(clients().primary, sql`delete from console.restore_difference where comparison_id = ${work.id}`);
    throw error;
  } finally {
    const ended = Date.now();
    const timed = phases.map(({ name, at }, index) => ({ name, ms: (phases[index + 1]?.at ?? ended) - at }));
    await execute(
      clients().primary,
      sql`update console.restore_comparison set phases = ${JSON.stringify(timed)}::jsonb where id = ${work.id}`,
    );
  }
};
