import { gzipSync } from "node:zlib";
import { z } from "zod";
import { NotFound } from "~/platform/errors.ts";
import { mutation, record } from "~/access/verb.server.ts";
import { execute, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { ident, raw, sql } from "~/db/sql.ts";
import type { Ctx } from "~/db/ctx.ts";
import { enqueue } from "~/jobs/enqueue.server.ts";
import { saveFile } from "~/jobs/files.server.ts";
import type { JobHandler } from "~/jobs/work.server.ts";

export const startArchive = mutation({
  name: "tenants.archive",
  permission: "tenants.manage",
  stepUp: true,
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const college = await ctx.tx.prisma.college.findUnique({ where: { id: input.id } });
    if (!college) throw new NotFound("Tenant not found");
    const jobId = await enqueue(ctx, {
      kind: "tenant.archive",
      title: `Archive of ${college.name}`,
      input,
      collegeId: input.id,
      permission: "tenants.manage",
    });
    await record(ctx, {
      action: "tenant.export",
      resource: "college",
      resourceId: input.id,
      collegeId: input.id,
      details: { job: jobId },
    });
    return { jobId };
  },
});

/** Columns that nobody takes away: they would open doors elsewhere. */
const KEPT_BACK = ["password", "token_hash", "key_hash", "refresh_token", "access_token", "id_token", "session_state"];

/** Every row of every table of one tenant, and nothing of another: the scope is the tenant itself, so the database says so. */
export async function* tenantLines(
  ctx: Ctx,
  collegeId: string,
  progress?: (done: number, total: number) => Promise<void>,
): AsyncGenerator<string> {
  const scoped: Ctx = { ...ctx, scope: { kind: "tenants", ids: [collegeId] } };
  const tables = await withScope(scoped, (inner) =>
    rows(
      inner.tx,
      sql`select c.relname as name
          from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attname = 'college_id'
          where n.nspname = 'public' and c.relkind = 'r'
          order by 1`,
      z.object({ name: z.string() }),
    ),
  );
  let done = 0;
  for (const name of ["college", ...tables.map((table) => table.name)]) {
    let after = "00000000-0000-0000-0000-000000000000";
    for (;;) {
      const tenant = name === "college" ? sql`t.id = ${collegeId}::uuid` : sql`t.college_id = ${collegeId}::uuid`;
      const batch = await withScope(scoped, async (inner) => {
        await execute(inner.tx, sql`set local statement_timeout = 0`);
        return rows(
          inner.tx,
          sql`select t.id, to_jsonb(t) ${raw(KEPT_BACK.map((column) => `- '${column}'`).join(" "))} as record
              from public.${ident(name)} t
              where ${tenant} and t.id > ${after}::uuid
              order by t.id
              limit 1000`,
          z.object({ id: z.string(), record: z.record(z.string(), z.unknown()) }),
        );
      });
      if (batch.length === 0) break;
      after = batch.at(-1)!.id;
      yield `${batch.map((row) => JSON.stringify({ table: name, record: row.record })).join("\n")}\n`;
    }
    await progress?.(++done, tables.length + 1);
  }
}

export const runArchive: JobHandler = async ({ id, ctx, input, progress }) => {
  const { id: collegeId } = z.object({ id: z.uuid() }).loose().parse(input);
  const parts: Buffer[] = [];
  let lines = 0;
  for await (const text of tenantLines(ctx, collegeId, progress)) {
    lines += text.split("\n").length - 1;
    parts.push(gzipSync(text));
  }
  // Gzip members one after the other are one gzip file.
  await saveFile(id, `tenant-${collegeId.slice(-8)}.ndjson.gz`, "application/gzip", Buffer.concat(parts));
  return { records: lines };
};
