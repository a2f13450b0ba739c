import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { ident, join, raw, sql, type Sql } from "~/db/sql.ts";
import { Conflict, Forbidden, Invalid, NotFound, type FieldErrors } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { creatorOf } from "./creators.server.ts";
import { fieldOf, schemaOf, writable, writableBy, type Field, type Resource } from "./define.ts";
import { labelsFor, resolveRef, titlesOf } from "./labels.server.ts";
import type { ListQuery } from "./query.ts";
import { resourceNamed } from "./registry.ts";
import { ofResource } from "./rights.ts";
import { countRows, findRow, listRows, type Row } from "./sql.server.ts";
import { trashRows } from "./trash.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

const named = z.object({ resource: z.string().max(80) });

export const list = read({
  name: "resources.list",
  permission: ofResource("read"),
  input: z.object({ resource: z.string(), query: z.custom<ListQuery>() }),
  async run({ ctx, input }) {
    const resource = resourceNamed(input.resource);
    // An amount without its currency says nothing.
    const currency = fieldOf(resource, "currency") ? ["currency"] : [];
    const keys = [...new Set([resource.title, ...input.query.columns, ...currency])];
    const page = await listRows(ctx, resource, input.query, keys);
    return {
      ...page,
      labels: await labelsFor(ctx, resource, keys, page.rows),
      count: await countRows(ctx, resource, input.query),
    };
  },
});

export const get = read({
  name: "resources.get",
  permission: ofResource("read"),
  input: named.extend({ id: z.string() }),
  async run({ ctx, input }) {
    const resource = resourceNamed(input.resource);
    const row = await findRow(ctx, resource, input.id);
    if (!row) throw new NotFound(`${resource.one} not found`);
    const title = (await titlesOf(ctx, resource, [row.id]))[row.id] ?? row.id;
    return {
      row,
      title,
      labels: await labelsFor(
        ctx,
        resource,
        resource.fields.map((field) => field.key),
        [row],
      ),
      deletedAt: await deletedAt(ctx, resource, row.id),
    };
  },
});

async function deletedAt(ctx: TxCtx, resource: Resource, id: string): Promise<Date | null> {
  if (!resource.softDelete) return null;
  const row = await firstRow(
    ctx.tx,
    sql`select deleted_at from ${raw(resource.table)} where id = ${id}::uuid`,
    z.object({ deleted_at: z.date().nullable() }),
  );
  return row?.deleted_at ?? null;
}

/** What was typed, as columns: every field by its own schema, references found by id, e-mail, number or name. */
async function parseFields(
  ctx: TxCtx,
  resource: Resource,
  collegeId: string,
  typed: Record<string, string>,
  only?: readonly string[],
): Promise<Map<Field, unknown>> {
  const values = new Map<Field, unknown>();
  const errors: FieldErrors = {};
  const mine = writableBy(resource, ctx.actor.role);
  const kept = writable(resource).filter((field) => !mine.includes(field) && field.key in typed);
  if (kept.length > 0)
    throw new Forbidden(
      `Your role may not change ${kept.map((field) => field.label).join(", ")} of ${resource.one.toLowerCase()}s`,
    );
  for (const field of mine) {
    if (only && !only.includes(field.key)) continue;
    const given = typed[field.key];
    if (given === undefined && only === undefined && field.kind !== "bool" && !field.required) continue;
    const parsed = schemaOf(field).safeParse(given ?? "");
    if (!parsed.success) {
      errors[field.key] = parsed.error.issues.map((issue) => issue.message);
      continue;
    }
    let value = parsed.data;
    if (field.kind === "ref" && typeof value === "string" && field.to) {
      const target = resourceNamed(field.to);
      const hits = (await resolveRef(ctx, target, collegeId, [value])).get(value) ?? [];
      if (hits.length !== 1) {
        errors[field.key] = [
          hits.length === 0
            ? `There is no ${target.one.toLowerCase()} “${value.slice(0, 80)}” in this tenant`
            : `Several ${target.many.toLowerCase()} are called “${value.slice(0, 80)}”: use an id or an e-mail`,
        ];
        continue;
      }
      value = hits[0];
    }
    values.set(field, value);
  }
  if (Object.keys(errors).length > 0) throw new Invalid(Object.values(errors)[0]![0]!, errors);
  return values;
}

/** What a form may not say is refused, not dropped: nobody is told "saved" of what was not. */
function refuseKept(resource: Resource, typed: Record<string, string>, when: "create" | "update"): void {
  const errors: FieldErrors = {};
  for (const field of resource.fields) {
    if (!(field.key in typed)) continue;
    if (field.readOnly) errors[field.key] = [`${field.label} is set by the console. Leave it out`];
    else if (when === "update" && field.fixed) errors[field.key] = [`${field.label} can't be changed: it was set on creation`];
  }
  if (Object.keys(errors).length > 0) throw new Invalid(Object.values(errors)[0]![0]!, errors);
}

/** Which tenant a new row belongs to: the chosen one, which must be in scope (the database would refuse it anyway). */
function tenantFor(ctx: TxCtx, given: string | undefined): string {
  if (given) return given;
  if (ctx.scope.kind === "tenants" && ctx.scope.ids.length === 1) return ctx.scope.ids[0]!;
  throw new Invalid("Choose a tenant", { collegeId: ["Choose a tenant"] });
}

const columnsOf = (values: Map<Field, unknown>) => [...values.keys()].map((field) => ident(field.column));

const plainValues = (values: Map<Field, unknown>) => Object.fromEntries([...values].map(([field, value]) => [field.key, value]));

const cells = (values: Map<Field, unknown>): Sql[] => [...values.values()].map((value) => sql`${value}`);

async function insertRow(ctx: TxCtx, resource: Resource, collegeId: string, values: Map<Field, unknown>): Promise<string> {
  const id = newId(ctx.clock.now().getTime());
  // A field left empty takes the column's default.
  const given = new Map([...values].filter(([, value]) => value !== null));
  const comma = given.size > 0 ? raw(", ") : raw("");
  await execute(
    ctx.tx,
    sql`insert into ${raw(resource.table)} (id, college_id${comma}${join(columnsOf(given))})
        values (${id}::uuid, ${collegeId}::uuid${comma}${join(cells(given))})`,
  );
  return id;
}

export const create = mutation({
  name: "resources.create",
  permission: ofResource("write"),
  input: named.extend({ collegeId: z.uuid().optional(), values: z.record(z.string(), z.string()) }),
  async run({ ctx, input }) {
    const resource = resourceNamed(input.resource);
    if (resource.tenantColumn === "id") throw new Forbidden("Create a tenant on the Tenants page, with its first manager");
    const collegeId = tenantFor(ctx, input.collegeId);
    refuseKept(resource, input.values, "create");
    const values = await parseFields(ctx, resource, collegeId, input.values);
    if (resource.createdByVerb) return { id: await creatorOf(resource.name)({ ctx, collegeId, values: plainValues(values) }) };
    const id = await insertRow(ctx, resource, collegeId, values);
    await record(ctx, {
      action: `${resource.name}.create`,
      resource: resource.name,
      resourceId: id,
      collegeId,
      after: plainValues(values),
    });
    return { id };
  },
});

export const update = mutation({
  name: "resources.update",
  permission: ofResource("write"),
  input: named.extend({ id: z.uuid(), version: z.string(), values: z.record(z.string(), z.string()) }),
  async run({ ctx, input }) {
    const resource = resourceNamed(input.resource);
    const before = await findRow(ctx, resource, input.id, true);
    if (!before) throw new NotFound(`${resource.one} not found`);
    refuseKept(resource, input.values, "update");
    const only = writableBy(resource, ctx.actor.role)
      .filter((field) => !field.fixed)
      .map((field) => field.key)
      .filter((key) => key in input.values || fieldOf(resource, key)?.kind === "bool");
    const values = await parseFields(ctx, resource, before.collegeId, input.values, only);
    if (before.version !== input.version) {
      const theirs = Object.fromEntries([...values.keys()].map((field) => [field.key, before.values[field.key] ?? null]));
      throw new Conflict("Someone else has changed this since you opened it. Compare both versions and choose.", {
        version: before.version,
        theirs,
      });
    }
    if (values.size === 0) throw new Invalid("Nothing to change");
    // An emptied field is as if it had never been filled: the column's default, which is null where it has none.
    const sets = [...values].map(
      ([field, value]) => sql`
      ${ident(field.column)} = ${value === null ? raw("default") : value}`,
    );
    await execute(
      ctx.tx,
      sql`update ${raw(resource.table)} set ${join(sets)}, updated_at = ${ctx.clock.now()} where id = ${input.id}::uuid`,
    );
    await record(ctx, {
      action: `${resource.name}.update`,
      resource: resource.name,
      resourceId: input.id,
      collegeId: before.collegeId,
      before: pick(before, values),
      after: plainValues(values),
    });
  },
});

const pick = (row: Row, values: Map<Field, unknown>) =>
  Object.fromEntries([...values.keys()].map((field) => [field.key, row.values[field.key] ?? null]));

/** Which rows would go with this one, or hold it back: counted, before anyone confirms. */
export const consequences = read({
  name: "resources.consequences",
  permission: ofResource("read"),
  input: named.extend({ id: z.uuid() }),
  async run({ ctx, input }) {
    const resource = resourceNamed(input.resource);
    const keys = await rows(
      ctx.tx,
      sql`select k.conrelid::regclass::text as table, k.confdeltype::text as rule,
                 (
                   select a.attname
                   from unnest(k.conkey) n
                     join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n
                   where a.attname <> 'college_id'
                   limit 1
                 ) as column
          from pg_constraint k
          where k.contype = 'f' and k.confrelid = ${resource.table}::regclass`,
      z.object({ table: z.string(), rule: z.string(), column: z.string().nullable() }),
    );
    const found: { table: string; n: number; goes: boolean }[] = [];
    for (const key of keys) {
      if (!key.column) continue;
      const counted = await firstRow(
        ctx.tx,
        sql`select count(*)::int as n
            from (select 1 from ${raw(key.table)} where ${ident(key.column)} = ${input.id}::uuid limit 10000) x`,
        z.object({ n: z.number() }),
      );
      if (counted!.n > 0)
        found.push({ table: key.table.replaceAll('"', "").replace(/^public\./, ""), n: counted!.n, goes: key.rule === "c" });
    }
    return found.sort((a, b) => b.n - a.n);
  },
});

async function touch(ctx: TxCtx, resource: Resource, id: string): Promise<Row> {
  const row = await findRow(ctx, resource, id, true);
  if (!row) throw new NotFound(`${resource.one} not found`);
  return row;
}

/** Into the trash where there is one; where there is none, for good. */
export const remove = mutation({
  name: "resources.remove",
  permission: ofResource("remove"),
  stepUp: true,
  input: named.extend({
    id: z.uuid(),
    reason: reasonField,
    purge: z.boolean().default(false),
  }),
  async run({ ctx, input }) {
    const resource = resourceNamed(input.resource);
    const row = await touch(ctx, resource, input.id);
    if (resource.softDelete && !input.purge) {
      const gone = await trashRows(ctx, resource, [input.id], input.reason);
      if (gone.length === 0) throw new Conflict("This is already in the trash");
      return { trashed: true };
    }
    if (resource.softDelete) {
      const trashed = await firstRow(
        ctx.tx,
        sql`select deleted_at is not null as yes from ${raw(resource.table)} where id = ${input.id}::uuid`,
        z.object({ yes: z.boolean() }),
      );
      if (!trashed?.yes) throw new Conflict("Only records in the trash can be purged");
    }
    await execute(ctx.tx, sql`delete from ${raw(resource.table)} where id = ${input.id}::uuid`);
    await record(ctx, {
      action: `${resource.name}.purge`,
      resource: resource.name,
      resourceId: input.id,
      collegeId: row.collegeId,
      reason: input.reason,
      before: row.values,
      after: null,
    });
    return { trashed: false };
  },
});

export const restore = mutation({
  name: "resources.restore",
  permission: ofResource("remove"),
  input: named.extend({ id: z.uuid() }),
  async run({ ctx, input }) {
    const resource = resourceNamed(input.resource);
    const row = await touch(ctx, resource, input.id);
    if (!resource.softDelete) throw new Invalid(`${resource.many} have no trash`);
    const changed = await execute(
      ctx.tx,
      sql`update ${raw(resource.table)}
          set deleted_at = null, updated_at = ${ctx.clock.now()}
          where id = ${input.id}::uuid and deleted_at is not null`,
    );
    if (changed === 0) throw new Conflict("This is not in the trash");
    await record(ctx, {
      action: `${resource.name}.restore`,
      resource: resource.name,
      resourceId: input.id,
      collegeId: row.collegeId,
    });
  },
});

/** A few rows that a person may mean, for the reference widget. */
export const suggest = read({
  name: "resources.suggest",
  permission: ofResource("read"),
  input: named.extend({ q: z.string().max(100) }),
  async run({ ctx, input }) {
    const resource = resourceNamed(input.resource);
    const title = fieldOf(resource, resource.title)!;
    if (title.kind !== "text" && title.kind !== "longtext") return [];
    const note = resource.lookup[0] ? fieldOf(resource, resource.lookup[0])! : null;
    const where = resource.search
      ? sql`
        t.id in (
          select s.id
          from public.${ident(resource.search.view)} s
          where s.haystack ilike ${`%${input.q.replaceAll(/[\\%_]/g, "\\$&")}%`}
          limit 20
        )`
      : sql`t.${ident(title.column)} ilike ${`${input.q.replaceAll(/[\\%_]/g, "\\$&")}%`}`;
    return rows(
      ctx.tx,
      sql`select t.id, left(t.${ident(title.column)}, 120) as label,
                 ${note ? sql`t.${ident(note.column)}` : sql`null`} as note
          from ${raw(resource.table)} t
          where ${where} ${resource.softDelete ? sql`and t.deleted_at is null` : sql``}
          limit 20`,
      z.object({ id: z.string(), label: z.string(), note: z.string().nullable() }),
    );
  },
});

/** What a person typed to filter by a reference, as the one id it means, or how many it could mean. */
export const meant = read({
  name: "resources.meant",
  permission: ofResource("read"),
  input: named.extend({ q: z.string().max(100) }),
  async run({ ctx, input }) {
    const found = await suggest({ ctx, input });
    const whole = found.filter((one) => [one.label, one.note].some((text) => text?.toLowerCase() === input.q.toLowerCase()));
    const one = whole.length === 1 ? whole[0] : found.length === 1 ? found[0] : undefined;
    const many = resourceNamed(input.resource).many.toLowerCase();
    if (found.length === 0) return { id: null, says: `No ${many} are called “${input.q}”` };
    const number = found.length >= 20 ? "Many" : String(found.length);
    return { id: one?.id ?? null, says: `${number} ${many} match “${input.q}”: choose one of the suggestions` };
  },
});
