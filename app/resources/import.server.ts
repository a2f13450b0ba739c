import { z } from "zod";
import { may } from "~/access/policy.ts";
import { mutation, read, record } from "~/access/verb.server.ts";
import { withScope } from "~/db/scope.server.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import { saveFile } from "~/jobs/files.server.ts";
import { getJob } from "~/jobs/verbs.server.ts";
import type { JobHandler } from "~/jobs/work.server.ts";
import { Conflict, Forbidden, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { csvLine } from "./csv.ts";
import { writable, type Resource } from "./define.ts";
import { guessMapping, parseCsv } from "./import-file.ts";
import { claim, importRows } from "./import-rows.server.ts";
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
    if (!found || found.staffId !== ctx.actor.id) throw new NotFound("There is no such import of yours");
    if (found.state === "IMPORTED") throw new Conflict("This file has been imported already: bring it again to import it twice");
    const job = found.jobId ? await ctx.tx.prisma.job.findUnique({ where: { id: found.jobId }, select: { state: true } }) : null;
    if (job && ["QUEUED", "RUNNING"].includes(job.state))
      throw new Conflict("This file is being read already: wait for what it says");
    const of = resourceNamed(found.resource);
    const mapping = Object.fromEntries(
      Object.entries(input.mapping).filter(([, column]) => column !== "" && found.header.includes(column)),
    );
    const missing = writable(of).filter((field) => field.required && !mapping[field.key]);
    if (missing.length > 0)
      throw new Invalid(
        `No column is chosen for ${missing.map((field) => field.label).join(", ")}`,
        Object.fromEntries(missing.map((field) => [`map.${field.key}`, ["Choose a column"]])),
      );
    const jobId = await enqueue(ctx, {
      kind: "resource.import",
      title: `${input.dry ? "Check" : "Import"} ${found.fileName}: ${of.many.toLowerCase()}`,
      input: { importId: input.id, dry: input.dry, skipFaulty: input.skipFaulty },
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

const importInput = z.object({ importId: z.uuid(), dry: z.boolean(), skipFaulty: z.boolean().default(false) }).loose();

export const importJob: JobHandler = async ({ id, ctx, input, progress }) => {
  const { importId, dry, skipFaulty } = importInput.parse(input);
  const found = await withScope(ctx, (inner) => inner.tx.prisma.import.findUniqueOrThrow({ where: { id: importId } }));
  const of = resourceNamed(found.resource);
  if (!importable(of, ctx.actor.role)) throw new Forbidden(`${of.many} are not imported by this role any more`);
  if (ctx.scope.kind === "tenants" && !ctx.scope.ids.includes(found.collegeId))
    throw new Forbidden("This tenant is outside of your scope");
  const parsed = parseCsv(Buffer.from(found.content));
  const mapping = z.record(z.string(), z.string()).parse(found.mapping);
  const outcome = await importRows(ctx, of, found.collegeId, parsed, mapping, { dry, skipFaulty }, progress, {
    importId,
    jobId: id,
  });
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
