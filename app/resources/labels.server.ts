import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { ident, raw, sql } from "~/db/sql.ts";
import { fieldOf, type Resource } from "./define.ts";
import { knows, resourceNamed } from "./registry.ts";
import type { Row } from "./sql.server.ts";

/** What the rows of a reference are called: one query per reference, whatever the number of rows. */
export async function labelsFor(
  ctx: TxCtx,
  resource: Resource,
  keys: readonly string[],
  list: readonly Row[],
): Promise<Record<string, Record<string, string>>> {
  const labels: Record<string, Record<string, string>> = {};
  for (const key of keys) {
    const field = fieldOf(resource, key);
    const to = field?.kind === "ref" && field.to && knows(field.to) ? resourceNamed(field.to) : null;
    if (!to && !field?.staff) continue;
    const ids = [...new Set(list.map((row) => row.values[key]).filter((id): id is string => typeof id === "string"))];
    labels[key] = ids.length === 0 ? {} : to ? await titlesOf(ctx, to, ids) : await staffNames(ctx, ids);
  }
  return labels;
}

async function staffNames(ctx: TxCtx, ids: readonly string[]): Promise<Record<string, string>> {
  const found = await rows(
    ctx.tx,
    sql`select id, name from console.staff where id = any (${[...ids]}::uuid[])`,
    z.object({ id: z.string(), name: z.string() }),
  );
  return Object.fromEntries(found.map((row) => [row.id, row.name]));
}

export async function titlesOf(ctx: TxCtx, resource: Resource, ids: readonly string[]): Promise<Record<string, string>> {
  const title = fieldOf(resource, resource.title)!;
  if (title.kind === "ref" && title.to) {
    const found = await rows(
      ctx.tx,
      sql`select t.id, t.${ident(title.column)} as other
          from ${raw(resource.table)} t
          where t.id = any (${[...ids]}::uuid[])`,
      z.object({ id: z.string(), other: z.string().nullable() }),
    );
    const names = await titlesOf(
      ctx,
      resourceNamed(title.to),
      found.map((row) => row.other).filter((id) => id !== null),
    );
    return Object.fromEntries(found.map((row) => [row.id, (row.other && names[row.other]) ?? `…${row.id.slice(-8)}`]));
  }
  const found = await rows(
    ctx.tx,
    sql`select t.id, t.${ident(title.column)}::text as title
        from ${raw(resource.table)} t
        where t.id = any (${[...ids]}::uuid[])`,
    z.object({ id: z.string(), title: z.string().nullable() }),
  );
  return Object.fromEntries(found.map((row) => [row.id, row.title ?? `…${row.id.slice(-8)}`]));
}

/** Rows that a person may mean by what they typed: for the reference widget and for imports. */
export async function resolveRef(
  ctx: TxCtx,
  resource: Resource,
  collegeId: string,
  texts: readonly string[],
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const wanted = [...new Set(texts)];
  for (const key of ["id", ...resource.lookup, resource.title]) {
    const left = wanted.filter((text) => !found.has(text));
    if (left.length === 0) break;
    const field = key === "id" ? null : fieldOf(resource, key)!;
    if (field && field.kind !== "text") continue;
    const name = field ? sql`t.${ident(field.column)}` : sql`t.id::text`;
    const tenant = resource.tenantColumn === "id" ? sql`true` : sql`t.college_id = ${collegeId}::uuid`;
    const ids = field ? left : left.filter((text) => /^[0-9a-f-]{36}$/i.test(text));
    if (ids.length === 0) continue;
    const hits = await rows(
      ctx.tx,
      sql`select ${name} as text, t.id
          from ${raw(resource.table)} t
          where ${tenant}
            and ${field ? sql`${name} = any (${ids}::text[])` : sql`t.id = any (${ids}::uuid[])`} ${resource.softDelete ? sql`and t.deleted_at is null` : sql``}`,
      z.object({ text: z.string(), id: z.string() }),
    );
    for (const hit of hits) found.set(hit.text, [...(found.get(hit.text) ?? []), hit.id]);
  }
  return found;
}
