import { z } from "zod";
import { may } from "~/access/policy.ts";
import { record } from "~/access/verb.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { inSavepoint } from "~/db/dry-run.server.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { ident, join, raw, sql } from "~/db/sql.ts";
import { saveFile } from "~/jobs/files.server.ts";
import type { JobRun } from "~/jobs/work.server.ts";
import { Forbidden, messageOf, NotFound } from "~/platform/errors.ts";
import { csvLine } from "../csv.ts";
import type { Resource } from "../define.ts";
import { titlesOf } from "../labels.server.ts";
import { resourceNamed } from "../registry.ts";
import { trashRows } from "../trash.server.ts";
import { remove, restore } from "../verbs.server.ts";
import { usedSince, type Reference, referencesTo } from "./used.server.ts";
import { fieldsSql, IMPORTED } from "./keep.server.ts";
import { undoPermission } from "./rights.ts";

/** What takes an act of a domain back, by `resource.act`, where the former values alone don't. */
export type UndoVerbs = Readonly<
  Record<string, (work: { ctx: TxCtx; id: string; before: Record<string, unknown>; reason: string }) => Promise<unknown>>
>;

const BATCH = 200;
/** As many as a page lists; the file has all. */
const LISTED = 200;

const inputOf = z.object({ jobId: z.uuid(), reason: z.string() }).loose();

const keptRow = z.object({
  row_id: z.string(),
  version: z.string().nullable(),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  /** Null where it is gone, or out of sight. */
  is: z.string().nullable(),
  trashed: z.boolean(),
  untouched: z.boolean(),
});
type Kept = z.infer<typeof keptRow>;

type Undo = {
  jobId: string;
  resource: Resource;
  act: string;
  since: Date;
  reason: string;
  references: Reference[];
  verbs: UndoVerbs;
};

const ids = z.object({ row_id: z.string() });

/**
 * The next rows that nobody has tried, beside what they are now. Whoever else undoes the same waits for them; and whoever edits
 * one of them, or refers to it, comes before or after.
 */
async function nextRows(ctx: TxCtx, { jobId, resource }: Undo): Promise<Kept[]> {
  const next = await rows(
    ctx.tx,
    sql`select row_id
        from console.change_row
        where job_id = ${jobId}::uuid and outcome is null
        order by row_id
        limit ${BATCH}
        for update`,
    ids,
  );
  const chosen = next.map((row) => row.row_id);
  if (chosen.length === 0) return [];
  await execute(
    ctx.tx,
    sql`select t.id from ${raw(resource.table)} t where t.id = any (${chosen}::uuid[]) order by t.id for update`,
  );
  return rows(
    ctx.tx,
    sql`select n.row_id, n.version, n.before, n.after, t.xmin::text as "is",
               ${resource.softDelete ? sql`coalesce(t.deleted_at is not null, false)` : sql`false`} as trashed,
               coalesce(
                 case when n.version is null then ${fieldsSql(resource)} @> n.after else t.xmin::text = n.version end, false
               ) as untouched
        from console.change_row n
          left join ${raw(resource.table)} t on t.id = n.row_id
        where n.job_id = ${jobId}::uuid and n.row_id = any (${chosen}::uuid[])
        order by n.row_id`,
    keptRow,
  );
}

/** Why this row is left as it is; null where it may be taken back. */
function conflictOf(row: Kept, used: ReadonlyMap<string, string[]>): string | null {
  if (row.is === null) return "It no longer exists, or is outside your tenants";
  if (!row.untouched) return row.version !== null && row.trashed ? "It is in the trash already" : "It was changed since";
  const by = used.get(row.row_id);
  return by ? `It is used since: ${by.join(", ")}` : null;
}

/** The former values, by the row's own table: its types, its checks, its policies. */
async function putBack(ctx: TxCtx, { resource, act, reason }: Undo, row: Kept): Promise<void> {
  const columns = Object.keys(row.before!);
  const written = await firstRow(
    ctx.tx,
    sql`update ${raw(resource.table)} t
        set ${join(columns.map((column) => sql`${ident(column)} = b.${ident(column)}`))}, updated_at = ${ctx.clock.now()}
        from jsonb_populate_record(null::${raw(resource.table)}, ${JSON.stringify(row.before)}::jsonb) b
        where t.id = ${row.row_id}::uuid
        returning ${resource.tenantColumn === "id" ? sql`t.id` : sql`t.college_id`} as college_id`,
    z.object({ college_id: z.string() }),
  );
  if (!written) throw new NotFound(`${resource.one} not found`);
  await record(ctx, {
    action: `${resource.name}.undo`,
    resource: resource.name,
    resourceId: row.row_id,
    collegeId: written.college_id,
    reason,
    before: named(resource, row.after!),
    after: named(resource, row.before!),
    details: { act },
  });
}

/** By the names of the fields, as every other entry. */
const named = (resource: Resource, columns: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(columns).map(([column, value]) => [
      resource.fields.find((field) => field.column === column)?.key ?? column,
      value,
    ]),
  );

async function takeBack(ctx: TxCtx, undo: Undo, row: Kept): Promise<void> {
  const { resource, act, reason, verbs } = undo;
  if (act === IMPORTED || act === "restore") {
    await remove({ ctx, input: { resource: resource.name, id: row.row_id, reason } });
    return;
  }
  if (act === "trash") {
    await restore({ ctx, input: { resource: resource.name, id: row.row_id } });
    return;
  }
  const verb = verbs[`${resource.name}.${act}`];
  if (verb) await verb({ ctx, id: row.row_id, before: named(resource, row.before!), reason });
  else await putBack(ctx, undo, row);
}

/** Most go to the trash, and by one statement. Where one of them is refused, each is tried alone. */
async function takeBackTogether(ctx: TxCtx, { resource, act, reason }: Undo, batch: readonly Kept[]): Promise<boolean> {
  if (!resource.softDelete || (act !== IMPORTED && act !== "restore")) return false;
  const ids = batch.map((row) => row.row_id);
  return inSavepoint(ctx.tx, () => trashRows(ctx, resource, ids, reason)).then(
    (gone) => gone.length === ids.length,
    () => false,
  );
}

async function undoBatch(ctx: TxCtx, undo: Undo): Promise<number> {
  const batch = await nextRows(ctx, undo);
  if (batch.length === 0) return 0;
  const created = batch.filter((row) => row.version !== null && row.untouched).map((row) => row.row_id);
  const used = await usedSince(ctx, undo.references, created, undo.resource.createdByVerb ? undo.since : null);
  const outcomes = batch.map((row) => ({ row_id: row.row_id, reason: conflictOf(row, used) }));
  const free = batch.filter((_, index) => outcomes[index]!.reason === null);
  const together = await takeBackTogether(ctx, undo, free);
  for (const [index, row] of batch.entries()) {
    const outcome = outcomes[index]!;
    if (outcome.reason !== null || together) continue;
    outcome.reason = await inSavepoint(ctx.tx, () => takeBack(ctx, undo, row)).then(() => null, messageOf);
  }
  await execute(
    ctx.tx,
    sql`update console.change_row r
        set outcome = case when o.reason is null then 'UNDONE' else 'CONFLICT' end, reason = o.reason
        from jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb) o(row_id uuid, reason text)
        where r.job_id = ${undo.jobId}::uuid and r.row_id = o.row_id`,
  );
  return batch.length;
}

const countOf = (ctx: TxCtx, jobId: string) =>
  firstRow(
    ctx.tx,
    sql`select count(*)::int as total,
               count(*) filter (where outcome = 'UNDONE')::int as undone,
               count(*) filter (where outcome = 'CONFLICT')::int as conflicts
        from console.change_row
        where job_id = ${jobId}::uuid`,
    z.object({ total: z.number(), undone: z.number(), conflicts: z.number() }),
  );

/**
 * A transaction for each batch, and what came of each row is written with it: one that died goes on where it was, and a row is
 * taken back once.
 */
export async function runUndo({ id, ctx, input, progress }: JobRun, verbs: UndoVerbs = {}): Promise<Record<string, unknown>> {
  const { jobId, reason } = inputOf.parse(input);
  const set = await withScope(ctx, (inner) => inner.tx.prisma.changeSet.findUnique({ where: { jobId } }));
  if (!set) throw new NotFound("What this job wrote is no longer kept");
  const resource = resourceNamed(set.resource);
  const permission = undoPermission(resource, set.act);
  // Asked again: it may have been taken away since the job was started.
  if (!permission || !may(ctx.actor.role, permission)) throw new Forbidden(`Your role may not undo this for ${resource.many}`);
  const references = set.act === IMPORTED ? await withScope(ctx, (inner) => referencesTo(inner, resource)) : [];
  const undo: Undo = { jobId, resource, act: set.act, since: set.createdAt, reason, references, verbs };
  const before = (await withScope(ctx, (inner) => countOf(inner, jobId)))!;
  let done = before.undone + before.conflicts;
  for (;;) {
    await progress(done, before.total);
    const n = await withScope(ctx, (inner) => undoBatch(inner, undo));
    // None may also mean that another worker has just done these.
    if (n === 0 && (await left(ctx, jobId)) === 0) break;
    done += n;
  }
  await progress(before.total, before.total);
  return outcomeOf(id, await withScope(ctx, (inner) => foundBy(inner, undo)));
}

async function left(ctx: Ctx, jobId: string): Promise<number> {
  const { total, undone, conflicts } = (await withScope(ctx, (inner) => countOf(inner, jobId)))!;
  return total - undone - conflicts;
}

type Conflict = { id: string; title: string; reason: string };

async function foundBy(ctx: TxCtx, { jobId, resource }: Undo) {
  const counts = (await countOf(ctx, jobId))!;
  const conflicts = await rows(
    ctx.tx,
    sql`select row_id as id, coalesce(reason, '') as reason
        from console.change_row
        where job_id = ${jobId}::uuid and outcome = 'CONFLICT'
        order by row_id`,
    z.object({ id: z.string(), reason: z.string() }),
  );
  const titles = await titlesOf(
    ctx,
    resource,
    conflicts.slice(0, LISTED).map((row) => row.id),
  );
  const listed = conflicts.slice(0, LISTED).map((row): Conflict => ({ ...row, title: titles[row.id] ?? `…${row.id.slice(-8)}` }));
  return { counts, conflicts, listed, page: resource.page };
}

async function outcomeOf(id: string, { counts, conflicts, listed, page }: Awaited<ReturnType<typeof foundBy>>) {
  if (conflicts.length > 0)
    await saveFile(
      id,
      "conflicts.csv",
      "text/csv",
      csvLine(["Id", "Reason"]) + conflicts.map((row) => csvLine([row.id, row.reason])).join(""),
    );
  return { undone: counts.undone, conflicts: counts.conflicts, page, list: listed };
}
