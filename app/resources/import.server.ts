import { z } from "zod";
import { may, reach } from "~/access/policy.ts";
import { covers, tenantsOf } from "~/access/tenants-of.server.ts";
import { mutation, read, record } from "~/access/verb.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { withScope } from "~/db/scope.server.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import { saveFile } from "~/jobs/files.server.ts";
import { getJob } from "~/jobs/verbs.server.ts";
import type { JobHandler } from "~/jobs/work.server.ts";
import { Conflict, Forbidden, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { csvLine } from "./csv.ts";
import { writableBy, type Resource } from "./define.ts";
import { guessMapping, HEAD_BYTES, parseCsv, sampleOf } from "./import-file.ts";
import { claim, importRows } from "./import-rows.server.ts";
import { resourceNamed } from "./registry.ts";

export const importable = (resource: Resource, role: string) =>
  resource.importable && resource.write !== null && may(role, resource.write);

/** A file is read by whoever brought it, while they may import such rows into its tenant; rights may be taken away in between. */
async function readerOfImports(ctx: TxCtx) {
  const mine = await tenantsOf(ctx);
  return (found: { staffId: string; resource: string; collegeId: string }): boolean =>
    (found.staffId === ctx.actor.id || reach(ctx.actor.role, "jobs.read") === "all") &&
    importable(resourceNamed(found.resource), ctx.actor.role) &&
    covers(mine, [found.collegeId]);
}

const storeImport = mutation({
  name: "imports.start",
  permission: "platform.manage",
  input: z.object({
    resource: z.string().max(80),
    collegeId: z.uuid("Choose a tenant"),
    fileName: z.string().max(200),
    content: z.custom<Buffer>((value) => Buffer.isBuffer(value), "Choose a file"),
    header: z.array(z.string()),
    lineCount: z.number(),
  }),
  async run({ ctx, input }) {
    const resource = resourceNamed(input.resource);
    if (ctx.scope.kind === "tenants" && !ctx.scope.ids.includes(input.collegeId))
      throw new Forbidden("This tenant is outside of your scope");
    const id = newId();
    const { fileName, content, header, lineCount } = input;
    const mapping = guessMapping(header, writableBy(resource, ctx.actor.role));
    // Not by Prisma, which would write twenty megabytes out as text first.
    await execute(
      ctx.tx,
      sql`insert into console.import (
            id, staff_id, college_id, resource, file_name, content, header, line_count, mapping, updated_at
          )
          values (
            ${id}::uuid, ${ctx.actor.id}::uuid, ${input.collegeId}::uuid, ${resource.name}, ${fileName}, ${content}::bytea,
            ${header}::text[], ${lineCount}, ${JSON.stringify(mapping)}::jsonb, now()
          )`,
    );
    await record(ctx, {
      action: "import.upload",
      resource: resource.name,
      resourceId: id,
      collegeId: input.collegeId,
      details: { file: fileName, rows: lineCount },
    });
    return { id };
  },
});

type Upload = { resource: string; collegeId: string; fileName: string; content: Buffer };

/** The file is read before the transaction, which is then as short as any other. */
export async function startImport({ ctx, input }: { ctx: Ctx; input: Upload }): Promise<{ id: string }> {
  const resource = resourceNamed(input.resource);
  if (!importable(resource, ctx.actor.role)) throw new Forbidden(`${resource.many} are not imported by your role`);
  const { header, lines } = await parseCsv(input.content);
  return storeImport({ ctx, input: { ...input, header, lineCount: lines.length } });
}

export const listImports = read({
  name: "imports.list",
  permission: "platform.manage",
  on: "primary",
  input: z.object({}),
  async run({ ctx }) {
    const mayRead = await readerOfImports(ctx);
    const found = await ctx.tx.prisma.import.findMany({
      where: reach(ctx.actor.role, "jobs.read") === "all" ? {} : { staffId: ctx.actor.id ?? "" },
      select: {
        id: true,
        resource: true,
        fileName: true,
        lineCount: true,
        state: true,
        createdAt: true,
        jobId: true,
        collegeId: true,
        staffId: true,
      },
      orderBy: { id: "desc" },
      take: 50,
    });
    return found.filter(mayRead).map(({ staffId: _staff, ...shown }) => shown);
  },
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
    const found = await ctx.tx.prisma.import.findUnique({ where: { id: input.id }, omit: { content: true } });
    if (!found || !(await readerOfImports(ctx))(found)) throw new NotFound("Import not found");
    const start = await firstRow(
      ctx.tx,
      sql`select substring(content from 1 for ${HEAD_BYTES}) as head from console.import where id = ${input.id}::uuid`,
      z.object({ head: z.instanceof(Buffer) }),
    );
    return {
      ...found,
      job,
      mapping: z.record(z.string(), z.string()).parse(found.mapping),
      sample: sampleOf(start!.head, 5),
    };
  },
});

/** Checks or imports, by the same code: a check is an import whose transaction is rolled back. */
export const runImport = mutation({
  name: "imports.run",
  permission: "platform.manage",
  input: z.object({
    id: z.uuid(),
    mapping: z.record(z.string(), z.string()),
    dry: z.boolean(),
    skipFaulty: z.boolean().default(false),
  }),
  async run({ ctx, input }) {
    // Two who press at once are one after the other.
    await claim(ctx, input.id);
    const found = await ctx.tx.prisma.import.findUnique({ where: { id: input.id } });
    if (!found || found.staffId !== ctx.actor.id || !(await readerOfImports(ctx))(found)) throw new NotFound("Import not found");
    if (found.state === "IMPORTED") throw new Conflict("This file was already imported. Upload it again to import it twice.");
    const job = found.jobId ? await ctx.tx.prisma.job.findUnique({ where: { id: found.jobId }, select: { state: true } }) : null;
    if (job && ["QUEUED", "RUNNING"].includes(job.state))
      throw new Conflict("This file is already being read. Wait for the result.");
    const resource = resourceNamed(found.resource);
    const mapping = Object.fromEntries(
      Object.entries(input.mapping).filter(([, column]) => column !== "" && found.header.includes(column)),
    );
    const missing = writableBy(resource, ctx.actor.role).filter((field) => field.required && !mapping[field.key]);
    if (missing.length > 0)
      throw new Invalid(
        `No column is chosen for ${missing.map((field) => field.label).join(", ")}`,
        Object.fromEntries(missing.map((field) => [`map.${field.key}`, ["Choose a column"]])),
      );
    const jobId = await enqueue(ctx, {
      kind: "resource.import",
      title: `${input.dry ? "Check" : "Import"} ${found.fileName}: ${resource.many.toLowerCase()}`,
      input: { importId: input.id, dry: input.dry, skipFaulty: input.skipFaulty },
      collegeId: found.collegeId,
      permission: resource.write,
    });
    await ctx.tx.prisma.import.update({ where: { id: input.id }, data: { mapping, jobId } });
    await record(ctx, {
      action: input.dry ? "import.check" : "import.run",
      resource: resource.name,
      resourceId: input.id,
      collegeId: found.collegeId,
      details: { job: jobId, rows: found.lineCount },
    });
    return { jobId };
  },
});

const importInput = z.object({ importId: z.uuid(), dry: z.boolean(), skipFaulty: z.boolean().default(false) }).loose();

export const importJob: JobHandler = async ({ id, ctx, input, progress }) => {
  const { importId, dry, skipFaulty } = importInput.parse(input);
  const found = await withScope(ctx, (inner) => inner.tx.prisma.import.findUniqueOrThrow({ where: { id: importId } }));
  const resource = resourceNamed(found.resource);
  if (!importable(resource, ctx.actor.role)) throw new Forbidden(`${resource.many} are not imported by this role any more`);
  if (ctx.scope.kind === "tenants" && !ctx.scope.ids.includes(found.collegeId))
    throw new Forbidden("This tenant is outside of your scope");
  const parsed = await parseCsv(Buffer.from(found.content));
  const mapping = z.record(z.string(), z.string()).parse(found.mapping);
  const outcome = await importRows(ctx, resource, found.collegeId, parsed, mapping, { dry, skipFaulty }, progress, {
    importId,
    jobId: id,
  });
  const wrong = new Set(outcome.errors.map((error) => error.line));
  if (wrong.size > 0) {
    await saveFile(
      id,
      "errors.csv",
      "text/csv",
      csvLine(["Line", "Field", "Problem"]) +
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
  if (dry || outcome.written === 0) {
    const state = outcome.errors.length > 0 ? "FAILED" : "CHECKED";
    await withScope(ctx, (inner) =>
      inner.tx.prisma.import.updateMany({ where: { id: importId, state: { not: "IMPORTED" } }, data: { state } }),
    );
  }
  return {
    rows: outcome.rows,
    ...(dry ? {} : { imported: outcome.written }),
    // Also said of an import that wrote nothing: so many would go in without the faulty lines.
    ...(dry || outcome.written === 0 ? { "would be imported": outcome.inserted } : {}),
    // Run again after a crash it knows of the skipped lines only how many they were.
    "lines with errors": Math.max(wrong.size, dry || outcome.written === 0 ? 0 : outcome.rows - outcome.written),
    errors: outcome.errors.slice(0, 200),
  };
};
