import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { and, ident, raw, sql, type Sql } from "~/db/sql.ts";
import { leaversBefore } from "~/domains/people/leavers.server.ts";
import { stands } from "../legal-hold.server.ts";
import { ownerOf } from "../person-rows.ts";
import { LEAVERS, ownedByOne, type RetentionKind, type RetentionStep } from "./kinds.ts";

/** Until when each tenant's rows are old: its own period, or that of all others. */
export type Cutoffs = { of: Record<string, string>; others: string | null };

const ago = (now: Date, days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();

export function cutoffsOf(
  now: Date,
  kind: string,
  periods: readonly { kind: string; college_id: string | null; days: number }[],
): Cutoffs | null {
  const mine = periods.filter((period) => period.kind === kind);
  const others = mine.find((period) => period.college_id === null);
  if (mine.length === 0) return null;
  return {
    of: Object.fromEntries(mine.flatMap(({ college_id, days }) => (college_id ? [[college_id, ago(now, days)]] : []))),
    others: others ? ago(now, others.days) : null,
  };
}

/** The moment before which a row (as `alias`) is old. Null where its tenant keeps it. */
export const cutoffFor = ({ of, others }: Cutoffs, alias: string): Sql =>
  sql`coalesce((${JSON.stringify(of)}::jsonb ->> ${raw(alias)}.college_id::text)::timestamptz, ${others}::timestamptz)`;

/** The latest of them, which an index can use. */
const latest = ({ of, others }: Cutoffs): string => [...Object.values(of), ...(others ? [others] : [])].sort().at(-1)!;

/** Rows of a table (as `t`) that are old enough to go, and that no hold keeps. */
export function dueIn(step: RetentionStep, cutoffs: Cutoffs, now: Date): Sql {
  const at = sql`t.${ident(step.at)}`;
  const people = ownedByOne(step) ? ownerOf(step.table) : raw(step.people!);
  return and([
    sql`${at} < ${latest(cutoffs)}::timestamptz`,
    sql`${at} < ${cutoffFor(cutoffs, "t")}`,
    ...(step.where ? [raw(step.where)] : []),
    sql`not exists (
          select
          from public.legal_hold h
          where h.college_id = t.college_id and ${stands(now)} and h.user_id in (${people})
        )`,
  ]);
}

export const COUNTED = 100_000;

/** How many records would go now, counted up to a limit. */
export async function countDue(ctx: TxCtx, kind: RetentionKind, cutoffs: Cutoffs): Promise<number> {
  if (kind.key === LEAVERS) return (await leaversBefore(ctx, cutoffFor(cutoffs, "u"), { limit: COUNTED })).length;
  let total = 0;
  for (const step of kind.steps) {
    const row = await firstRow(
      ctx.tx,
      sql`select count(*)::int as n
          from (
            select
            from public.${ident(step.table)} t
            where ${dueIn(step, cutoffs, ctx.clock.now())}
            limit ${COUNTED}
          ) due`,
      z.object({ n: z.number() }),
    );
    total += row!.n;
  }
  return total;
}
