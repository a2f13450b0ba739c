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
import { conditions, countRows } from "./sql.server.ts";

/** So few that they are gone before the collector of garbage takes them for lasting. */
const BATCH = 500;

/**
 * Exactly the filter's rows, from one snapshot, a batch at a time: memory stays flat whatever the number. The export is
 * in the log, with its size, before the first byte leaves.
 */
export async function exportRows(
  ctx: Ctx,
  of: Resource,
  query: ListQuery,
  format: "csv" | "ndjson",
  withNames = true,
): Promise<ReadableStream<Uint8Array>> {
  if (!reach(ctx.actor.role, of.read)) throw new Forbidden(`${of.many} are not part of your role`);
  const counted = await withScope(ctx, (inner) => countRows(inner, of, { ...query, exact: true }));
  await recordAlone(ctx, {
    action: `${of.name}.export`,
    resource: of.name,
    collegeId: ctx.scope.kind === "tenants" && ctx.scope.ids.length === 1 ? ctx.scope.ids[0] : null,
    details: { rows: counted.n, format, filters: query.filters, q: query.q },
  });
  const encoder = new TextEncoder();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();

  const pump = withScope(ctx, async (inner) => {
    const tenant =
      inner.scope.kind === "tenants" && of.tenantColumn !== "id"
        ? sql`and t.college_id = any (${[...inner.scope.ids]}::uuid[])`
        : sql``;
    const line = format === "csv" ? csvText(of, withNames) : jsonText(of);
    const statement = sql`declare exported no scroll cursor for select ${line} as line from ${raw(of.table)} t where ${and(conditions(of, query))} ${tenant} order by t.id`;
    await inner.tx.query({ text: "set local statement_timeout = 0" });
    await inner.tx.query({ text: statement.text, values: [...statement.values] });
    const head = csvLine(["Id", "Tenant", ...of.fields.map((field) => field.label)]);
    if (format === "csv") await writer.write(encoder.encode(head));
    const end = format === "csv" ? "\r\n" : "\n";
    for (;;) {
      const batch = await rows(inner.tx, sql`fetch ${raw(String(BATCH))} from exported`, exportedRow);
      if (batch.length === 0) break;
      const text = batch.map((row) => row.line + end).join("");
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

/** Text of our own making: looking at each line again would take as long as reading it. */
const exportedRow = z.custom<{ line: string }>();

const tenantId = (of: Resource) => (of.tenantColumn === "id" ? sql`t.id` : sql`t.college_id`);

// A row comes as the one line that it will be: cells and objects made here, to be forgotten a moment later, were most of
// the time and nearly all of the memory.

function jsonText(of: Resource): Sql {
  const named = of.fields.map((field) => sql`t.${ident(field.column)} as ${ident(field.key)}`);
  return sql`(select row_to_json(x)::text from (select ${join([sql`t.id`, sql`${tenantId(of)} as "collegeId"`, ...named])}) x)`;
}

function csvText(of: Resource, withNames: boolean): Sql {
  const cells = of.fields.map((field) => csvValue(field, sql`t.${ident(field.column)}`, withNames));
  return sql`concat(${join([sql`t.id`, tenantId(of), ...cells], ", ',', ")})`;
}

/** A cell, with the name of what it refers to where a person would look for it. */
function csvValue(field: Field, value: Sql, withNames: boolean): Sql {
  switch (field.kind) {
    case "int":
    case "date":
    case "id":
      return value;
    case "money":
    case "hundredths":
      return sql`trim_scale(${value}::numeric / 100)`;
    case "bool":
      return sql`${value}::text`;
    case "moment":
      return sql`to_jsonb(${value}) #>> '{}'`;
    case "ref":
      return withNames && field.to && knows(field.to)
        ? disarmed(sql`coalesce(${nameOf(resourceNamed(field.to), value)}, ${value}::text)`)
        : value;
    case "list":
      return disarmed(sql`to_jsonb(${value})::text`);
    default:
      return disarmed(sql`${value}::text`);
  }
}

/** The same as `csvCell`: no formula begins a cell, and quotes, commas and line ends are quoted. Most cells hold none. */
const disarmed = (text: Sql) => {
  const safe = sql`select case when x ~ E'^[-=+@\\t\\r]' then '''' || x else x end as y`;
  const quoted = sql`select case when y ~ E'[",\\n\\r]' then '"' || replace(y, '"', '""') || '"' else y end from (${safe}) y`;
  return sql`(select case when x = translate(x, E'",\\n\\r\\t-=+@', '') then x else (${quoted}) end from (select ${text} as x) x)`;
};

/** What a reference is called, or the end of its id where the row has no name; nothing where there is no such row. */
function nameOf(of: Resource, id: Sql, depth = 0): Sql {
  const title = fieldOf(of, of.title)!;
  const other = raw(`r${depth}`);
  const own = sql`${other}.${ident(title.column)}`;
  const name = title.kind === "ref" && title.to ? nameOf(resourceNamed(title.to), own, depth + 1) : sql`${own}::text`;
  return sql`(select coalesce(${name}, '…' || right(${other}.id::text, 8)) from ${raw(of.table)} ${other} where ${other}.id = ${id})`;
}
