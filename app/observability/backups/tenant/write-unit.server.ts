import { z } from "zod";
import { record } from "~/audit/record.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { pgErrorOf, withRetry } from "~/db/retry.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";
import { inOrder, type Reference, type Tables } from "./catalogue.server.ts";
import { putRows, undoRows, type Rows, type Written } from "./write-rows.server.ts";

export type Run = {
  id: string;
  comparisonId: string;
  collegeId: string;
  undo: boolean;
  reason: string;
  tables: Tables;
  references: readonly Reference[];
  columnsThen: Map<string, string[]>;
};

const group = z.object({ table: z.string(), kind: z.enum(["MISSING", "CHANGED", "ADDED"]) });
type Group = z.infer<typeof group>;

/** First what is removed, so that its place is free, from the leaves up; then what is inserted, from the roots down. */
function inWritingOrder(groups: Group[], run: Run): Group[] {
  const order = inOrder(new Set(groups.map(({ table }) => table)), run.references);
  const place = ({ table }: Group) => order.indexOf(table);
  const [removing, inserting] = run.undo ? (["MISSING", "ADDED"] as const) : (["ADDED", "MISSING"] as const);
  const kind = (wanted: Group["kind"]) => groups.filter((one) => one.kind === wanted).sort((a, b) => place(a) - place(b));
  return [...kind(removing).toReversed(), ...kind(inserting), ...kind("CHANGED")];
}

/** An exam that comes back whole brings its paper, which nobody edits: it is frozen, and stays so. */
async function allowPaper(inner: TxCtx, groups: Group[], run: Run): Promise<void> {
  const whole = groups.some(({ table, kind }) => table === "exam" && kind === (run.undo ? "ADDED" : "MISSING"));
  const goes = groups.some(({ table, kind }) => table === "exam" && kind === (run.undo ? "MISSING" : "ADDED"));
  if (whole || goes) await execute(inner.tx, sql`select set_config('invigil.correcting_key', 'on', true)`);
}

async function writeAll(inner: TxCtx, run: Run, unit: string): Promise<void> {
  await execute(inner.tx, sql`set local timezone = 'UTC'`);
  const groups = await rows(
    inner.tx,
    sql`select distinct table_name as table, kind
        from console.restore_difference
        where run_id = ${run.id} and unit = ${unit} and state = 'CHOSEN'`,
    group,
  );
  if (groups.length === 0) return;
  await allowPaper(inner, groups, run);
  const total: Written = { written: 0, spared: 0 };
  const counts: Record<string, number> = {};
  for (const { table, kind } of inWritingOrder(groups, run)) {
    const work: Rows = { ...run, on: inner.tx, runId: run.id, unit, table, kind };
    const { written, spared } = await (run.undo ? undoRows(work) : putRows(work));
    total.written += written;
    total.spared += spared;
    if (written > 0) counts[`${table} ${kind.toLowerCase()}`] = written;
  }
  const transaction = await firstRow(inner.tx, sql`select pg_current_xact_id()::xid::text as id`, z.object({ id: z.string() }));
  await execute(
    inner.tx,
    sql`insert into console.restore_unit (id, run_id, name, state, rows, spared, transaction_id)
        values (${newId()}, ${run.id}, ${unit}, 'DONE', ${total.written}, ${total.spared}, ${transaction!.id})`,
  );
  await record(inner, {
    action: run.undo ? "restore.undo_unit" : "restore.put_unit",
    resource: "restore_run",
    resourceId: run.id,
    collegeId: run.collegeId,
    reason: run.reason,
    details: { unit, rows: counts, spared: total.spared },
  });
}

/** Refusals of the database's own rules; anything else is no answer about these rows. */
const isRule = (code: string | undefined): boolean => /^(IV\d\d\d|22...|23...|42501)$/.test(code ?? "");

/**
 * One transaction: all of a person, an exam or a table that was chosen, with its audit entry. What a rule of the database
 * refuses is not written at all and says so; the other units go on.
 */
export async function writeUnit(tenant: Ctx, run: Run, unit: string): Promise<void> {
  try {
    await withRetry("write", () => withScope(tenant, (inner) => writeAll(inner, run, unit)));
  } catch (error) {
    const { code, message } = pgErrorOf(error);
    if (!isRule(code)) throw error;
    await withScope(tenant, async (inner) => {
      const refused = await execute(
        inner.tx,
        sql`update console.restore_difference
            set state = ${run.undo ? "KEPT" : "REFUSED"}, conflict = ${`The database refused it: ${message}`}
            where run_id = ${run.id} and unit = ${unit} and state = 'CHOSEN'`,
      );
      await execute(
        inner.tx,
        sql`insert into console.restore_unit (id, run_id, name, state, spared, note)
            values (${newId()}, ${run.id}, ${unit}, 'REFUSED', ${refused}, ${message})`,
      );
    });
  }
}
