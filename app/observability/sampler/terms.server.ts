import { z } from "zod";
import { firstRow, rows, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { Row } from "../series.ts";
import { columnsOf } from "./copied.ts";

/** Which collector made samples, and whether it did so while nobody could say whose turn it is. */
export type Maker = { holder?: string; provisional?: boolean };
export type Term = { began_at: Date | null; until: Date | null };

/** Samples that were made provisionally wait until someone holds the lease. */
export class Undecided extends Error {}

/** The times in which this collector's samples count. Without a lease (a test, a bench) all of them do. */
export async function termsOf(on: Queryable, { holder, provisional }: Maker): Promise<Term[]> {
  if (holder === undefined) return [{ began_at: null, until: null }];
  const terms = await rows(
    on,
    // The term of whom the upgrade found at work began before all others, which no Date can say.
    sql`select nullif(t.began_at, '-infinity') as began_at,
               (select n.began_at from telemetry.term n where n.id > t.id order by n.id limit 1) as until
        from telemetry.term t
        where t.holder = ${holder}`,
    z.object({ began_at: z.date().nullable(), until: z.date().nullable() }),
  );
  if (terms.length > 0 || !provisional) return terms;
  const lease = await firstRow(
    on,
    sql`select exists (select from console.lease where name = 'collector' and expires_at > now()) as held`,
    z.object({ held: z.boolean() }),
  );
  if (!lease!.held) throw new Undecided("no collector holds the lease");
  return [];
}

/** Of these rows the ones that fall into one of the terms. */
export function within(terms: readonly Term[], table: string, all: readonly Row[]): Row[] {
  const column = columnsOf(table).indexOf("at");
  const spans = terms.map(({ began_at, until }) => [began_at?.getTime() ?? -Infinity, until?.getTime() ?? Infinity] as const);
  return all.filter((row) => {
    const at = Date.parse(String(row[column]));
    return spans.some(([from, to]) => at >= from && at < to);
  });
}
