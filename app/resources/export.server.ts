import { z } from "zod";
import { reach } from "~/access/policy.ts";
import { recordAlone } from "~/audit/record.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { and, ident, join, raw, sql, type Sql } from "~/db/sql.ts";
import { Forbidden } from "~/platform/errors.ts";
import { csvLine } from "./csv.ts";
import { fieldOf, type Field, type Resource } from "./define.ts";
import type { ListQuery } from "./query.ts";
import { knows, resourceNamed } from "./registry.ts";
import { SCALE } from "./scale.ts";
import { conditions, countRows, fieldSql } from "./sql.server.ts";

/**
 * Some tens of kilobytes: what is larger than 128 KB is moved among the lasting at the first glance of the collector of
 * garbage, and stays there until the heap has doubled.
 */
const BATCH = 64;

/**
 * Exactly the filter's rows, from one snapshot, a batch at a time: memory stays flat whatever the number. The export is
 * in the log, with its size, before the first byte leaves.
 */
export async function exportRows(
  ctx: Ctx,
  resource: Resource,
  query: ListQuery,
  format: "csv" | "ndjson",
  withNames = true,
): Promise<ReadableStream<Uint8Array>> {
  if (!reach(ctx.actor.role, resource.read)) throw new Forbidden(`${resource.many} are not part of your role`);
  const counted = await withScope(ctx, (inner) => countRows(inner, resource, { ...query, exact: true }));
  await recordAlone(ctx, {
    action: `${resource.name}.export`,
    resource: resource.name,
    collegeId: ctx.scope.kind === "tenants" && ctx.scope.ids.length === 1 ? ctx.scope.ids[0] : null,
    details: {
      rows: counted.n,
      format,
      filters: query.filters,
      q: query.q,
      ...(query.tenant && { tenant: query.tenant }),
      ...((query.created.from || query.created.to) && { created: query.created }),
    },
  });
  const encoder = new TextEncoder();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();

  const pump = withScope(ctx, async (inner) => {
    const tenant =
      inner.scope.kind === "tenants" && resource.tenantColumn !== "id"
        ? sql`and t.college_id = any (${[...inner.scope.ids]}::uuid[])`
        : sql``;
    const columns = format === "csv" ? cells(resource, withNames) : line(resource);
    const statement = sql`
      declare exported no scroll cursor for
      select ${columns}
      from ${raw(resource.table)} t
      where ${and(conditions(resource, query))} ${tenant}
      order by t.id`;
    await inner.tx.query({ text: "set local statement_timeout = 0" });
    await inner.tx.query({ text: statement.text, values: [...statement.values] });
    const head = csvLine(["Id", "Tenant", ...resource.fields.map((field) => field.label)]);
    if (format === "csv") await writer.write(encoder.encode(head));
    for (;;) {
      const batch = await rows(inner.tx, sql`fetch ${raw(String(BATCH))} from exported`, exportedRow);
      if (batch.length === 0) break;
      const text = batch.map((row) => (format === "csv" ? csvRow(resource.fields, row) : `${row["line"] ?? ""}\n`)).join("");
      // The next batch is asked for when the reader has taken this one.
      await writer.ready;
      await writer.write(encoder.encode(text));
    }
  });
  // A reader that goes away ends the transaction; an error reaches them as a broken download, never as a short file.
  void pump.then(
    () => writer.close().catch(() => undefined),
    (error: unknown) => writer.abort(error).catch(() => undefined),
  );
  return readable;
}

/** Text of our own making: looking at each cell again would take as long as reading it. */
const exportedRow = z.custom<Record<string, string | null>>();

const tenantId = (resource: Resource) => (resource.tenantColumn === "id" ? sql`t.id` : sql`t.college_id`);

/** A row as one line of JSON, written by the database: no object is made here to be forgotten a moment later. */
function line(resource: Resource): Sql {
  const named = resource.fields.map((field) => sql`${fieldSql(field)} as ${ident(field.key)}`);
  return sql`
    (
      select row_to_json(x)::text
      from (select ${join([sql`t.id`, sql`${tenantId(resource)} as "collegeId"`, ...named])}) x
    ) as line`;
}

/** A row as text, a column each, with the name of what it refers to where a person would look for it. */
function cells(resource: Resource, withNames: boolean): Sql {
  const values = resource.fields.map(
    (field, index) => sql`${cell(field, withNames && !(resource.importable && nameless(field)))} as ${ident(`c${index}`)}`,
  );
  return join([sql`t.id::text`, sql`${tenantId(resource)}::text as tenant`, ...values]);
}

/** A row that no text names (a progress, an attempt) is found again by its id only: what may be imported says that. */
function nameless(field: Field): boolean {
  if (field.kind !== "ref" || !field.to || !knows(field.to)) return false;
  const to = resourceNamed(field.to);
  return fieldOf(to, to.title)?.kind !== "text";
}

function cell(field: Field, withNames: boolean): Sql {
  const value = fieldSql(field);
  if (field.kind === "ref" && withNames && field.to && knows(field.to))
    return sql`coalesce(${nameOf(resourceNamed(field.to), value)}, ${value}::text)`;
  if (field.kind === "moment") return sql`to_jsonb(${value}) #>> '{}'`;
  if (field.kind === "list")
    return sql`
      case
        when array_to_string(${value}, '') ~ '[;\n]' then to_jsonb(${value})::text
        else array_to_string(${value}, '; ')
      end`;
  return sql`${value}::text`;
}

/** What a reference is called, or the end of its id where the row has no name; nothing where there is no such row. */
function nameOf(resource: Resource, id: Sql, depth = 0): Sql {
  const title = fieldOf(resource, resource.title)!;
  const other = raw(`r${depth}`);
  const own = sql`${other}.${ident(title.column)}`;
  const name = title.kind === "ref" && title.to ? nameOf(resourceNamed(title.to), own, depth + 1) : sql`${own}::text`;
  return sql`
    (
      select coalesce(${name}, '…' || right(${other}.id::text, 8))
      from ${raw(resource.table)} ${other}
      where ${other}.id = ${id}
    )`;
}

function csvRow(fields: readonly Field[], row: Record<string, string | null>): string {
  const values = fields.map((field, index) => {
    const text = row[`c${index}`] ?? null;
    const scale = SCALE[field.kind];
    return text !== null && scale ? Number(text) / scale : text;
  });
  return csvLine([row["id"], row["tenant"], ...values]);
}
