import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { ident, raw, sql } from "~/db/sql.ts";
import type { Resource } from "../define.ts";

export type Reference = { table: string; column: string; dated: boolean };

/** Every column of another table that points to a row of this resource. */
export function referencesTo(ctx: TxCtx, resource: Resource): Promise<Reference[]> {
  return rows(
    ctx.tx,
    sql`select k.conrelid::regclass::text as "table", a.attname as "column",
               exists (
                 select from pg_attribute d
                 where d.attrelid = k.conrelid and d.attname = 'created_at' and not d.attisdropped
               ) as dated
        from pg_constraint k
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey) and a.attname <> 'college_id'
        where k.contype = 'f'
          and k.conparentid = 0
          and k.confrelid = ${resource.table}::regclass
          and has_table_privilege(k.conrelid, 'select')`,
    z.object({ table: z.string(), column: z.string(), dated: z.boolean() }),
  );
}

/**
 * Which of these rows others point to, and from where: what somebody has built on since is not taken away under them. Rows
 * that a verb of a domain made bring some along; those are as old as the rows themselves, and `since` leaves them out.
 */
export async function usedSince(
  ctx: TxCtx,
  references: readonly Reference[],
  ids: readonly string[],
  since: Date | null,
): Promise<Map<string, string[]>> {
  const used = new Map<string, string[]>();
  if (ids.length === 0) return used;
  for (const { table, column, dated } of references) {
    const found = await rows(
      ctx.tx,
      sql`select distinct ${ident(column)} as id
          from ${raw(table)}
          where ${ident(column)} = any (${ids as string[]}::uuid[]) ${since && dated ? sql`and created_at > ${since}` : sql``}`,
      z.object({ id: z.string() }),
    );
    const noun = table
      .replaceAll('"', "")
      .replace(/^public\./, "")
      .replaceAll("_", " ");
    for (const { id } of found) used.set(id, [...new Set([...(used.get(id) ?? []), noun])]);
  }
  return used;
}
