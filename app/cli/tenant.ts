import fs from "node:fs";
import path from "node:path";
import { createGzip } from "node:zlib";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { firstRow } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { tenantLines } from "~/domains/tenants/archive.server.ts";
import { Conflict, Invalid, messageOf, NotFound } from "~/platform/errors.ts";
import { withDatabase } from "./database.ts";
import type { Command } from "./commands.ts";

export async function findTenant(named: string) {
  const college = await withScope(systemCtx("command line"), ({ tx }) =>
    firstRow(
      tx,
      sql`select id, name, code from public.college where id::text = ${named} or lower(code) = lower(${named}) limit 1`,
      z.object({ id: z.string(), name: z.string(), code: z.string() }),
    ),
  );
  if (!college) throw new NotFound(`there is no tenant with the code or id "${named}"`);
  return college;
}

export const tenantCommands: Command[] = [
  {
    name: "tenant export",
    says: "Exports all data of one tenant as gzipped NDJSON",
    usage: "CODE|ID [--out FILE] [--json]",
    takes: 1,
    options: { out: { type: "string" } },
    run: ({ options, positionals }) =>
      withDatabase(async () => {
        const [named] = positionals;
        if (!named) throw new Invalid("name one tenant by its code or ID; see invigil tenant export --help");
        const college = await findTenant(named);
        const ctx = systemCtx("command line");
        const file = path.resolve(typeof options["out"] === "string" ? options["out"] : `tenant-${college.code}.ndjson.gz`);
        if (fs.existsSync(file)) throw new Conflict(`--out: ${file} already exists; name another file`);
        await recordAlone(ctx, {
          action: "tenant.export",
          resource: "college",
          resourceId: college.id,
          collegeId: college.id,
          details: { by: "command line" },
        });
        const counts: Record<string, number> = {};
        const lines = async function* () {
          for await (const text of tenantLines(ctx, college.id)) {
            for (const line of text.trimEnd().split("\n")) {
              const { table } = JSON.parse(line) as { table: string };
              counts[table] = (counts[table] ?? 0) + 1;
            }
            yield text;
          }
        };
        const part = `${file}.part`;
        try {
          await pipeline(lines, createGzip(), fs.createWriteStream(part, { mode: 0o600, flags: "wx" }));
        } catch (error) {
          fs.rmSync(part, { force: true });
          throw new Invalid(`${file} could not be written: ${messageOf(error)}`);
        }
        fs.renameSync(part, file);
        const records = Object.values(counts).reduce((sum, n) => sum + n, 0);
        process.stdout.write(
          options["json"]
            ? `${JSON.stringify({ tenant: college.id, file, records, tables: counts })}\n`
            : `${college.name}: ${records.toLocaleString("en")} records of ${Object.keys(counts).length} tables in ${file}\n`,
        );
      }),
  },
];
