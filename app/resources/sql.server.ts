import { z } from "zod";
import type { Scope, TxCtx } from "~/db/ctx.ts";
import { cache } from "~/db/cache.server.ts";
import { cursorOf, orderOf, past, placeOf, type Keyset } from "~/db/keyset.ts";
import { firstRow, rows } from "~/db/query.ts";
import { and, empty, ident, raw, sql, type Sql } from "~/db/sql.ts";
import { Invalid } from "~/platform/errors.ts";
import { isUuid } from "~/platform/ids.ts";
import { fieldOf, schemaOf, type Field, type Resource, type Sort } from "./define.ts";
import type { Everywhere, Filter, ListQuery } from "./query.ts";

export type Row = { id: string; collegeId: string; version: string; cursor: string; values: Record<string, unknown> };

const rowSchema = z.object({
  id: z.string(),
  college_id: z.string(),
  version: z.string(),
  sort_value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  values: z.record(z.string(), z.unknown()),
});

const column = (name: string) => sql`t.${ident(name)}`;

/** What a field holds in the row `t`: its column, or what is computed from the row. */
export const fieldSql = (field: Field): Sql => (field.computed ? raw(`(${field.computed})`) : column(field.column));

/** A typed value of a filter, or a refusal in words. */
function typed(field: Field, value: string): unknown {
  if (field.kind === "ref" || field.kind === "id") {
    if (!isUuid(value)) throw new Invalid(`${field.label}: “${value.slice(0, 60)}” is not an id`);
    return value;
  }
  // A list may be asked for what is stored, also where it is not accepted any more.
  const parsed = schemaOf({ ...field, accepts: undefined }).safeParse(value);
  if (!parsed.success) throw new Invalid(`${field.label}: ${parsed.error.issues[0]!.message}`);
  return parsed.data;
}

const CASTS: Partial<Record<Field["kind"], string>> = {
  ref: "uuid",
  id: "uuid",
  int: "bigint",
  money: "bigint",
  hundredths: "bigint",
  thousandths: "bigint",
  bool: "boolean",
  date: "date",
  moment: "timestamptz",
};

/** int4 columns compare with int4, so that the comparison stays an index condition. */
const cast = (field: Field) => raw(`::${CASTS[field.kind] ?? "text"}`);

function condition(resource: Resource, filter: Filter): Sql {
  const field = fieldOf(resource, filter.field)!;
  const name = column(field.column);
  switch (filter.op) {
    case "empty":
      return sql`${name} is null`;
    case "set":
      return sql`${name} is not null`;
    case "in":
      return sql`${name} = any (${filter.value.split(",").map((part) => typed(field, part))}::text[])`;
    case "not":
      return sql`${name} <> ${typed(field, filter.value)}${cast(field)}`;
    case "from":
      return sql`${name} >= ${typed(field, filter.value)}${cast(field)}`;
    case "to":
      return sql`${name} <= ${typed(field, filter.value)}${cast(field)}`;
    case "is":
      return sql`${name} = ${typed(field, filter.value)}${cast(field)}`;
  }
}

const like = (text: string) => `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;

const DAY_MS = 86_400_000;

/** The least id that can be made on a day: an id begins with its time, so that the key finds what was created when. */
function firstIdOf(day: string, daysLater: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(at.getTime()) || at.getTime() < 0)
    throw new Invalid(`Created: “${day.slice(0, 60)}” is not a date, such as 2026-11-01`);
  const time = (at.getTime() + daysLater * DAY_MS).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** What can be asked of every list. */
function ofEvery(resource: Resource, { tenant, created }: Everywhere): Sql[] {
  if (tenant !== null && !isUuid(tenant)) throw new Invalid("This tenant is not known. Choose one of the list");
  return [
    ...(tenant === null ? [] : [sql`t.${ident(resource.tenantColumn)} = ${tenant}::uuid`]),
    ...(created.from === null ? [] : [sql`t.id >= ${firstIdOf(created.from, 0)}::uuid`]),
    ...(created.to === null ? [] : [sql`t.id < ${firstIdOf(created.to, 1)}::uuid`]),
  ];
}

/** Everything that says which rows, apart from whose they are and where in them one is. */
export function conditions(resource: Resource, query: Pick<ListQuery, "filters" | "tenant" | "created" | "q" | "trash">): Sql[] {
  const parts = [...query.filters.map((filter) => condition(resource, filter)), ...ofEvery(resource, query)];
  if (resource.softDelete) parts.push(query.trash ? sql`t.deleted_at is not null` : sql`t.deleted_at is null`);
  if (query.q && resource.search) {
    // A view of the reader role filters by scope itself: only there may ILIKE be an index condition.
    parts.push(sql`t.id in (select s.id from public.${ident(resource.search.view)} s where s.haystack ilike ${like(query.q)})`);
  } else if (query.q) {
    const title = fieldOf(resource, resource.title)!;
    parts.push(
      isUuid(query.q)
        ? sql`t.id = ${query.q}::uuid`
        : title.kind === "text"
          ? sql`${column(title.column)} = ${query.q}`
          : sql`false`,
    );
  }
  return parts;
}

const TYPES: Partial<Record<Field["kind"], Keyset["type"]>> = {
  moment: "timestamptz",
  date: "date",
  int: "bigint",
  money: "bigint",
  hundredths: "bigint",
  thousandths: "bigint",
};

const sortField = (resource: Resource, sort: Sort): Field | null => (sort.field ? fieldOf(resource, sort.field)! : null);

function keysetOf(resource: Resource, sort: Sort, descending: boolean): Keyset {
  const field = sortField(resource, sort);
  const id = sql`t.id`;
  return field ? { by: column(field.column), type: TYPES[field.kind], id, descending } : { id, descending };
}

/** All of a row's fields as one JSON object, keyed as the resource names them. */
export function valuesOf(resource: Resource, keys: readonly string[]): Sql {
  const fields = keys.map((key) => fieldOf(resource, key)).filter((field) => field !== undefined);
  const pairs = fields.map((field) => {
    const name = fieldSql(field);
    return sql`${raw(`'${field.key}'`)}, ${field.kind === "date" ? sql`to_char(${name}, 'YYYY-MM-DD')` : name}`;
  });
  return sql`
    jsonb_build_object(${pairs.reduce((all, pair, index) => (index === 0 ? pair : sql`${all}, ${pair}`), empty)})`;
}

/**
 * The three shapes. One tenant: its id beside the filter, so that a tenant's index serves filter and order together.
 * Several, or all with a filter or an order of one's own: each tenant's first rows, merged. All, newest first: the key.
 * Of n rows that come first, none is of a tenant whose own first row is not among the n best first rows: with hundreds of
 * tenants only those few are asked for more than one.
 */
function shaped(resource: Resource, scope: Scope, where: Sql[], sorted: { by: Sql; limit: number }, plain: boolean): Sql {
  const tail = sql`${sorted.by} limit ${sorted.limit}`;
  const table = raw(resource.table);
  const pick = sql`t.*, t.xmin::text as version`;
  const tenant = ident(resource.tenantColumn);
  if (resource.tenantColumn === "id" || (scope.kind === "all" && plain))
    return sql`select ${pick} from ${table} t where ${and(where)} ${tail}`;
  if (scope.kind === "tenants" && scope.ids.length === 1)
    return sql`select ${pick} from ${table} t where t.${tenant} = ${scope.ids[0]}::uuid and ${and(where)} ${tail}`;
  const tenants = scope.kind === "tenants" ? sql`unnest(${[...scope.ids]}::uuid[])` : sql`(select id from public.college)`;
  const heads = sql`
    (
      select t.${tenant} as id
      from ${tenants} as c(id)
        cross join lateral (
          select t.*
          from ${table} t
          where t.${tenant} = c.id and ${and(where)} ${sorted.by}
          limit 1
        ) t ${tail}
    )`;
  return sql`
    select x.*
    from ${heads} as h
      cross join lateral (select ${pick} from ${table} t where t.${tenant} = h.id and ${and(where)} ${tail}) x`;
}

export type Page = { rows: Row[]; next: string | null; previous: string | null };

/** One page, forwards or backwards, from a place that stays where it is while rows come and go. */
export async function listRows(ctx: TxCtx, resource: Resource, query: ListQuery, keys: readonly string[]): Promise<Page> {
  const { statement, field, backwards } = listStatement(resource, ctx.scope, query, keys);
  const found = await rows(ctx.tx, statement, rowSchema);
  const more = found.length > query.limit;
  const shown = found.slice(0, query.limit);
  if (backwards) shown.reverse();
  const result = shown.map((row): Row => ({
    id: row.id,
    collegeId: row.college_id,
    version: row.version,
    cursor: cursorOf(field ? row.sort_value : null, row.id),
    values: row.values,
  }));
  const first = result[0]?.cursor ?? null;
  const last = result.at(-1)?.cursor ?? null;
  return {
    rows: result,
    next: (backwards ? query.before !== null : more) ? last : null,
    previous: (backwards ? more : query.after !== null) ? first : null,
  };
}

export function listStatement(
  resource: Resource,
  scope: Scope,
  query: ListQuery,
  keys: readonly string[],
): { statement: Sql; field: Field | null; backwards: boolean } {
  const backwards = query.before !== null;
  const descending = (query.sort.descending ?? false) !== backwards;
  const place = query.before ?? query.after;
  const where = conditions(resource, query);
  const keyset = keysetOf(resource, query.sort, descending);
  if (place) where.push(past(keyset, placeOf(keyset, place)));
  const field = sortField(resource, query.sort);
  // A handful of found people is sorted, not walked to.
  const sorted = { by: orderOf(keyset), limit: query.limit + 1 };
  // Of one tenant alone is as for who sees one alone: what may be seen, row security decides.
  const within: Scope = query.tenant && scope.kind === "all" ? { kind: "tenants", ids: [query.tenant] } : scope;
  const inner = shaped(resource, within, where, sorted, !field && query.filters.length === 0);
  const tenantId = resource.tenantColumn === "id" ? sql`t.id` : sql`t.college_id`;
  const sortValue = field
    ? field.kind === "moment"
      ? sql`t.${ident(field.column)}::text`
      : sql`t.${ident(field.column)}`
    : sql`null::text`;
  return {
    statement: sql`
      select t.id, ${tenantId} as college_id, t.version, to_jsonb(${sortValue}) as sort_value,
             ${valuesOf(resource, keys)} as
      values
      from (${inner}) t ${sorted.by}
      limit ${sorted.limit}`,
    field,
    backwards,
  };
}

/** Counting stops here while nobody has asked for more. */
const COUNTED = 1000;
/** An estimate is none the worse for being that old, and whoever turns pages does not wait for it again. */
const ESTIMATE_TTL_MS = 20_000;

const counted = z.object({ n: z.number() });
const planned = z.object({ "QUERY PLAN": z.array(z.object({ Plan: z.object({ "Plan Rows": z.number() }) })) });

/** How many: counted while they are few, else from the planner's statistics and said to be an estimate; all when asked. */
export async function countRows(ctx: TxCtx, resource: Resource, query: ListQuery): Promise<{ n: number; exact: boolean }> {
  const where = conditions(resource, query);
  const tenant =
    ctx.scope.kind === "tenants" && resource.tenantColumn !== "id"
      ? sql`and t.college_id = any (${[...ctx.scope.ids]}::uuid[])`
      : empty;
  const visible = sql`from ${raw(resource.table)} t where ${and(where)}`;
  const from = sql`${visible} ${tenant}`;
  if (query.exact) return { n: (await firstRow(ctx.tx, sql`select count(*)::int as n ${from}`, counted))!.n, exact: true };
  const few = async () =>
    (await firstRow(ctx.tx, sql`select count(*)::int as n from (select 1 ${from} limit ${COUNTED + 1}) x`, counted))!.n;
  let n = 0;
  const many = await cache.get(ctx, {
    key: `count ${resource.name} ${JSON.stringify([query.filters, query.q, query.trash])}`,
    of: [resource.table.replaceAll(/^.*\.|"/g, "")],
    ttlMs: ESTIMATE_TTL_MS,
    async read() {
      n = await few();
      if (n <= COUNTED) return null;
      // The policy is estimated by itself: the same condition beside it would count twice.
      const plan = await firstRow(ctx.tx, sql`explain (format json) select 1 ${visible}`, planned);
      return Math.max(plan!["QUERY PLAN"][0]!.Plan["Plan Rows"], n);
    },
  });
  if (many !== null) return { n: many, exact: false };
  // What is exact is counted each time: a row that has just been made is in it.
  n ||= await few();
  return { n, exact: n <= COUNTED };
}

export async function findRow(ctx: TxCtx, resource: Resource, id: string, lock = false): Promise<Row | null> {
  if (!isUuid(id)) return null;
  const tenantId = resource.tenantColumn === "id" ? sql`t.id` : sql`t.college_id`;
  const row = await firstRow(
    ctx.tx,
    sql`select t.id, ${tenantId} as college_id, t.xmin::text as version, null as sort_value, ${valuesOf(
      resource,
      resource.fields.map((field) => field.key),
    )} as values
        from ${raw(resource.table)} t where t.id = ${id}::uuid ${lock ? sql`for update` : empty}`,
    rowSchema,
  );
  return row ? { id: row.id, collegeId: row.college_id, version: row.version, cursor: "", values: row.values } : null;
}
