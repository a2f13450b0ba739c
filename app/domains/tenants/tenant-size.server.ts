import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { empty, join, raw, sql } from "~/db/sql.ts";

const tableRow = z.object({
  table: z.string(),
  label: z.string(),
  parts: z.array(z.string()),
  rows: z.number(),
  bytes: z.number(),
});

type Node = { "Relation Name"?: string | undefined; "Plan Rows": number; Plans?: Node[] | undefined };
const node: z.ZodType<Node> = z.lazy(() =>
  z.object({ "Relation Name": z.string().optional(), "Plan Rows": z.number(), Plans: z.array(node).optional() }),
);
const plan = z.object({ "QUERY PLAN": z.array(z.object({ Plan: node })) });

/** The planner flattens what it appends: rows are found by the relation that they are read from. */
function rowsByRelation(at: Node, into = new Map<string, number>()): Map<string, number> {
  const name = at["Relation Name"];
  if (name) into.set(name, (into.get(name) ?? 0) + at["Plan Rows"]);
  for (const below of at.Plans ?? []) rowsByRelation(below, into);
  return into;
}

const DAYS = 30;

/** How much of the database is this tenant's, and how busy it was. Sizes are the planner's estimates: nothing is counted. */
export const tenantSize = read({
  name: "tenants.size",
  permission: "tenants.read",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const tables = await rows(
      ctx.tx,
      sql`with recursive root as (
            select c.oid as root, c.oid, c.relname, c.relkind
            from pg_class c
              join pg_attribute a on a.attrelid = c.oid and a.attname = 'college_id'
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            union all select r.root, i.inhrelid, r.relname, 'r'
            from pg_inherits i
              join root r on r.oid = i.inhparent
          )
          select format('public.%I', r.relname) as "table", replace(r.relname, '_', ' ') as label,
                 array_agg(c.relname::text) as parts, sum(greatest(c.reltuples, 0))::float8 as rows,
                 sum(pg_total_relation_size(c.oid))::float8 as bytes
          from root r
            join pg_class c on c.oid = r.oid
          group by r.relname
          having sum(greatest(c.reltuples, 0)) > 0
          order by r.relname`,
      tableRow,
    );
    // The policy of a tenant's scope is part of an estimate: narrowed to this tenant, it is the whole condition. Another one
    // beside it would count as a further one, and the estimate be a fraction of what is there.
    const mine = ctx.scope.kind === "tenants" && ctx.scope.ids.includes(input.id);
    if (mine) await execute(ctx.tx, sql`select set_config('app.college_ids', ${`{${input.id}}`}, true)`);
    const own = mine ? empty : sql`where college_id = ${input.id}::uuid`;
    const parts = tables.map(({ table }) => sql`select 1 from ${raw(table)} ${own}`);
    // Of a parallel plan each node says what one worker reads.
    await execute(ctx.tx, sql`set local max_parallel_workers_per_gather = 0`);
    const estimate =
      parts.length === 0 ? null : await firstRow(ctx.tx, sql`explain (format json) ${join(parts, " union all ")}`, plan);
    const found = rowsByRelation(estimate?.["QUERY PLAN"][0]!.Plan ?? { "Plan Rows": 0 });
    const sizes = tables
      .map((table) => {
        const estimated = table.parts.reduce((sum, part) => sum + (found.get(part) ?? 0), 0);
        const share = Math.min(1, estimated / table.rows);
        return { label: table.label, rows: Math.round(share * table.rows), bytes: Math.round(share * table.bytes) };
      })
      .sort((a, b) => b.bytes - a.bytes);
    const since = new Date(ctx.clock.now().getTime() - DAYS * 86_400_000);
    const days = await rows(
      ctx.tx,
      sql`select extract(epoch from d)::float8 * 1000 as t,
                 (
                   select count(*)::int
                   from public.student_exam_attempt a
                   where a.college_id = ${input.id}::uuid
                     and a.started_at >= d
                     and a.started_at < d + interval '1 day'
                 ) as n
          from generate_series(
            date_trunc('day', ${since}::timestamptz, 'UTC'), ${ctx.clock.now()}::timestamptz, '1 day'
          ) d`,
      z.object({ t: z.number(), n: z.number() }),
    );
    return {
      bytes: sizes.reduce((sum, one) => sum + one.bytes, 0),
      rows: sizes.reduce((sum, one) => sum + one.rows, 0),
      largest: sizes.filter((siz) => siz.rows > 0).slice(0, 6),
      days,
    };
  },
});
