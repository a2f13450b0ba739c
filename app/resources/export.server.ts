import { z } from "zod";
import { reach } from "~/access/policy.ts";
import { recordAlone } from "~/audit/record.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { and, raw, sql } from "~/db/sql.ts";
import { Forbidden } from "~/platform/errors.ts";
import { csvLine } from "./csv.ts";
import type { Resource } from "./define.ts";
import { labelsFor } from "./labels.server.ts";
import type { ListQuery } from "./query.ts";
import { conditions, countRows, valuesOf, type Row } from "./sql.server.ts";

/** Few enough that they are gone before the collector of garbage keeps them for long. */
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
  withLabels = true,
): Promise<ReadableStream<Uint8Array>> {
  if (!reach(ctx.actor.role, of.read)) throw new Forbidden(`${of.many} are not part of your role`);
  const counted = await withScope(ctx, (inner) => countRows(inner, of, { ...query, exact: true }));
  await recordAlone(ctx, {
    action: `${of.name}.export`,
    resource: of.name,
    collegeId: ctx.scope.kind === "tenants" && ctx.scope.ids.length === 1 ? ctx.scope.ids[0] : null,
    details: { rows: counted.n, format, filters: query.filters, q: query.q },
  });
  const fields = of.fields;
  const keys = fields.map((field) => field.key);
  const encoder = new TextEncoder();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({}, { highWaterMark: 4 });
  const writer = writable.getWriter();

  const pump = withScope(ctx, async (inner) => {
    const tenant =
      inner.scope.kind === "tenants" && of.tenantColumn !== "id"
        ? sql`and t.college_id = any (${[...inner.scope.ids]}::uuid[])`
        : sql``;
    const tenantId = of.tenantColumn === "id" ? sql`t.id` : sql`t.college_id`;
    const statement = sql`declare exported no scroll cursor for select t.id, ${tenantId} as college_id, ${valuesOf(of, keys)} as values from ${raw(of.table)} t where ${and(conditions(of, query))} ${tenant} order by t.id`;
    await inner.tx.query({ text: "set local statement_timeout = 0" });
    await inner.tx.query({ text: statement.text, values: [...statement.values] });
    if (format === "csv") await writer.write(encoder.encode(csvLine(["Id", "Tenant", ...fields.map((field) => field.label)])));
    for (;;) {
      const batch = await rows(inner.tx, sql`fetch ${raw(String(BATCH))} from exported`, exportedRow);
      if (batch.length === 0) break;
      const list = batch.map((row): Row => ({
        id: row.id,
        collegeId: row.college_id,
        version: "",
        cursor: "",
        values: row.values,
      }));
      const labels = withLabels && format === "csv" ? await labelsFor(inner, of, keys, list) : {};
      let text = "";
      for (const row of list) {
        text +=
          format === "csv"
            ? csvLine([
                row.id,
                row.collegeId,
                ...fields.map((field) =>
                  field.kind === "ref"
                    ? (labels[field.key]?.[String(row.values[field.key])] ?? row.values[field.key])
                    : scaled(field.kind, row.values[field.key]),
                ),
              ])
            : `${JSON.stringify({ id: row.id, collegeId: row.collegeId, ...row.values })}\n`;
      }
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

/** `values` is an object of our own making: looking at each of its fields again would take as long as reading them. */
const exportedRow = z.object({ id: z.string(), college_id: z.string(), values: z.custom<Record<string, unknown>>() });

const scaled = (kind: string, value: unknown) =>
  typeof value === "number" && (kind === "money" || kind === "hundredths") ? value / 100 : value;
