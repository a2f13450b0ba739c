import { z } from "zod";
import { conditionsOf, histogram, searchEntries, type Found } from "~/audit/search.server.ts";
import { parseQuery } from "~/audit/query-language.ts";
import type { Ctx } from "~/db/ctx.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { isUuid } from "~/platform/ids.ts";
import { reach } from "../policy.ts";
import { read } from "../verb.server.ts";

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
  const read = body ? content.safeParse(JSON.parse(body)).data : undefined;
  return {
    ...entry,
    actor: read?.actor.name ?? (entry.actor_kind === "staff" ? "erased" : entry.actor_kind),
    email: read?.actor.email ?? null,
    reason: read?.reason ?? null,
    diff: read?.diff ?? null,
    details: read?.details ?? null,
    address: read?.address ?? null,
    userAgent: read?.userAgent ?? null,
    reasons: read?.risk ?? [],
    erased: body === null,
  };
}

/** Proctors and SREs see their own acts; managers those of their tenants, which row security decides. */
const reachOf = (ctx: Ctx) => ({
  ownActs: reach(ctx.actor.role, "audit.read") === "own" ? (ctx.actor.id ?? "00000000-0000-0000-0000-000000000000") : null,
});

export const searchLog = read({
  name: "audit.search",
  permission: "audit.read",
  input: z.object({
    q: z.string(),
    after: z.string().nullable().default(null),
    limit: z.number().int().min(1).max(500).default(50),
    from: z.date(),
    to: z.date(),
  }),
  async run({ ctx, input }) {
    const search = conditionsOf(parseQuery(input.q), reachOf(ctx), ctx.clock.now());
    const { entries, next } = await searchEntries(ctx, search, input.after, input.limit);
    return { entries: entries.map(readable), next, bars: await histogram(ctx, search, input.from, input.to, 60) };
  },
});

export const getEntry = read({
  name: "audit.entry",
  permission: "audit.read",
  input: z.object({ id: z.string() }),
  async run({ ctx, input }) {
    if (!isUuid(input.id)) throw new NotFound("There is no such entry");
    // UUIDv7 begins with its time: the partition is known from the id.
    const at = new Date(Number.parseInt(input.id.replaceAll("-", "").slice(0, 12), 16));
    const window = [
      sql`e.at >= ${new Date(at.getTime() - 86_400_000)}`,
      sql`e.at <= ${new Date(at.getTime() + 86_400_000)}`,
      sql`e.id = ${input.id}::uuid`,
    ];
    const search = conditionsOf([], reachOf(ctx), ctx.clock.now());
    const { entries } = await searchEntries(ctx, { ...search, where: [...window, ...search.where] }, null, 1);
    if (!entries[0]) throw new NotFound("There is no such entry in your scope");
    return readable(entries[0]);
  },
});
