import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { and, raw, sql, type Sql } from "~/db/sql.ts";
import { Invalid } from "~/platform/errors.ts";
import { isUuid } from "~/platform/ids.ts";
import type { Term } from "./query-language.ts";

export const found = z.object({
  id: z.string(),
  at: z.date(),
  actor_kind: z.string(),
  actor_id: z.string().nullable(),
  session_id: z.string().nullable(),
  request_id: z.string(),
  action: z.string(),
  resource: z.string(),
  resource_id: z.string().nullable(),
  college_id: z.string().nullable(),
  risk: z.number(),
  body: z.string().nullable(),
  index: z.number().nullable(),
});
export type Found = z.infer<typeof found>;

/** Free text looks inside contents, which have no index on words: it looks back this far and no further. */
const TEXT_DAYS = 90;

const escape = (text: string) => text.replaceAll(/[\\%_]/g, "\\$&");
const uuid = (term: Term, column: Sql) => (isUuid(term.value) ? sql`${column} = ${term.value}::uuid` : sql`false`);

function condition(term: Term): Sql {
  switch (term.kind) {
    case "actor":
      return isUuid(term.value)
        ? sql`e.actor_id = ${term.value}::uuid`
        : sql`(e.actor_id = any (array(select id from console.staff where name ilike ${`%${escape(term.value)}%`} or email ilike ${`%${escape(term.value)}%`})) or e.actor_kind = ${term.value})`;
    case "action":
      // A prefix of an action is a range of the index.
      return term.value.endsWith("*")
        ? sql`(e.action >= ${term.value.slice(0, -1)} and e.action < ${`${term.value.slice(0, -1)}\u{10ffff}`})`
        : sql`e.action = ${term.value}`;
    case "resource":
      return sql`e.resource = ${term.value}`;
    case "id":
      return sql`e.resource_id = ${term.value}`;
    case "tenant":
      return isUuid(term.value)
        ? sql`e.college_id = ${term.value}::uuid`
        : sql`e.college_id = any (array(select id from public.college where code ilike ${escape(term.value)} or name ilike ${`%${escape(term.value)}%`}))`;
    case "session":
      return uuid(term, sql`e.session_id`);
    case "request":
      return sql`e.request_id = ${term.value}`;
    case "risk":
      return sql`e.risk ${raw(term.op ?? "=")} ${Number(term.value)}`;
    case "after":
      return sql`e.at >= ${new Date(term.value)}`;
    case "before":
      return sql`e.at < ${new Date(term.value)}`;
    case "text":
      return sql`exists (select 1 from audit.content x where x.at = e.at and x.entry_id = e.id and x.body ilike ${`%${escape(term.value)}%`})`;
  }
}

export type Reach = { ownActs: string | null };

export function conditionsOf(terms: readonly Term[], reach: Reach, now: Date): Sql[] {
  const parts = terms.map((term) => (term.not ? sql`not coalesce((${condition(term)}), false)` : condition(term)));
  if (reach.ownActs) parts.push(sql`e.actor_id = ${reach.ownActs}::uuid`);
  if (terms.some((term) => term.kind === "text") && !terms.some((term) => term.kind === "after"))
    parts.push(sql`e.at >= ${new Date(now.getTime() - TEXT_DAYS * 86_400_000)}`);
  return parts;
}

function cursor(text: string): { at: Date; id: string } {
  const [at = "", id = ""] = text.split("_");
  const moment = new Date(Number(at));
  if (Number.isNaN(moment.getTime()) || !isUuid(id)) throw new Invalid("This page link is not whole: go back to the first page");
  return { at: moment, id };
}

const cursorOf = (entry: { at: Date; id: string }) => `${entry.at.getTime()}_${entry.id}`;

export async function searchEntries(
  ctx: TxCtx,
  where: Sql[],
  after: string | null,
  limit: number,
): Promise<{ entries: Found[]; next: string | null }> {
  const place = after ? cursor(after) : null;
  const list = await rows(
    ctx.tx,
    sql`select e.id, e.at, e.actor_kind, e.actor_id, e.session_id, e.request_id, e.action, e.resource, e.resource_id, e.college_id, e.risk, c.body, l.index
        from (select * from audit.entry e where ${and(place ? [...where, sql`(e.at, e.id) < (${place.at}::timestamptz, ${place.id}::uuid)`] : where)} order by e.at desc, e.id desc limit ${limit + 1}) e
        left join audit.content c on c.at = e.at and c.entry_id = e.id left join audit.leaf l on l.entry_id = e.id order by e.at desc, e.id desc`,
    found,
  );
  const entries = list.slice(0, limit);
  return { entries, next: list.length > limit ? cursorOf(entries.at(-1)!) : null };
}

/** How many of what was found fall into each piece of the range. */
export async function histogram(
  ctx: TxCtx,
  where: Sql[],
  from: Date,
  to: Date,
  pieces: number,
): Promise<{ t: number; n: number; risky: number }[]> {
  const step = Math.max(60, Math.round((to.getTime() - from.getTime()) / 1000 / pieces));
  const list = await rows(
    ctx.tx,
    sql`select extract(epoch from date_bin(${step} * interval '1 second', e.at, date_trunc('second', ${from}::timestamptz)))::float8 as t, count(*)::int as n, count(*) filter (where e.risk >= 40)::int as risky
        from audit.entry e where ${and([...where, sql`e.at >= ${from}`, sql`e.at < ${to}`])} group by 1 order by 1`,
    z.object({ t: z.number(), n: z.number(), risky: z.number() }),
  );
  // Every piece of the range, also those in which nothing happened.
  const known = new Map(list.map((row) => [Math.round(row.t), row]));
  const first = Math.floor(from.getTime() / 1000);
  const bars = Math.ceil((to.getTime() / 1000 - first) / step);
  return Array.from({ length: bars }, (_, index) => {
    const row = known.get(first + index * step);
    return { t: (first + index * step) * 1000, n: row?.n ?? 0, risky: row?.risky ?? 0 };
  });
}
