import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { orderOf, pageAfter, past, placeOf, type Keyset } from "~/db/keyset.ts";
import { firstRow, rows } from "~/db/query.ts";
import { and, empty, join, raw, sql, type Sql } from "~/db/sql.ts";
import { escape } from "./names.server.ts";
import type { Term } from "./query-language.ts";
import type { Targets } from "./targets.server.ts";
import { isOneWord, mentionQuery, wordQuery } from "./words.ts";

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

/** What can only be found by reading contents (text without a word, or the absence of one) looks back this far. */
const PLAIN_DAYS = 90;
const DAY_MS = 86_400_000;

const among = (column: Sql, ids: readonly string[]) =>
  ids.length === 1 ? sql`${column} = ${ids[0]}::uuid` : ids.length === 0 ? sql`false` : sql`${column} = any(${[...ids]}::uuid[])`;

/** What begins with it is a range of the index. */
const isOrBegins = (column: Sql, value: string) =>
  value.endsWith("*")
    ? sql`(${column} >= ${value.slice(0, -1)} and ${column} < ${`${value.slice(0, -1)}\u{10ffff}`})`
    : sql`${column} = ${value}`;

const about = (targets: readonly Targets[]) =>
  targets.length === 0
    ? sql`false`
    : sql`(${join(
        targets.map(
          ({ resource, ids }) => sql`
            (e.resource = ${resource} and e.resource_id = any(${[...ids]}::text[]))`,
        ),
        " or ",
      )})`;

function condition(term: Term): Sql {
  switch (term.kind) {
    case "actor":
      return term.ids ? among(sql`e.actor_id`, term.ids) : sql`e.actor_kind = ${term.value}`;
    case "target":
      return about(term.targets ?? []);
    case "action":
      return isOrBegins(sql`e.action`, term.value);
    case "resource":
      return isOrBegins(sql`e.resource`, term.value);
    case "id":
      return sql`e.resource_id = ${term.value}`;
    case "tenant":
      return among(sql`e.college_id`, term.ids ?? []);
    case "session":
      return sql`e.session_id = ${term.value}::uuid`;
    case "request":
      return sql`e.request_id = ${term.value}`;
    case "risk":
      return sql`e.risk ${raw(term.op ?? "=")} ${Number(term.value)}`;
    case "after":
      return sql`e.at >= ${new Date(term.value)}`;
    case "before":
      return sql`e.at < ${new Date(term.value)}`;
    case "text":
      // As it is written within a content, which is JSON.
      return sql`
        exists (
          select 1
          from audit.content x
          where x.at = e.at
            and x.entry_id = e.id
            and x.body ilike ${`%${escape(JSON.stringify(term.value).slice(1, -1))}%`}
        )`;
  }
}

/** `tenant`: who sees one alone is led by its index; row security by itself reads past all others. */
export type Reach = { ownActs: string | null; tenant: string | null };

/**
 * What is asked for. Words are looked up in their index; `where` holds for every entry that is found. `unindexed` says the same
 * of the words for entries whose words have not been taken yet. `named`: where the words are the name of a record, entries about it
 * are found as well, and those whose content mentions it by its id. `since`: no further back than this was looked.
 */
export type Search = {
  where: Sql[];
  words: string | null;
  unindexed: Sql[];
  named: { targets: readonly Targets[]; mentions: string | null; where: Sql[] } | null;
  since: Date | null;
  newest: Date;
};

/** The same search, of what is within these bounds alone. */
export const narrowed = (search: Search, bounds: readonly Sql[], newest: Date): Search => ({
  ...search,
  where: [...search.where, ...bounds],
  named: search.named && { ...search.named, where: [...search.named.where, ...bounds] },
  newest: new Date(Math.min(newest.getTime(), search.newest.getTime())),
});

export function conditionsOf(terms: readonly Term[], reach: Reach, now: Date): Search {
  const indexed = terms.filter((term) => term.kind === "text" && !term.not && wordQuery([term.value]) !== null);
  const plain = terms.filter((term) => !indexed.includes(term) || !isOneWord(term.value));
  const holds = (term: Term) => (term.not ? sql`not coalesce((${condition(term)}), false)` : condition(term));
  const always = plain.filter((term) => term.kind !== "text" || term.not).map(holds);
  if (reach.ownActs) always.push(sql`e.actor_id = ${reach.ownActs}::uuid`);
  if (reach.tenant) always.push(sql`e.college_id = ${reach.tenant}::uuid`);
  const where = [...always, ...plain.filter((term) => term.kind === "text" && !term.not).map(holds)];
  const targets = indexed.find((term) => term.targets?.length)?.targets;
  const named = targets ? { targets, mentions: mentionQuery(targets.flatMap(({ ids }) => ids)), where: always } : null;
  const reads = plain.some((term) => term.kind === "text");
  // Nothing newer than this is asked for: where to begin.
  const ends = terms
    .filter((term) => term.kind === (term.not ? "after" : "before"))
    .map((term) => new Date(term.value).getTime());
  const newest = new Date(Math.min(now.getTime(), ...ends));
  const bounded = terms.some((term) => term.kind === (term.not ? "before" : "after"));
  const since = indexed.length === 0 && reads && !bounded ? new Date(newest.getTime() - PLAIN_DAYS * DAY_MS) : null;
  if (since) where.push(sql`e.at >= ${since}`);
  return { where, words: wordQuery(indexed.map((term) => term.value)), unindexed: indexed.map(condition), named, since, newest };
}

/** Newest first: of the entries, and of the words that lead to them. */
const NEWEST: Keyset = { by: sql`e.at`, type: "timestamptz", id: sql`e.id`, descending: true };
const NEWEST_WORDS: Keyset = { ...NEWEST, by: sql`w.at`, id: sql`w.entry_id` };

/** From when on there are entries whose words have not been taken: a second or two ago, or nothing at all. */
async function unindexedSince(ctx: TxCtx): Promise<Date | null> {
  const row = await firstRow(
    ctx.tx,
    sql`select least(
                 (select min(at) from audit.pending),
                 (
                   select min(at)
                   from audit.leaf
                   where index >= (select coalesce(max(size), 0) from audit.words_until)
                 )
               ) as since`,
    z.object({ since: z.date().nullable() }),
  );
  return row!.since;
}

const notTaken = sql`not exists (select 1 from audit.search_words w where w.at = e.at and w.entry_id = e.id)`;

type Place = ReturnType<typeof placeOf>;
/** From when to before when; without a bound where it is null. */
type Window = { from: Date | null; to: Date | null };

/** How far back each look for words goes, one after the other. */
const LOOKS_DAYS = [31, 155];

/**
 * An index of words knows no order: it finds every entry of a month before it gives the newest. So months are looked through from
 * the newest on, until a page is full; words that are in few entries are found quickly in all of them.
 */
function windowsOf(search: Search, newest: Date): Window[] {
  if (search.words === null) return [{ from: null, to: null }];
  const bounds = LOOKS_DAYS.map((days) => new Date(newest.getTime() - days * DAY_MS));
  return [...bounds, null].map((from, index) => ({ from, to: bounds[index - 1] ?? null }));
}

/** Entries about the records that the words name, each way of being about them by itself. */
function namedParts(search: Search, columns: Sql, bounds: (at: Sql) => Sql, tail: Sql): Sql {
  if (!search.named) return empty;
  const { targets, mentions, where } = search.named;
  const direct = sql`
    union (
      select ${columns}
      from audit.entry e
      where ${about(targets)}
        and ${bounds(sql`e.at`)}
        and ${and(where)} ${tail}
    )`;
  if (mentions === null) return direct;
  return sql`${direct}
    union (
      select ${columns}
      from audit.search_words w
        join audit.entry e on e.at = w.at and e.id = w.entry_id
      where w.words @@ ${mentions}::tsquery
        and ${bounds(sql`w.at`)}
        and ${and(where)} ${tail}
    )`;
}

/** The newest entries of a window that are asked for. Each part stops by itself at what a page needs. */
async function pageOf(ctx: TxCtx, search: Search, place: Place | null, most: number, window: Window): Promise<Sql> {
  const { where } = search;
  const last = sql`${orderOf(NEWEST)} limit ${most}`;
  if (search.words === null) return sql`select * from audit.entry e where ${and(where)} ${last}`;
  const within = (at: Sql) =>
    and([...(window.from ? [sql`${at} >= ${window.from}`] : []), ...(window.to ? [sql`${at} < ${window.to}`] : []), sql`true`]);
  const before = place ? sql`and ${past(NEWEST_WORDS, place)}` : empty;
  const taken = sql`
    select e.*
    from audit.search_words w
      join audit.entry e on e.at = w.at and e.id = w.entry_id
    where w.words @@ ${search.words}::tsquery
      and ${within(sql`w.at`)} ${before}
      and ${and(where)} ${orderOf(NEWEST_WORDS)}
    limit ${most}`;
  const since = await unindexedSince(ctx);
  const named = namedParts(search, sql`e.*`, within, last);
  if (!since) return search.named ? sql`(${taken}) ${named}` : taken;
  return sql`
    (${taken})
    union all (
      select *
      from audit.entry e
      where e.at >= ${since}
        and ${within(sql`e.at`)}
        and ${notTaken}
        and ${and([...where, ...search.unindexed])} ${last}
    ) ${named}`;
}

export async function searchEntries(
  ctx: TxCtx,
  search: Search,
  after: string | null,
  limit: number,
): Promise<{ entries: Found[]; next: string | null }> {
  const place = after ? placeOf(NEWEST, after) : null;
  const page = pageAfter<Found>(NEWEST, after, limit, (entry) => entry.at);
  const paged = narrowed(search, page.where, search.newest);
  const list: Found[] = [];
  for (const window of windowsOf(search, place ? new Date(String(place.value)) : search.newest)) {
    const missing = limit + 1 - list.length;
    if (missing === 0) break;
    list.push(
      ...(await rows(
        ctx.tx,
        sql`select e.id, e.at, e.actor_kind, e.actor_id, e.session_id, e.request_id, e.action, e.resource,
                   e.resource_id, e.college_id, e.risk, c.body, l.index
            from (${await pageOf(ctx, paged, place, missing, window)}) e
              left join audit.content c on c.at = e.at and c.entry_id = e.id
              left join audit.leaf l on l.entry_id = e.id ${orderOf(NEWEST)}
            limit ${missing}`,
        found,
      )),
    );
  }
  const { shown, next } = page.of(list);
  return { entries: shown, next };
}

/** How many there are, as far as `most`. */
export async function countEntries(ctx: TxCtx, search: Search, most: number): Promise<number> {
  const page = await pageOf(ctx, search, null, most, { from: null, to: null });
  const row = await firstRow(
    ctx.tx,
    sql`select least(count(*), ${most})::int as n
      from (${page}) e`,
    z.object({ n: z.number() }),
  );
  return row!.n;
}

async function within(ctx: TxCtx, search: Search, from: Date, to: Date): Promise<Sql> {
  const where = [...search.where, sql`e.at >= ${from}`, sql`e.at < ${to}`];
  if (search.words === null) return sql`select e.at, e.risk from audit.entry e where ${and(where)}`;
  // An entry that is found in two ways is counted once.
  const columns = search.named ? sql`e.id, e.at, e.risk` : sql`e.at, e.risk`;
  const taken = sql`
    select ${columns}
    from audit.search_words w
      join audit.entry e on e.at = w.at and e.id = w.entry_id
    where w.words @@ ${search.words}::tsquery and w.at >= ${from} and w.at < ${to} and ${and(where)}`;
  const since = await unindexedSince(ctx);
  const bounds = (at: Sql) => sql`${at} >= ${from} and ${at} < ${to}`;
  const named = namedParts(search, columns, bounds, empty);
  if (!since) return sql`${taken} ${named}`;
  return sql`
    ${taken}
    union all
    select ${columns}
    from audit.entry e
    where e.at >= ${since} and ${notTaken} and ${and([...where, ...search.unindexed])} ${named}`;
}

/** How many of what was found fall into each piece of the range. */
export async function histogram(
  ctx: TxCtx,
  search: Search,
  from: Date,
  to: Date,
  pieces: number,
): Promise<{ t: number; n: number; risky: number }[]> {
  const step = Math.max(60, Math.round((to.getTime() - from.getTime()) / 1000 / pieces)) * 1000;
  const first = Math.floor(from.getTime() / 1000) * 1000;
  const starts = Array.from({ length: Math.ceil((to.getTime() - first) / step) }, (_, index) => first + index * step);
  // The number of its piece for each entry, and no more: a month holds hundreds of thousands of them, and what is computed of
  // each, or sorted, is what a search takes.
  const list = await rows(
    ctx.tx,
    sql`select piece, count(*)::int as n, count(*) filter (where risky)::int as risky
        from (
          select width_bucket(e.at, ${starts.map((start) => new Date(start))}::timestamptz[]) as piece,
                 e.risk >= 40 as risky
          from (${await within(ctx, search, from, to)}) e
        ) x
        group by 1`,
    z.object({ piece: z.number(), n: z.number(), risky: z.number() }),
  );
  // Every piece of the range, also those in which nothing happened.
  const known = new Map(list.map((row) => [row.piece, row]));
  return starts.map((t, index) => ({ t, n: known.get(index + 1)?.n ?? 0, risky: known.get(index + 1)?.risky ?? 0 }));
}
