import { z } from "zod";
import { conditionsOf, histogram, narrowed, searchEntries, type Found, type Reach } from "~/audit/search.server.ts";
import { withNames } from "~/audit/names.server.ts";
import { parsed } from "~/audit/parsed.ts";
import { parseQuery } from "~/audit/query-language.ts";
import type { Ctx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { isUuid } from "~/platform/ids.ts";
import { may, reach } from "../policy.ts";
import { read } from "../verb.server.ts";
import { foldEntries } from "./fold.ts";

export type Entry = Omit<Found, "body"> & {
  actor: string;
  email: string | null;
  reason: string | null;
  diff: Record<string, [unknown, unknown]> | null;
  details: Record<string, unknown> | null;
  address: string | null;
  userAgent: string | null;
  reasons: { rule: string; points: number; says: string }[];
  erased: boolean;
  /** Its content is there and is none of ours: it was changed. */
  unreadable: boolean;
};

const content = z.object({
  actor: z.object({ name: z.string(), email: z.string().nullable() }),
  reason: z.string().nullable(),
  diff: z.record(z.string(), z.tuple([z.unknown(), z.unknown()])).nullable(),
  details: z.record(z.string(), z.unknown()).nullable(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  risk: z.array(z.object({ rule: z.string(), points: z.number(), says: z.string() })),
});

export function readable({ body, ...entry }: Found): Entry {
  const read = body === null ? undefined : content.safeParse(parsed(body)).data;
  return {
    ...entry,
    actor: read?.actor.name ?? (entry.actor_kind !== "staff" ? entry.actor_kind : body === null ? "erased" : "unreadable"),
    email: read?.actor.email ?? null,
    reason: read?.reason ?? null,
    diff: read?.diff ?? null,
    details: read?.details ?? null,
    address: read?.address ?? null,
    userAgent: read?.userAgent ?? null,
    reasons: read?.risk ?? [],
    erased: body === null,
    unreadable: body !== null && !read,
  };
}

/** Proctors and SREs see their own acts; managers those of their tenants, which row security decides. */
export const reachOf = (ctx: Ctx): Reach => ({
  tenant: ctx.scope.kind === "tenants" && ctx.scope.ids.length === 1 ? ctx.scope.ids[0]! : null,
  ownActs: reach(ctx.actor.role, "audit.read") === "own" ? (ctx.actor.id ?? "00000000-0000-0000-0000-000000000000") : null,
});

/** Whether a name leads this reader to what was done to a person. Reviewers know candidates by number. */
export const findsPeople = (ctx: Ctx): boolean => may(ctx.actor.role, "platform.read");

const READS_OF_A_PAGE = 8;

export const searchLog = read({
  name: "audit.search",
  permission: "audit.read",
  input: z.object({
    q: z.string(),
    after: z.string().nullable().default(null),
    limit: z.number().int().min(1).max(500).default(50),
    from: z.date(),
    to: z.date(),
    /** The page shows what machines did over and over as one row, and holds as many rows, not entries. */
    fold: z.boolean().default(false),
    /** Nothing older is listed. */
    since: z.date().nullable().default(null),
    /** Nothing newer is listed: for who looks at a range that is past. */
    until: z.date().nullable().default(null),
  }),
  async run({ ctx, input }) {
    const terms = await withNames(ctx.tx, parseQuery(input.q), findsPeople(ctx));
    const search = conditionsOf(terms, reachOf(ctx), ctx.clock.now());
    const from = input.since ? [sql`e.at >= ${input.since}`] : [];
    const bounds = input.until ? [...from, sql`e.at < ${input.until}`] : from;
    const listed = narrowed(search, bounds, input.until ?? search.newest);
    let { entries, next } = await searchEntries(ctx, listed, input.after, input.limit);
    let list = entries.map(readable);
    // A page that one machine fills is read on, until it has something else to show.
    for (let read = 1; input.fold && next && read < READS_OF_A_PAGE && foldEntries(list).length < input.limit; read++) {
      ({ entries, next } = await searchEntries(ctx, listed, next, input.limit));
      list = [...list, ...entries.map(readable)];
    }
    const bars = await histogram(ctx, search, input.from, input.to, 60);
    // Only tenants in sight: who reads of one is told of no other.
    const tenants = await rows(
      ctx.tx,
      sql`select id, name
          from public.college
          where id = any(${[...new Set(list.map((entry) => entry.college_id))]}::uuid[])`,
      z.object({ id: z.string(), name: z.string() }),
    );
    return { entries: list, next, bars, since: search.since, tenants };
  },
});

export const getEntry = read({
  name: "audit.entry",
  permission: "audit.read",
  input: z.object({ id: z.string() }),
  async run({ ctx, input }) {
    if (!isUuid(input.id)) throw new NotFound("Entry not found");
    // UUIDv7 begins with its time: the partition is known from the id.
    const at = new Date(Number.parseInt(input.id.replaceAll("-", "").slice(0, 12), 16));
    const window = [
      sql`e.at >= ${new Date(at.getTime() - 86_400_000)}`,
      sql`e.at <= ${new Date(at.getTime() + 86_400_000)}`,
      sql`e.id = ${input.id}::uuid`,
    ];
    const search = conditionsOf([], reachOf(ctx), ctx.clock.now());
    const { entries } = await searchEntries(ctx, { ...search, where: [...window, ...search.where] }, null, 1);
    if (!entries[0]) throw new NotFound("Entry not found");
    return readable(entries[0]);
  },
});
