import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { ident, join, raw, sql } from "~/db/sql.ts";
import type { Resource } from "../define.ts";

/** A job that wrote more rows than this can't be undone as a whole. */
export const UNDO_MOST = 100_000;
/** For so long what a job wrote is kept. */
export const UNDO_DAYS = 7;

/** What `act` means of an import; a bulk action has the key of its own. */
export const IMPORTED = "import";

export type Deed = { jobId: string; resource: Resource; act: string };

type Fields = Record<string, unknown>;
export type Snapshot = ReadonlyMap<string, { collegeId: string; fields: Fields }>;

const tenantOf = (resource: Resource) => (resource.tenantColumn === "id" ? sql`t.id` : sql`t.college_id`);

/** Every column that a person may see changed. The time of the change is not one. */
const columnsOf = (resource: Resource): string[] => [
  ...new Set([
    ...resource.fields
      .filter((field) => field.column && !["created_at", "updated_at"].includes(field.column))
      .map((field) => field.column),
    ...(resource.softDelete ? ["deleted_at"] : []),
  ]),
];

export const fieldsSql = (resource: Resource) => sql`
  (
    select to_jsonb(s)
    from (select ${join(columnsOf(resource).map((column) => sql`t.${ident(column)}`))}) s
  )`;

/** These rows as they are now. */
export async function snapshotOf(ctx: TxCtx, resource: Resource, ids: readonly string[]): Promise<Snapshot> {
  const found = await rows(
    ctx.tx,
    sql`select t.id, ${tenantOf(resource)} as college_id, ${fieldsSql(resource)} as fields
        from ${raw(resource.table)} t
        where t.id = any (${ids as string[]}::uuid[])`,
    z.object({ id: z.string(), college_id: z.string(), fields: z.record(z.string(), z.unknown()) }),
  );
  return new Map(found.map((row) => [row.id, { collegeId: row.college_id, fields: row.fields }]));
}

const open = (ctx: TxCtx, { jobId, resource, act }: Deed) =>
  execute(
    ctx.tx,
    sql`insert into console.change_set (job_id, resource, act, created_at)
        values (${jobId}::uuid, ${resource.name}, ${act}, ${ctx.clock.now()})
        on conflict (job_id) do nothing`,
  );

/** In the transaction that created them, and at its end: later changes of the same transaction are not somebody else's. */
export async function keepCreated(ctx: TxCtx, deed: Deed, ids: readonly string[]): Promise<void> {
  if (ids.length === 0 || ids.length > UNDO_MOST) return;
  await open(ctx, deed);
  await execute(
    ctx.tx,
    sql`insert into console.change_row (job_id, row_id, college_id, version)
        select ${deed.jobId}::uuid, t.id, ${tenantOf(deed.resource)}, t.xmin::text
        from ${raw(deed.resource.table)} t
        where t.id = any (${ids as string[]}::uuid[])
        on conflict do nothing`,
  );
}

/** In the transaction that changed them. A job that is run again after a crash keeps what the first run found. */
export async function keepChanged(ctx: TxCtx, deed: Deed, before: Snapshot, ids: readonly string[]): Promise<void> {
  const after = await snapshotOf(ctx, deed.resource, ids);
  const changed = ids.flatMap((id) => {
    const [was, is] = [before.get(id), after.get(id)];
    const keys = was && is ? Object.keys(is.fields).filter((key) => !same(was.fields[key], is.fields[key])) : [];
    if (!was || !is || keys.length === 0) return [];
    return { row_id: id, college_id: was.collegeId, before: pick(was.fields, keys), after: pick(is.fields, keys) };
  });
  if (changed.length === 0) return;
  await open(ctx, deed);
  await execute(
    ctx.tx,
    sql`insert into console.change_row (job_id, row_id, college_id, before, after)
        select ${deed.jobId}::uuid, c.row_id, c.college_id, c.before, c.after
        from jsonb_to_recordset(${JSON.stringify(changed)}::jsonb) c(row_id uuid, college_id uuid, before jsonb, after jsonb)
        on conflict do nothing`,
  );
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

const pick = (fields: Fields, keys: readonly string[]): Fields => Object.fromEntries(keys.map((key) => [key, fields[key]]));
