import { createHash } from "node:crypto";
import { z } from "zod";
import { rolePool } from "~/db/clients.server.ts";
import { execute, rows } from "~/db/query.ts";
import { ident, sql } from "~/db/sql.ts";
import { readTables, tenantColumn } from "./catalogue.server.ts";

const sums = z.object({ college: z.string(), rows: z.number(), sum: z.string(), ours: z.number() });

const digestOf = (lines: string[]) => createHash("sha256").update(lines.join("\n")).digest("hex");

export const checksums = z.record(z.string(), z.string());
/** Of each tenant, its number of rows and a sum over the hashes of all their values. */
export type Checksums = z.infer<typeof checksums>;

/**
 * Every row of every tenant but one, read by the owner in one snapshot. `ours` counts, among them, the row versions that one
 * of these transactions wrote: a row carries the number of the transaction that wrote it.
 */
export async function readChecksums(except: string, transactions: readonly string[]): Promise<{ sums: Checksums; ours: number }> {
  const client = await rolePool("owner").connect();
  try {
    await client.query(
      "begin isolation level repeatable read read only; set local timezone = 'UTC'; set local statement_timeout = 0",
    );
    const tables = [...(await readTables(client)).keys()];
    const parts = new Map<string, string[]>();
    let ours = 0;
    for (const table of tables) {
      const tenant = tenantColumn(table);
      const found = await rows(
        client,
        sql`select t.${ident(tenant)}::text as college, count(*) as rows,
                   sum(hashtextextended(t::text, 0)::numeric)::text as sum,
                   count(*) filter (where t.xmin::text = any(${transactions}::text[])) as ours
            from public.${ident(table)} t
            where t.${ident(tenant)} <> ${except}::uuid
            group by 1`,
        sums,
      );
      for (const row of found) {
        parts.set(row.college, [...(parts.get(row.college) ?? []), `${table} ${row.rows} ${row.sum}`]);
        ours += row.ours;
      }
    }
    await execute(client, sql`commit`);
    return { sums: Object.fromEntries([...parts].map(([college, lines]) => [college, digestOf(lines)])), ours };
  } finally {
    client.release(true);
  }
}

export const proof = z.object({
  tenants: z.number(),
  same: z.number(),
  /** Tenants that others wrote to meanwhile. */
  changed: z.array(z.string()),
  /** Rows of other tenants that carry the number of one of the run's transactions. */
  ours: z.number(),
  transactions: z.number(),
});
export type Proof = z.infer<typeof proof>;

export function compareChecksums(before: Checksums, after: Checksums): Pick<Proof, "tenants" | "same" | "changed"> {
  const colleges = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = colleges.filter((college) => before[college] !== after[college]);
  return { tenants: colleges.length, same: colleges.length - changed.length, changed };
}
