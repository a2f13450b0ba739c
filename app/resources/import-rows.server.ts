import { z } from "zod";
import { record } from "~/access/verb.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { commitIf, inSavepoint } from "~/db/dry-run.server.ts";
import { execute, firstRow } from "~/db/query.ts";
import { raw, sql } from "~/db/sql.ts";
import { AppError, Conflict } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { creatorOf } from "./creators.server.ts";
import { armed } from "./csv.ts";
import { schemaOf, writableBy, type Field, type Resource } from "./define.ts";
import type { Parsed } from "./import-file.ts";
import { resolveRef } from "./labels.server.ts";
import { resourceNamed } from "./registry.ts";
import { IMPORTED, keepCreated } from "./undo/keep.server.ts";

const claimed = z.object({ state: z.string(), job_id: z.string().nullable(), imported_rows: z.number().nullable() });
/** Whoever holds it decides alone what becomes of this import. */
export const claim = (ctx: TxCtx, id: string) =>
  firstRow(ctx.tx, sql`select state, job_id, imported_rows from console.import where id = ${id}::uuid for update`, claimed);

type LineError = { line: number; field: string; message: string };
type Ready = { line: number; cells: string[]; values: Map<Field, unknown> };

const BATCH = 500;
/** Fewer rows than this leave the planner's picture of a table as it was. */
const WORTH_ANALYZING = 1000;

/** Fields by their schemas, references of a whole batch at once. */
async function readBatch(
  ctx: TxCtx,
  resource: Resource,
  collegeId: string,
  mapping: Record<string, string>,
  header: string[],
  lines: Parsed["lines"],
): Promise<{ ready: Ready[]; errors: LineError[] }> {
  const errors: LineError[] = [];
  const fields = writableBy(resource, ctx.actor.role).filter((field) => mapping[field.key]);
  const at = new Map(fields.map((field) => [field, header.indexOf(mapping[field.key]!)]));
  const refs = new Map<Field, Map<string, string[]>>();
  for (const field of fields) {
    if (field.kind !== "ref" || !field.to) continue;
    const texts = lines.map((line) => armed(line.cells[at.get(field)!] ?? "").trim()).filter(Boolean);
    refs.set(field, await resolveRef(ctx, resourceNamed(field.to), collegeId, texts));
  }
  const ready: Ready[] = [];
  for (const { line, cells } of lines) {
    const values = new Map<Field, unknown>();
    let bad = false;
    const refuse = (field: Field, message: string) => {
      errors.push({ line, field: field.label, message });
      bad = true;
    };
    if (cells.length > header.length) refuse(fields[0]!, `This line has ${cells.length} cells, the header ${header.length}`);
    for (const field of fields) {
      const parsed = schemaOf(field).safeParse(armed(cells[at.get(field)!] ?? ""));
      if (!parsed.success) {
        refuse(field, parsed.error.issues[0]!.message);
        continue;
      }
      if (field.kind !== "ref" || parsed.data === null) {
        values.set(field, parsed.data);
        continue;
      }
      const target = resourceNamed(field.to!);
      const hits = refs.get(field)?.get(parsed.data as string) ?? [];
      if (hits.length === 1) values.set(field, hits[0]);
      else
        refuse(
          field,
          hits.length === 0
            ? `There is no ${target.one.toLowerCase()} “${String(parsed.data).slice(0, 60)}” in this tenant`
            : `“${String(parsed.data).slice(0, 60)}” means several ${target.many.toLowerCase()}`,
        );
    }
    if (!bad) ready.push({ line, cells, values });
  }
  return { ready, errors };
}

function insertStatement(ctx: TxCtx, resource: Resource, collegeId: string, rows: Ready[]) {
  const at = ctx.clock.now().getTime();
  const fields = given(rows[0]!);
  const list = rows.map((row) => ({
    id: newId(at),
    college_id: collegeId,
    ...Object.fromEntries(fields.map((field) => [field.column, asJson(field, row.values.get(field))])),
  }));
  const names = raw(["id", "college_id", ...fields.map((field) => `"${field.column}"`)].join(", "));
  const statement = sql`insert into ${raw(resource.table)} (${names})
             select ${names} from jsonb_populate_recordset(null::${raw(resource.table)}, ${JSON.stringify(list)}::jsonb)`;
  return { ids: list.map((row) => row.id), statement };
}

/** What is not empty; the rest keeps the defaults of its columns. */
const given = (row: Ready): Field[] => [...row.values].filter(([, value]) => value !== null).map(([field]) => field);

/** Inside a document of rows a value that is JSON itself is no text. */
const asJson = (field: Field, value: unknown): unknown => (field.kind === "json" ? JSON.parse(value as string) : value);

/** Rows that leave the same cells empty go in together. */
function alike(rows: Ready[]): Ready[][] {
  const groups = new Map<string, Ready[]>();
  for (const row of rows) {
    const key = given(row)
      .map((field) => field.key)
      .join(" ");
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

/** One row by the verb of its domain, the others by one statement. */
async function insert(ctx: TxCtx, resource: Resource, collegeId: string, rows: Ready[]): Promise<string[]> {
  if (!resource.createdByVerb) {
    const { ids, statement } = insertStatement(ctx, resource, collegeId, rows);
    await execute(ctx.tx, statement);
    return ids;
  }
  const ids: string[] = [];
  for (const row of rows) {
    const values = Object.fromEntries([...row.values].map(([field, value]) => [field.key, value]));
    ids.push(await creatorOf(resource.name)({ ctx, collegeId, values }));
  }
  return ids;
}

const WORDS: Record<string, string> = {
  "23505": "This already exists, here or earlier in the file",
  "23502": "A required value is missing",
  "23503": "This refers to a record that does not exist here",
  "23514": "A value is out of range",
  "22003": "A number is too large",
  "42501": "This belongs to another tenant",
};

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Inserts a batch; when the database refuses it, halves it until the refused lines are alone with their reason. */
async function insertBatch(
  ctx: TxCtx,
  resource: Resource,
  collegeId: string,
  rows: Ready[],
  errors: LineError[],
): Promise<string[]> {
  if (rows.length === 0) return [];
  try {
    return await inSavepoint(ctx.tx, () => insert(ctx, resource, collegeId, rows));
  } catch (error) {
    const code = (error as { code?: string }).code ?? "";
    if (!(error instanceof AppError) && !/^(22|23|42501|IV)/.test(code)) throw error;
    if (rows.length === 1) {
      errors.push({
        line: rows[0]!.line,
        field: (error as { column?: string }).column ?? "",
        message: error instanceof AppError ? error.message : (WORDS[code] ?? sentence((error as Error).message)),
      });
      return [];
    }
    const half = Math.ceil(rows.length / 2);
    return [
      ...(await insertBatch(ctx, resource, collegeId, rows.slice(0, half), errors)),
      ...(await insertBatch(ctx, resource, collegeId, rows.slice(half), errors)),
    ];
  }
}

/** `inserted` is what the file held right; `written` what is in now: all of that, or nothing. */
export type ImportOutcome = { rows: number; inserted: number; written: number; errors: LineError[] };

/** Which import these rows are of, so that they are in it once, also when its job is run again after a crash. */
type Once = { importId: string; jobId: string };

/** All of the file or nothing of it; or, where that is asked for, its right lines, and the faulty ones are named. */
export async function importRows(
  ctx: Ctx,
  resource: Resource,
  collegeId: string,
  parsed: Parsed,
  mapping: Record<string, string>,
  { dry, skipFaulty = false }: { dry: boolean; skipFaulty?: boolean },
  progress: (done: number, total: number) => Promise<void>,
  once?: Once,
): Promise<ImportOutcome> {
  const errors: LineError[] = [];
  let inserted = 0;
  const ids: string[] = [];
  const written = await commitIf({ ...ctx, scope: { kind: "tenants", ids: [collegeId] } }, async (inner) => {
    inner.tx.dry = dry;
    await inner.tx.query({ text: "set local statement_timeout = '10min'" });
    const before = once && !dry ? await claim(inner, once.importId) : null;
    if (before?.state === "IMPORTED") {
      if (before.job_id !== once!.jobId) throw new Conflict("This file was already imported");
      inserted = before.imported_rows ?? parsed.lines.length;
      return { commit: true, result: inserted };
    }
    for (let from = 0; from < parsed.lines.length; from += BATCH) {
      const batch = await readBatch(inner, resource, collegeId, mapping, parsed.header, parsed.lines.slice(from, from + BATCH));
      errors.push(...batch.errors);
      const groups = resource.createdByVerb ? batch.ready.map((row) => [row]) : alike(batch.ready);
      for (const group of groups) ids.push(...(await insertBatch(inner, resource, collegeId, group, errors)));
      inserted = ids.length;
      await progress(Math.min(from + BATCH, parsed.lines.length), parsed.lines.length);
    }
    if (dry || (errors.length > 0 && !(skipFaulty && inserted > 0))) return { commit: false, result: 0 };
    if (inserted >= WORTH_ANALYZING) await execute(inner.tx, sql`select public.invigil_analyze(${resource.table}::regclass)`);
    if (once) {
      await keepCreated(inner, { jobId: once.jobId, resource, act: IMPORTED }, ids);
      await execute(
        inner.tx,
        sql`update console.import
            set state = 'IMPORTED', imported_rows = ${inserted}, updated_at = now()
            where id = ${once.importId}::uuid`,
      );
    }
    await record(inner, {
      action: `${resource.name}.import`,
      resource: resource.name,
      collegeId,
      details: { rows: inserted, skipped: parsed.lines.length - inserted },
    });
    return { commit: true, result: inserted };
  });
  errors.sort((a, b) => a.line - b.line);
  return { rows: parsed.lines.length, inserted, written, errors };
}
