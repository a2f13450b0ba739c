import { z } from "zod";
import { allTenants } from "~/access/ctx.server.ts";
import { may } from "~/access/policy.ts";
import { read } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { tenantIs } from "~/db/tenant.ts";
import { proof } from "./checksums.server.ts";
import { choiceInput, countChosen } from "./choice.server.ts";
import { findComparison } from "./find-comparison.server.ts";
import { KEPT_DAYS } from "./rules.ts";

const summaryLine = z.object({
  table: z.string(),
  same: z.number(),
  missing: z.number(),
  changed: z.number(),
  added: z.number(),
  conflicts: z.number(),
});
export type SummaryLine = z.infer<typeof summaryLine>;

const line = {
  id: z.string(),
  college_id: z.string(),
  moment: z.date(),
  reason: z.string(),
  state: z.enum(["QUEUED", "RUNNING", "READY", "FAILED", "EXPIRED"]),
  by_whom: z.string(),
  job_id: z.string().nullable(),
  error: z.string().nullable(),
  created_at: z.date(),
};

const namesOfTenants = async () => new Map((await allTenants()).map((tenant) => [tenant.id, tenant.name]));
const named = (names: Map<string, string>, id: string) => names.get(id) ?? `a deleted tenant (${id.slice(-8)})`;

/** Comparisons of the last weeks, newest first. */
export const listComparisons = read({
  name: "restore.list",
  permission: "database.read",
  on: "primary",
  input: z.object({}),
  before: namesOfTenants,
  async run({ ctx, before: names }) {
    const found = await rows(
      ctx.tx,
      sql`select id, college_id, moment, reason, state, by_whom, job_id, error, created_at
          from console.restore_comparison
          where ${tenantIs(ctx)}
          order by created_at desc
          limit 50`,
      z.object(line),
    );
    const { scope } = ctx;
    return found
      .filter((row) => scope.kind !== "tenants" || scope.ids.includes(row.college_id))
      .map((row) => ({ ...row, tenant: named(names, row.college_id) }));
  },
});

const detail = z.object({
  ...line,
  compared_at: z.date().nullable(),
  finished_at: z.date().nullable(),
  summary: z.array(summaryLine),
  notes: z.array(z.object({ table: z.string(), note: z.string() })),
  phases: z.array(z.object({ name: z.string(), ms: z.number() })),
});

const runLine = z.object({
  id: z.string(),
  kind: z.enum(["PUT", "UNDO"]),
  undoes: z.string().nullable(),
  reason: z.string(),
  state: z.enum(["QUEUED", "RUNNING", "DONE", "FAILED"]),
  by_whom: z.string(),
  job_id: z.string().nullable(),
  proof: proof.nullable(),
  error: z.string().nullable(),
  created_at: z.date(),
  finished_at: z.date().nullable(),
  units: z.number(),
  refused: z.number(),
  rows: z.number(),
  spared: z.number(),
  /** Rows of this put-back that an undo would still reach. */
  left: z.number(),
});
export type RunLine = z.infer<typeof runLine>;

const readRuns = (ctx: TxCtx, id: string) =>
  rows(
    ctx.tx,
    sql`select r.id, r.kind, r.undoes, r.reason, r.state, r.by_whom, r.job_id, r.proof, r.error, r.created_at, r.finished_at,
               count(u.id) filter (where u.state = 'DONE')::int as units,
               count(u.id) filter (where u.state = 'REFUSED')::int as refused,
               coalesce(sum(u.rows), 0)::int as rows,
               (
                 select count(*)::int
                 from console.restore_difference d
                 where d.run_id = r.id and d.state in ('SPARED', 'REFUSED', 'KEPT')
               ) as spared,
               (
                 select count(*)::int from console.restore_difference d where d.run_id = r.id and d.state = 'PUT'
               ) as left
        from console.restore_run r
          left join console.restore_unit u on u.run_id = r.id
        where r.comparison_id = ${id}
        group by r.id
        order by r.created_at desc`,
    runLine,
  );

const progressRow = z.object({ done: z.number().nullable(), total: z.number().nullable() });

/** How far what is running now is. */
const readProgress = (ctx: TxCtx, id: string) =>
  firstRow(
    ctx.tx,
    sql`select j.done::int as done, j.total::int as total
        from console.job j
        where j.state in ('QUEUED', 'RUNNING')
          and j.id in (
            select c.job_id from console.restore_comparison c where c.id = ${id}
            union all select r.job_id from console.restore_run r where r.comparison_id = ${id}
          )
        order by j.created_at desc
        limit 1`,
    progressRow,
  );

/** One comparison: counts by table and what was put back from it. Nobody's data is in it. */
export const getComparison = read({
  name: "restore.get",
  permission: "database.read",
  on: "primary",
  input: z.object({ id: z.uuid() }),
  before: namesOfTenants,
  async run({ ctx, input, before: names }) {
    await findComparison(ctx, input.id);
    const [found] = await rows(
      ctx.tx,
      sql`select id, college_id, moment, reason, state, by_whom, job_id, error, created_at, compared_at, finished_at, summary,
                 notes, phases
          from console.restore_comparison
          where id = ${input.id}`,
      detail,
    );
    const runs = await readRuns(ctx, input.id);
    return {
      ...found!,
      tenant: named(names, found!.college_id),
      expires: new Date(found!.created_at.getTime() + KEPT_DAYS * 86_400_000),
      runs: runs.map((run) => ({
        ...run,
        proof: run.proof && { ...run.proof, changed: run.proof.changed.map((id) => named(names, id)) },
      })),
      progress: await readProgress(ctx, input.id),
      maySeeRows: may(ctx.actor.role, "platform.read"),
      mayAct: may(ctx.actor.role, "tenants.manage"),
    };
  },
});
export type Comparison = Awaited<ReturnType<typeof getComparison>>;

/** What a choice would write, in numbers. */
export const previewChoice = read({
  name: "restore.preview",
  permission: "database.read",
  on: "primary",
  input: z.object({ comparisonId: z.uuid(), ...choiceInput.shape }),
  async run({ ctx, input: { comparisonId, ...choice } }) {
    await findComparison(ctx, comparisonId);
    return countChosen(ctx.tx, comparisonId, choice);
  },
});
