import { z } from "zod";
import { execute, rows, type Queryable } from "~/db/query.ts";
import { ident, sql } from "~/db/sql.ts";
import type { Reference } from "./catalogue.server.ts";
import { orderUnits, type Edge } from "./units.ts";

const edge = z.object({ before: z.string(), after: z.string() });

/** Between chosen rows: who must be there before whom. */
async function readEdges(on: Queryable, runId: string, references: readonly Reference[]): Promise<Edge[]> {
  const chosen = await rows(
    on,
    sql`select distinct table_name as name from console.restore_difference where run_id = ${runId} and state = 'CHOSEN'`,
    z.object({ name: z.string() }),
  );
  const among = new Set(chosen.map(({ name }) => name));
  const edges: Edge[] = [];
  for (const { child, column, parent } of references.filter((one) => among.has(one.child) && among.has(one.parent)))
    edges.push(
      ...(await rows(
        on,
        sql`select distinct
              case when p.kind = 'MISSING' then p.unit else c.unit end as before,
              case when p.kind = 'MISSING' then c.unit else p.unit end as after
            from console.restore_difference c
              join console.restore_difference p on p.comparison_id = c.comparison_id
                and p.table_name = ${parent}
                and p.row_id = (case when c.kind = 'ADDED' then c.now_row else c.then_row end ->> ${column}::text)::uuid
            where c.run_id = ${runId}
              and p.run_id = ${runId}
              and c.table_name = ${child}
              and c.state = 'CHOSEN'
              and p.state = 'CHOSEN'
              and c.unit <> p.unit
              and (p.kind = 'MISSING' and c.kind in ('MISSING', 'CHANGED') or p.kind = 'ADDED' and c.kind = 'ADDED')`,
        edge,
      )),
    );
  return edges;
}

/**
 * The units of a run in the order in which they can be written: what is referred to before what refers to it. Units that
 * refer to each other in a circle become one. An undo goes the other way round.
 */
export async function planUnits(
  on: Queryable,
  runId: string,
  references: readonly Reference[],
  undo: boolean,
): Promise<string[]> {
  const units = await rows(
    on,
    sql`select distinct unit as name from console.restore_difference where run_id = ${runId} and state = 'CHOSEN' order by 1`,
    z.object({ name: z.string() }),
  );
  const ordered = orderUnits(
    units.map(({ name }) => name),
    await readEdges(on, runId, references),
  );
  const names: string[] = [];
  for (const together of ordered) {
    const name = together.length === 1 ? together[0]! : `${together[0]} and ${together.length - 1} more`;
    if (together.length > 1)
      await execute(
        on,
        sql`update console.restore_difference
            set unit = ${name}
            where run_id = ${runId} and state = 'CHOSEN' and unit = any(${together}::text[])`,
      );
    names.push(name);
  }
  return undo ? names.toReversed() : names;
}

/** What refers to a row that is neither there nor chosen would be refused; it is said before anything is written. */
export async function refuseWithoutParent(on: Queryable, runId: string, references: readonly Reference[]): Promise<void> {
  // A row that is refused takes what refers to it with it, so this goes on until nothing more is found.
  for (let refused = 1; refused > 0;) {
    refused = 0;
    for (const { child, column, parent } of references)
      refused += await execute(
        on,
        sql`update console.restore_difference d
            set state = 'REFUSED',
                conflict = ${`It refers to a row of ${parent.replaceAll("_", " ")} that is not there. Choose that too.`}
            where d.run_id = ${runId}
              and d.state = 'CHOSEN'
              and d.table_name = ${child}
              and d.kind in ('MISSING', 'CHANGED')
              and d.then_row ->> ${column}::text is not null
              and not exists (
                select 1 from public.${ident(parent)} p where p.id = (d.then_row ->> ${column}::text)::uuid
              )
              and not exists (
                select 1
                from console.restore_difference q
                where q.comparison_id = d.comparison_id
                  and q.table_name = ${parent}
                  and q.row_id = (d.then_row ->> ${column}::text)::uuid
                  and q.run_id = d.run_id
                  and q.state in ('CHOSEN', 'PUT')
              )`,
      );
  }
}
