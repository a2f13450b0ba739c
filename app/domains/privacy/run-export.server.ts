import { strToU8, zipSync } from "fflate";
import { z } from "zod";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { ident, raw, sql } from "~/db/sql.ts";
import { saveFile } from "~/jobs/files.server.ts";
import type { JobHandler } from "~/jobs/work.server.ts";
import { Conflict } from "~/platform/errors.ts";
import { csvLine } from "~/resources/csv.ts";
import { headingsOf } from "./headings.ts";
import { readme } from "./export-readme.ts";
import { rowsOf, type Person } from "./person-rows.ts";
import { findPerson } from "~/domains/people/person-row.server.ts";
import { PERSON_TABLES } from "./tables.ts";

const BATCH = 2000;
const columnRow = z.object({ table: z.string(), column: z.string() });

const columnsOf = (ctx: TxCtx) =>
  rows(
    ctx.tx,
    sql`select c.relname as table, a.attname as column
        from pg_attribute a
          join pg_class c on c.oid = a.attrelid
          join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and a.attnum > 0 and not a.attisdropped and c.relname = any(${Object.keys(PERSON_TABLES)})
        order by c.relname, a.attnum`,
    columnRow,
  );

async function linesOf(ctx: Ctx, name: string, person: Person, columns: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for (let after = "00000000-0000-0000-0000-000000000000"; ;) {
    const batch = await withScope(ctx, (inner) =>
      rows(
        inner.tx,
        sql`select t.id, to_jsonb(t) as record
            from public.${ident(name)} t
            where ${rowsOf(name, person)} and (${raw(PERSON_TABLES[name]!.exportIf ?? "true")}) and t.id > ${after}::uuid
            order by t.id
            limit ${BATCH}`,
        z.object({ id: z.string(), record: z.record(z.string(), z.unknown()) }),
      ),
    );
    for (const { record } of batch) lines.push(csvLine(columns.map((column) => record[column])));
    if (batch.length < BATCH) return lines;
    after = batch.at(-1)!.id;
  }
}

/** One CSV file for each table that holds something on them, and a file that says what each is. */
export async function personArchive(ctx: Ctx, id: string, progress: (done: number, total: number) => Promise<void>) {
  const { person, known } = await withScope(ctx, async (inner) => ({
    person: await findPerson(inner, id),
    known: await columnsOf(inner),
  }));
  if (person.erased_at) throw new Conflict(`${person.name} was erased. There is no personal data left to export.`);
  const files: { name: string; label: string; rows: number; content: string }[] = [];
  const tables = Object.entries(PERSON_TABLES).filter(([, table]) => !table.notExported);
  for (const [index, [name, { label, hide = [] }]] of tables.entries()) {
    const columns = known
      .filter(({ table, column }) => table === name && column !== "college_id" && !hide.includes(column))
      .map(({ column }) => column);
    const lines = await linesOf(ctx, name, person, columns);
    if (lines.length > 0)
      files.push({
        name: `${name.replaceAll("_", "-")}.csv`,
        label,
        rows: lines.length,
        content: csvLine(headingsOf(name, columns)) + lines.join(""),
      });
    await progress(index + 1, tables.length);
  }
  const all = [{ name: "README.txt", content: readme(ctx.clock.now(), files) }, ...files];
  // A byte-order mark: spreadsheets take the file for UTF-8.
  const bytes = all.map(({ name, content }) => [name, strToU8(name.endsWith(".csv") ? `\uFEFF${content}` : content)] as const);
  return { files, zip: Buffer.from(zipSync(Object.fromEntries(bytes))) };
}

export const runPersonExport: JobHandler = async ({ id: jobId, ctx, input, progress }) => {
  const { id } = z.object({ id: z.uuid() }).loose().parse(input);
  const { files, zip } = await personArchive(ctx, id, progress);
  await saveFile(jobId, `person-${id.slice(-8)}.zip`, "application/zip", zip);
  return { files: files.length, rows: files.reduce((sum, file) => sum + file.rows, 0) };
};
