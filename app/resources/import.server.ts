import { z } from "zod";
import { may } from "~/access/policy.ts";
import { mutation, read, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { raw, sql } from "~/db/sql.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import { saveFile } from "~/jobs/files.server.ts";
import { getJob } from "~/jobs/verbs.server.ts";
import type { JobHandler } from "~/jobs/work.server.ts";
import { AppError, Conflict, Forbidden, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { csvLine } from "./csv.ts";
import { schemaOf, writable, type Field, type Resource } from "./define.ts";
import { guessMapping, parseCsv, type Parsed } from "./import-file.ts";
import { resolveRef } from "./labels.server.ts";
import { resourceNamed } from "./registry.ts";

export const importable = (of: Resource, role: string) => of.importable && of.write !== null && may(role, of.write);

export const startImport = mutation({
  name: "imports.start",
  permission: "platform.manage",
  input: z.object({
    resource: z.string().max(80),
    collegeId: z.uuid("Choose a tenant"),
    fileName: z.string().max(200),
    content: z.custom<Buffer>((value) => Buffer.isBuffer(value), "Choose a file"),
  }),
  async run({ ctx, input }) {
    const of = resourceNamed(input.resource);
    if (!importable(of, ctx.actor.role)) throw new Forbidden(`${of.many} are not imported by your role`);
    if (ctx.scope.kind === "tenants" && !ctx.scope.ids.includes(input.collegeId))
      throw new Forbidden("This tenant is outside of your scope");
    const parsed = parseCsv(input.content);
    const id = newId();
    await ctx.tx.prisma.import.create({
      data: {
        id,
        staffId: ctx.actor.id ?? "",
        collegeId: input.collegeId,
        resource: of.name,
        fileName: input.fileName,
        content: new Uint8Array(input.content),
        header: parsed.header,
        lineCount: parsed.lines.length,
        mapping: guessMapping(parsed.header, writable(of)),
      },
    });
    await record(ctx, {
      action: "import.upload",
      resource: of.name,
      resourceId: id,
      collegeId: input.collegeId,
      details: { file: input.fileName, rows: parsed.lines.length },
    });
    return { id };
  },
});

export const listImports = read({
  name: "imports.list",
  permission: "platform.manage",
  on: "primary",
  input: z.object({}),
  run: ({ ctx }) =>
    ctx.tx.prisma.import.findMany({
      where: ctx.actor.role === "SUPER_ADMIN" ? {} : { staffId: ctx.actor.id ?? "" },
      select: {
        id: true,
        resource: true,
        fileName: true,
        lineCount: true,
        state: true,
        createdAt: true,
        jobId: true,
        collegeId: true,
      },
      orderBy: { id: "desc" },
      take: 50,
    }),
});

export const getImport = read({
  name: "imports.get",
  permission: "platform.manage",
  on: "primary",
  input: z.object({ id: z.string() }),
  async run({ ctx, input }) {
    // The job first: one that has ended has left its outcome in the import, which is read after it.
    const known = await ctx.tx.prisma.import.findUnique({ where: { id: input.id }, select: { jobId: true } });
    const job = known?.jobId ? await getJob({ ctx, input: { id: known.jobId } }) : null;
    const found = await ctx.tx.prisma.import.findUnique({ where: { id: input.id } });
    if (!found || (found.staffId !== ctx.actor.id && ctx.actor.role !== "SUPER_ADMIN"))
      throw new NotFound("There is no such import of yours");
    const { content, ...rest } = found;
    return {
      ...rest,
      job,
      mapping: z.record(z.string(), z.string()).parse(found.mapping),
      sample: parseCsv(Buffer.from(content)).lines.slice(0, 5),
    };
  },
});

/** Checks or imports, by the same code: a check is an import whose transaction is rolled back. */
export const runImport = mutation({
  name: "imports.run",
  permission: "platform.manage",
  input: z.object({ id: z.uuid(), mapping: z.record(z.string(), z.string()), dry: z.boolean() }),
  async run({ ctx, input }) {
    const found = await ctx.tx.prisma.import.findUnique({ where: { id: input.id } });
    if (!found || found.staffId !== ctx.actor.id) throw new NotFound("There is no such import of yours");
    if (found.state === "IMPORTED") throw new Conflict("This file has been imported already: bring it again to import it twice");
    const of = resourceNamed(found.resource);
    const mapping = Object.fromEntries(
      Object.entries(input.mapping).filter(([, column]) => column !== "" && found.header.includes(column)),
    );
    const missing = writable(of).filter((field) => field.required && !mapping[field.key]);
    if (missing.length > 0)
      throw new Invalid(
        `No column is chosen for ${missing.map((field) => field.label).join(", ")}`,
        Object.fromEntries(missing.map((field) => [field.key, ["Choose a column"]])),
      );
    const jobId = await enqueue(ctx, {
      kind: "resource.import",
      title: `${input.dry ? "Check" : "Import"} ${found.fileName}: ${of.many.toLowerCase()}`,
      input: { importId: input.id, dry: input.dry },
      collegeId: found.collegeId,
    });
    await ctx.tx.prisma.import.update({ where: { id: input.id }, data: { mapping, jobId } });
    await record(ctx, {
      action: input.dry ? "import.check" : "import.run",
      resource: of.name,
      resourceId: input.id,
      collegeId: found.collegeId,
      details: { job: jobId, rows: found.lineCount },
    });
    return { jobId };
  },
});

type LineError = { line: number; field: string; message: string };
type Ready = { line: number; cells: string[]; values: Map<Field, unknown> };

const BATCH = 500;

/** Fields by their schemas, references of a whole batch at once. */
async function readBatch(
  ctx: TxCtx,
  of: Resource,
  collegeId: string,
  mapping: Record<string, string>,
  header: string[],
  lines: Parsed["lines"],
): Promise<{ ready: Ready[]; errors: LineError[] }> {
  const errors: LineError[] = [];
  const fields = writable(of).filter((field) => mapping[field.key]);
  const at = new Map(fields.map((field) => [field, header.indexOf(mapping[field.key]!)]));
  const refs = new Map<Field, Map<string, string[]>>();
  for (const field of fields) {
    if (field.kind !== "ref" || !field.to) continue;
    const texts = lines.map((line) => line.cells[at.get(field)!] ?? "").filter(Boolean);
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
      const parsed = schemaOf(field).safeParse(cells[at.get(field)!] ?? "");
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

function insertStatement(ctx: TxCtx, of: Resource, collegeId: string, rows: Ready[]) {
  const at = ctx.clock.now().getTime();
  // Columns that every row of this batch leaves empty keep their defaults.
  const fields = [...rows[0]!.values.keys()].filter((field) => rows.some((row) => row.values.get(field) !== null));
  const list = rows.map((row) => ({
    id: newId(at),
    college_id: collegeId,
    ...Object.fromEntries(fields.map((field) => [field.column, row.values.get(field) ?? defaultOf(field)])),
  }));
  const names = raw(["id", "college_id", ...fields.map((field) => `"${field.column}"`)].join(", "));
  return sql`insert into ${raw(of.table)} (${names}) select ${names} from jsonb_populate_recordset(null::${raw(of.table)}, ${JSON.stringify(list)}::jsonb)`;
}

/** A cell left empty where others of its column are not: what the column would have said by default. */
function defaultOf(field: Field): unknown {
  if (field.kind === "bool") return false;
  if (field.kind === "list") return [];
  if (field.kind === "choice") return field.options?.[0] ?? null;
  return field.required ? "" : null;
}

const WORDS: Record<string, string> = {
  "23505": "This exists already, here or earlier in the file",
  "23503": "This points to a record that does not exist here",
  "23514": "A value is outside of what is allowed",
  "22003": "A number is too large",
  "42501": "This belongs to another tenant",
};

/** Inserts a batch; when the database refuses it, halves it until the refused lines are alone with their reason. */
async function insertBatch(ctx: TxCtx, of: Resource, collegeId: string, rows: Ready[], errors: LineError[]): Promise<number> {
  if (rows.length === 0) return 0;
  await ctx.tx.query({ text: "savepoint import_rows" });
  try {
    const n = await execute(ctx.tx, insertStatement(ctx, of, collegeId, rows));
    await ctx.tx.query({ text: "release savepoint import_rows" });
    return n;
  } catch (error) {
    await ctx.tx.query({ text: "rollback to savepoint import_rows" });
    const code = (error as { code?: string }).code ?? "";
    if (!/^(22|23|42501|IV)/.test(code)) throw error;
    if (rows.length === 1) {
      errors.push({
        line: rows[0]!.line,
        field: (error as { column?: string }).column ?? "",
        message: error instanceof AppError ? error.message : (WORDS[code] ?? (error as Error).message),
      });
      return 0;
    }
    const half = Math.ceil(rows.length / 2);
    return (
      (await insertBatch(ctx, of, collegeId, rows.slice(0, half), errors)) +
      (await insertBatch(ctx, of, collegeId, rows.slice(half), errors))
    );
  }
}

class RolledBack extends Error {}

export type ImportOutcome = { rows: number; inserted: number; errors: LineError[] };

/** All of the file or nothing of it. */
export async function importRows(
  ctx: Parameters<JobHandler>[0]["ctx"],
  of: Resource,
  collegeId: string,
  parsed: Parsed,
  mapping: Record<string, string>,
  dry: boolean,
  progress: (done: number, total: number) => Promise<void>,
): Promise<ImportOutcome> {
  const errors: LineError[] = [];
  let inserted = 0;
  await withScope({ ...ctx, scope: { kind: "tenants", ids: [collegeId] } }, async (inner) => {
    await inner.tx.query({ text: "set local statement_timeout = '10min'" });
    for (let from = 0; from < parsed.lines.length; from += BATCH) {
      const batch = await readBatch(inner, of, collegeId, mapping, parsed.header, parsed.lines.slice(from, from + BATCH));
      errors.push(...batch.errors);
      inserted += await insertBatch(inner, of, collegeId, batch.ready, errors);
      await progress(Math.min(from + BATCH, parsed.lines.length), parsed.lines.length);
    }
    if (dry || errors.length > 0) throw new RolledBack();
    await record(inner, { action: `${of.name}.import`, resource: of.name, collegeId, details: { rows: inserted } });
  }).catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error;
  });
  errors.sort((a, b) => a.line - b.line);
  return { rows: parsed.lines.length, inserted, errors };
}

export const importJob: JobHandler = async ({ id, ctx, input, progress }) => {
  const { importId, dry } = z.object({ importId: z.uuid(), dry: z.boolean() }).loose().parse(input);
  const found = await withScope(ctx, (inner) => inner.tx.prisma.import.findUniqueOrThrow({ where: { id: importId } }));
  const of = resourceNamed(found.resource);
  if (!importable(of, ctx.actor.role)) throw new Forbidden(`${of.many} are not imported by this role any more`);
  if (ctx.scope.kind === "tenants" && !ctx.scope.ids.includes(found.collegeId))
    throw new Forbidden("This tenant is outside of your scope");
  const parsed = parseCsv(Buffer.from(found.content));
  const mapping = z.record(z.string(), z.string()).parse(found.mapping);
  const outcome = await importRows(ctx, of, found.collegeId, parsed, mapping, dry, progress);
  const wrong = new Set(outcome.errors.map((error) => error.line));
  if (wrong.size > 0) {
    await saveFile(
      id,
      "errors.csv",
      "text/csv",
      csvLine(["Line", "Field", "What is wrong"]) +
        outcome.errors.map((error) => csvLine([error.line, error.field, error.message])).join(""),
    );
    await saveFile(
      id,
      "failed-rows.csv",
      "text/csv",
      csvLine(parsed.header) +
        parsed.lines
          .filter((line) => wrong.has(line.line))
          .map((line) => csvLine(line.cells))
          .join(""),
    );
  }
  const state = outcome.errors.length > 0 ? "FAILED" : dry ? "CHECKED" : "IMPORTED";
  await withScope(ctx, (inner) => inner.tx.prisma.import.update({ where: { id: importId }, data: { state } }));
  return {
    rows: outcome.rows,
    [dry ? "would be imported" : "imported"]: outcome.errors.length > 0 && !dry ? 0 : outcome.inserted,
    "lines with errors": wrong.size,
    errors: outcome.errors.slice(0, 200),
  };
};
