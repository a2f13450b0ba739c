import type pg from "pg";
import { z } from "zod";
import { execute, rows } from "~/db/query.ts";
import { ident, join, sql } from "~/db/sql.ts";
import { messageOf } from "~/platform/errors.ts";
import type { BackupFinding } from "./verify.server.ts";

/** Every B-tree is walked by the database's own check. */
export async function checkIndexes(copy: pg.Client): Promise<{ checked: number; findings: BackupFinding[] }> {
  await execute(copy, sql`create extension if not exists amcheck`);
  const indexes = await rows(
    copy,
    sql`select c.oid::int as oid, n.nspname || '.' || c.relname as name
        from pg_index i
          join pg_class c on c.oid = i.indexrelid
          join pg_namespace n on n.oid = c.relnamespace
          join pg_am a on a.oid = c.relam
        where a.amname = 'btree' and c.relkind = 'i' and i.indisvalid and i.indisready and c.relpersistence = 'p'
        order by 2`,
    z.object({ oid: z.number(), name: z.string() }),
  );
  const findings: BackupFinding[] = [];
  for (const index of indexes) {
    try {
      await rows(copy, sql`select bt_index_check(${index.oid}::oid::regclass) is null as done`, z.object({ done: z.boolean() }));
    } catch (error) {
      findings.push({ file: index.name, says: messageOf(error) });
    }
  }
  return { checked: indexes.length, findings };
}

/** A table must have at least the rows that it has had all the time since the backup. */
export async function checkCounts(
  copy: pg.Client,
  floors: Record<string, number>,
): Promise<{ checked: number; rows: number; findings: BackupFinding[] }> {
  const findings: BackupFinding[] = [];
  let total = 0;
  for (const [table, floor] of Object.entries(floors)) {
    const dot = table.indexOf(".");
    const [schema, name] = [table.slice(0, dot), table.slice(dot + 1)];
    try {
      const [counted] = await rows(
        copy,
        sql`select count(*)::bigint as n from ${ident(schema)}.${ident(name)}`,
        z.object({ n: z.coerce.number() }),
      );
      total += counted!.n;
      if (counted!.n < floor) findings.push({ file: table, says: `has ${counted!.n} rows, ${floor} were recorded` });
    } catch (error) {
      findings.push({ file: table, says: messageOf(error) });
    }
  }
  return { checked: Object.keys(floors).length, rows: total, findings };
}

/** A sample of every foreign key's rows must find what they point to. */
export async function checkReferences(copy: pg.Client): Promise<{ checked: number; findings: BackupFinding[] }> {
  const keys = await rows(
    copy,
    sql`select k.conname as name, cn.nspname as child_schema, c.relname as child, pn.nspname as parent_schema,
               p.relname as parent,
               (
                 select array_agg(a.attname::text order by x.n)
                 from unnest(k.conkey) with ordinality x (num, n)
                   join pg_attribute a on a.attrelid = k.conrelid and a.attnum = x.num
               ) as columns,
               (
                 select array_agg(a.attname::text order by x.n)
                 from unnest(k.confkey) with ordinality x (num, n)
                   join pg_attribute a on a.attrelid = k.confrelid and a.attnum = x.num
               ) as targets
        from pg_constraint k
          join pg_class c on c.oid = k.conrelid
          join pg_namespace cn on cn.oid = c.relnamespace
          join pg_class p on p.oid = k.confrelid
          join pg_namespace pn on pn.oid = p.relnamespace
        where k.contype = 'f' and k.conparentid = 0 and cn.nspname in ('public', 'console')`,
    z.object({
      name: z.string(),
      child_schema: z.string(),
      child: z.string(),
      parent_schema: z.string(),
      parent: z.string(),
      columns: z.array(z.string()),
      targets: z.array(z.string()),
    }),
  );
  const findings: BackupFinding[] = [];
  for (const key of keys) {
    const filled = join(
      key.columns.map((column) => sql`c.${ident(column)} is not null`),
      " and ",
    );
    const meets = join(
      key.columns.map((column, at) => sql`p.${ident(key.targets[at]!)} = c.${ident(column)}`),
      " and ",
    );
    const [lost] = await rows(
      copy,
      sql`select count(*)::bigint as n
          from (select * from ${ident(key.child_schema)}.${ident(key.child)} limit 2000) c
          where ${filled}
            and not exists (select 1 from ${ident(key.parent_schema)}.${ident(key.parent)} p where ${meets})`,
      z.object({ n: z.coerce.number() }),
    );
    if (lost!.n > 0) findings.push({ file: key.child, says: `${lost!.n} rows of ${key.name} point to nothing` });
  }
  return { checked: keys.length, findings };
}
