import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { may, type Permission } from "~/access/policy.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { dryRun, inSavepoint } from "~/db/dry-run.server.ts";
import { execute, rows } from "~/db/query.ts";
import { and, ident, raw, sql, type Sql } from "~/db/sql.ts";
import { withScope } from "~/db/scope.server.ts";
import { Forbidden, Invalid, messageOf } from "~/platform/errors.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import type { JobRun } from "~/jobs/work.server.ts";
import { saveFile } from "~/jobs/files.server.ts";
import { changesBetween, type Change } from "./changes.ts";
import { csvLine } from "./csv.ts";
import { fieldOf, schemaOf, type Resource } from "./define.ts";
import { labelsFor, titlesOf } from "./labels.server.ts";
import { readQuery } from "./query.ts";
import { resourceNamed } from "./registry.ts";
import { conditions, findRow, type Row } from "./sql.server.ts";
import { keepChanged, snapshotOf, UNDO_MOST } from "./undo/keep.server.ts";
import type { UndoVerbs } from "./undo/run.server.ts";
import { remove, restore } from "./verbs.server.ts";
import { viewOf } from "./view.ts";
import { reasonField } from "~/platform/reason-field.ts";

/** Which rows: the chosen ones, or all that a filter finds at the moment it is asked. */
export type Selection = { ids?: string[]; filter?: string };
export type Choice = { resource: string; act: string; value: string; reason: string; selection: Selection };

const choice = z.object({
  resource: z.string().max(80),
  act: z.string().max(80),
  value: z.string().max(200).default(""),
  reason: reasonField,
  selection: z.object({ ids: z.array(z.uuid()).max(5000).optional(), filter: z.string().max(4000).optional() }),
});

function selected(resource: Resource, selection: Selection): Sql[] {
  if (selection.ids && selection.ids.length > 0) return [sql`t.id = any (${selection.ids}::uuid[])`];
  if (selection.filter === undefined) throw new Invalid("Nothing is selected");
  return conditions(resource, readQuery(resource, new URLSearchParams(selection.filter)));
}

function batch(ctx: TxCtx, resource: Resource, where: Sql[], after: string | null, limit: number) {
  const tenantId = resource.tenantColumn === "id" ? sql`t.id` : sql`t.college_id`;
  return rows(
    ctx.tx,
    sql`select t.id, ${tenantId} as college_id
        from ${raw(resource.table)} t
        where ${and([...where, ...(after ? [sql`t.id > ${after}::uuid`] : [])])}
        order by t.id
        limit ${limit}`,
    z.object({ id: z.string(), college_id: z.string() }),
  );
}

/** What an act does to one row, by `resource.act`: a verb of a domain, which the engine does not know. */
export type ActVerbs = Readonly<
  Record<string, (work: { ctx: TxCtx; id: string; collegeId: string; reason: string }) => Promise<unknown>>
>;

/** The permission that an act asks for. */
function authorize(ctx: Ctx, resource: Resource, key: string): Permission {
  const act = resource.bulk.find((act) => act.key === key);
  const permission = key === "trash" ? resource.remove : (act?.permission ?? resource.write);
  const field = act?.sets ? fieldOf(resource, act.sets) : undefined;
  const narrower = field?.write && !may(ctx.actor.role, field.write);
  if (!permission || !may(ctx.actor.role, permission) || narrower)
    throw new Forbidden(`${resource.many} are not changed here by your role`);
  return permission;
}

/** One row's act, as the row's own page would do it: the same rules, and an audit entry of its own. */
async function apply(
  ctx: TxCtx,
  resource: Resource,
  work: Choice,
  row: { id: string; college_id: string },
  verbs: ActVerbs,
): Promise<void> {
  if (work.act === "trash") {
    await remove({ ctx, input: { resource: resource.name, id: row.id, reason: work.reason } });
    return;
  }
  if (work.act === "restore") {
    await restore({ ctx, input: { resource: resource.name, id: row.id } });
    return;
  }
  if (work.act === "purge") {
    await remove({ ctx, input: { resource: resource.name, id: row.id, reason: work.reason, purge: true } });
    return;
  }
  const act = resource.bulk.find((act) => act.key === work.act);
  if (!act) throw new Invalid(`${resource.many} have no action “${work.act}”`);
  const verb = verbs[`${resource.name}.${act.key}`];
  if (verb) {
    await verb({ ctx, id: row.id, collegeId: row.college_id, reason: work.reason });
    return;
  }
  const field = fieldOf(resource, act.sets ?? "");
  if (!field) throw new Invalid("This action sets nothing");
  const parsed = schemaOf(field).safeParse(work.value);
  if (!parsed.success) throw new Invalid(parsed.error.issues[0]!.message);
  await execute(
    ctx.tx,
    sql`update ${raw(resource.table)}
        set ${ident(field.column)} = ${parsed.data}, updated_at = ${ctx.clock.now()}
        where id = ${row.id}::uuid`,
  );
  await record(ctx, {
    action: `${resource.name}.${act.key}`,
    resource: resource.name,
    resourceId: row.id,
    collegeId: row.college_id,
    reason: work.reason,
    after: { [field.key]: parsed.data },
  });
}

/** Why the row's act was refused, or null where it was done; the rows after it go on either way. */
const refusalOf = (ctx: TxCtx, run: () => Promise<void>): Promise<string | null> =>
  inSavepoint(ctx.tx, run).then(() => null, messageOf);

const TRIED = 100;
/** The preview shows the outcome for this many. */
const SHOWN = 8;

export type Tried = { id: string; title: string; changes: Change[]; refused: string | null };

export type Preview = {
  n: number;
  exact: boolean;
  tried: number;
  sample: Tried[];
  labels: Record<string, Record<string, string>>;
  /** Why some would be refused, the most frequent reason first. */
  refusals: { reason: string; n: number; titles: string[] }[];
};

function gathered(refused: readonly { title: string; reason: string }[]): Preview["refusals"] {
  const titles = new Map<string, string[]>();
  for (const { reason, title } of refused) titles.set(reason, [...(titles.get(reason) ?? []), title]);
  return [...titles].map(([reason, all]) => ({ reason, n: all.length, titles: all.slice(0, 5) })).sort((x, y) => y.n - x.n);
}

/** The act itself on the first rows, in a transaction that is rolled back: what it says will be refused, will be. */
export async function previewBulk(ctx: Ctx, work: Choice, verbs: ActVerbs = {}): Promise<Preview> {
  const resource = resourceNamed(work.resource);
  authorize(ctx, resource, work.act);
  const { fields } = viewOf(resource, ctx.actor.role);
  return dryRun(ctx, async (inner) => {
    const where = selected(resource, work.selection);
    const first = await batch(inner, resource, where, null, TRIED);
    const counted = await rows(
      inner.tx,
      sql`select count(*)::int as n from (select 1 from ${raw(resource.table)} t where ${and(where)} limit 100001) x`,
      z.object({ n: z.number() }),
    );
    const titles = await titlesOf(
      inner,
      resource,
      first.map((row) => row.id),
    );
    const sample: Tried[] = [];
    const seen: Row[] = [];
    const refused: { title: string; reason: string }[] = [];
    for (const [at, row] of first.entries()) {
      const title = titles[row.id] ?? row.id;
      const before = at < SHOWN ? await findRow(inner, resource, row.id) : null;
      const reason = await refusalOf(inner, () =>
        apply(inner, resource, { ...work, reason: work.reason || "your reason" }, row, verbs),
      );
      if (reason) refused.push({ title, reason });
      if (!before) continue;
      const after = reason ? null : await findRow(inner, resource, row.id);
      const changes = after ? changesBetween(fields, before.values, after.values) : [];
      seen.push(before, ...(after ? [after] : []));
      sample.push({ id: row.id, title, changes, refused: reason });
    }
    return {
      n: Math.min(counted[0]!.n, 100_000),
      exact: counted[0]!.n <= 100_000,
      tried: first.length,
      sample,
      labels: await labelsFor(
        inner,
        resource,
        [...new Set(sample.flatMap((tried) => tried.changes.flatMap((change) => change.field?.key ?? [])))],
        seen,
      ),
      refusals: gathered(refused),
    };
  });
}

export const startBulk = mutation({
  name: "resources.bulk",
  permission: (ctx, input) => authorize(ctx, resourceNamed(input.resource), input.act),
  stepUp: true,
  input: choice,
  async run({ ctx, input }) {
    const resource = resourceNamed(input.resource);
    const permission = authorize(ctx, resource, input.act);
    const { bulk, trashActs } = viewOf(resource, ctx.actor.role);
    const label = [...bulk, ...trashActs].find((act) => act.key === input.act)?.label ?? input.act;
    const jobId = await enqueue(ctx, {
      kind: "resource.bulk",
      title: `${label}: ${resource.many.toLowerCase()}`,
      input,
      permission,
    });
    await record(ctx, {
      action: "bulk.start",
      resource: resource.name,
      reason: input.reason,
      details: {
        act: input.act,
        chosen: input.selection.ids?.length ?? null,
        filter: input.selection.filter ?? null,
        job: jobId,
      },
    });
    return { jobId };
  },
});

const BATCH = 100;

/** Whether it can be taken back: the trash both ways, a field that was set, and what says so or brings the opposite verb. */
function undoable(resource: Resource, key: string, verbs: ActVerbs, undoVerbs: UndoVerbs): boolean {
  if (key === "trash" || key === "restore") return true;
  const act = resource.bulk.find((act) => act.key === key);
  const name = `${resource.name}.${key}`;
  return act !== undefined && (act.undo === "fields" || name in undoVerbs || (act.sets !== undefined && !(name in verbs)));
}

export const runBulk = async (
  { id, ctx, input, progress }: JobRun,
  verbs: ActVerbs = {},
  undoVerbs: UndoVerbs = {},
): Promise<Record<string, unknown>> => {
  const work = choice.parse(input);
  const resource = resourceNamed(work.resource);
  // Asked again: it may have been taken away since the job was started.
  authorize(ctx, resource, work.act);
  const where = selected(resource, work.selection);
  const total = await withScope(ctx, (inner) =>
    rows(
      inner.tx,
      sql`select count(*)::int as n
        from ${raw(resource.table)} t
        where ${and(where)}`,
      z.object({ n: z.number() }),
    ),
  );
  const keeps = total[0]!.n <= UNDO_MOST && undoable(resource, work.act, verbs, undoVerbs);
  let after: string | null = null;
  let done = 0;
  let changed = 0;
  let failures = "";
  let failed = 0;
  for (;;) {
    // A transaction for each hundred: a cancel keeps what is done, a crash repeats no more than these.
    const next: { id: string; college_id: string }[] = await withScope(ctx, async (inner) => {
      const list = await batch(inner, resource, where, after, BATCH);
      const before = keeps
        ? await snapshotOf(
            inner,
            resource,
            list.map((row) => row.id),
          )
        : null;
      const written: string[] = [];
      for (const row of list) {
        const reason = await refusalOf(inner, () => apply(inner, resource, work, row, verbs));
        if (reason === null) {
          changed++;
          written.push(row.id);
        } else {
          failed++;
          failures += csvLine([row.id, row.college_id, reason]);
        }
      }
      if (before) await keepChanged(inner, { jobId: id, resource, act: work.act }, before, written);
      return list;
    });
    if (next.length === 0) break;
    after = next.at(-1)!.id;
    done += next.length;
    await progress(done, Math.max(total[0]!.n, done));
  }
  if (failed > 0) await saveFile(id, "failed-rows.csv", "text/csv", csvLine(["Id", "Tenant", "Reason"]) + failures);
  return { changed, failed };
};
