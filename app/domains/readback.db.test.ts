import { beforeAll, describe, expect, it } from "vitest";
import "./creators.server.ts";
import "./resources.ts";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { cellText } from "~/resources/cell-text.ts";
import { schemaOf, writable, type Field, type Resource } from "~/resources/define.ts";
import { exportRows } from "~/resources/export.server.ts";
import { asTyped } from "~/resources/form-fields.tsx";
import { parseCsv, type Parsed } from "~/resources/import-file.ts";
import { importRows } from "~/resources/import-rows.server.ts";
import { readQuery } from "~/resources/query.ts";
import { allResources, resourceNamed } from "~/resources/registry.ts";
import { SCALE } from "~/resources/scale.ts";
import { create, get, list, update } from "~/resources/verbs.server.ts";

// Breaks when a field is shown, exported, filtered or read by another unit or spelling than it is kept in.
const db = testDatabase();
let college: string;
let boss: Ctx;

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), inTenants(college));
});

const made = allResources().filter((resource) => resource.write !== null && resource.tenantColumn !== "id");
const others = allResources().filter((resource) => !made.includes(resource));

let n = 0;

/** What a person may type into a field, other each time: long numbers, fractions, quotes, signs that spreadsheets run. */
async function typedFor(resource: Resource, field: Field): Promise<string> {
  n++;
  const between = (value: number) => Math.max(field.min ?? 0, Math.min(value, field.max ?? Number.MAX_SAFE_INTEGER));
  switch (field.kind) {
    case "text":
      if (field.key === "currency") return "EUR";
      if (field.key === "address" && resource.name === "event_subscription") return `https://readback.example/${n}`;
      if (field.key === "recurrencePattern") return `${n % 60} 9 * * 1`;
      if (field.pattern) return `person.${n}@readback.example`;
      return `${n % 2 ? "=" : "+"}${n} "quoted", it's one; ü`;
    case "longtext":
      return `-first ${n}\nsecond, "line"`;
    case "int":
      return String(between(1234 + n));
    case "hundredths":
    case "thousandths":
      return asTyped({ ...field, filter: null }, between(3647 + n));
    case "money":
      return asTyped({ ...field, filter: null }, between(123_456 + n));
    case "bool":
      return n % 2 ? "yes" : "no";
    case "date":
      return `2026-02-${String((n % 28) + 1).padStart(2, "0")}`;
    case "moment":
      if (field.key === "endDateTime") return `2031-03-${String((n % 28) + 1).padStart(2, "0")}T04:05`;
      // To come: a certificate may not expire before it is issued.
      return `2031-02-${String((n % 28) + 1).padStart(2, "0")}T04:05`;
    case "choice":
      // The channel that takes an address.
      if (field.key === "channel" && resource.name === "event_subscription") return "WEBHOOK";
      return (field.accepts ?? field.options)!.at(n % (field.accepts ?? field.options)!.length)!;
    case "list":
      return `one, ${n}\ntwo "quoted"`;
    case "json":
      return `{"words": ["one", ${n}], "deep": {"yes": true}}`;
    case "ref":
      return parentFor(resource, field);
    case "id":
      return crypto.randomUUID();
  }
}

/** A fresh row for each reference, so that no unique key stands in the way. */
async function parentFor(resource: Resource, field: Field): Promise<string> {
  const to = resourceNamed(field.to!);
  if (!made.includes(to)) return raw(to);
  return (await makeByForm(to, resource.name === "enrollment" ? { role: "STUDENT", status: "ACTIVE" } : {})).id;
}

async function makeByForm(
  resource: Resource,
  given: Record<string, string> = {},
  whole = false,
): Promise<{ id: string; typed: Record<string, string> }> {
  const typed: Record<string, string> = {};
  for (const field of writable(resource)) {
    // Parents of parents only where there must be some.
    if (field.kind === "ref" && !field.required && !whole) continue;
    typed[field.key] = given[field.key] ?? (await typedFor(resource, field));
  }
  return { id: (await create({ ctx: boss, input: { resource: resource.name, values: typed } })).id, typed };
}

const JSON_KINDS = new Set(["json", "list"]);

/** A row that only verbs or the platform make, with a known value in each column. */
async function raw(resource: Resource): Promise<string> {
  const columns = await db.owner.query<{ name: string; type: string; needed: boolean }>(
    `select column_name as name, udt_name as type, is_nullable = 'NO' and column_default is null as needed
     from information_schema.columns where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'`,
    [resource.name],
  );
  const id = resource.tenantColumn === "id" ? (await makeCollege(db.owner)).id : crypto.randomUUID();
  if (resource.tenantColumn === "id") return id;
  const row: Record<string, unknown> = { id, college_id: college };
  for (const { name, type, needed } of columns.rows) {
    const field = resource.fields.find((field) => field.column === name);
    if (name in row || ["created_at", "updated_at", "deleted_at"].includes(name) || (!field && !needed)) continue;
    n++;
    if (name === "first_attempt_id") row[name] = "00000000-0000-7000-8000-000000000001";
    else if (type === "uuid") row[name] = crypto.randomUUID();
    else if (name === "end_time") row[name] = "2099-01-01T00:00:00Z";
    else if (name === "recorded_by" || name === "approved_by") continue;
    else if (field?.options) row[name] = field.options[0];
    else if (/^(int|float)/.test(type))
      row[name] =
        {
          total_marks: 4800,
          max_attempts: 3,
          marks: 100,
          round: 2,
          duration_minutes: 90,
          review_threshold: 40,
          progress_percent: 40,
          completion_percentage: 40,
          mastery_level: 40,
        }[name] ?? 3600 + n;
    else if (type === "bool") row[name] = true;
    else if (type === "timestamptz") row[name] = "2026-02-03T04:05:00Z";
    else if (type === "date") row[name] = "2026-02-03";
    else if (type === "jsonb") row[name] = { a: [n] };
    else if (type === "_text") row[name] = ["one", `two ${n}`];
    else row[name] = name === "currency" ? "EUR" : name === "email" ? "a@b.example" : `text ${n}`;
  }
  await db.owner.query("set session_replication_role = replica");
  const names = Object.keys(row).map((name) => `"${name}"`);
  await db.owner.query(
    `insert into ${resource.table} (${names.join(", ")}) select ${names.join(", ")} from jsonb_populate_record(null::${resource.table}, $1)`,
    [JSON.stringify(row)],
  );
  await db.owner.query("set session_replication_role = origin");
  return id;
}

/** Read from the cell and typed again. */
function readAgain(field: Field, value: unknown, currency: unknown): unknown {
  const text = cellText({ field, value, currency });
  if (field.kind === "moment") return text === "" ? null : toSecond(text);
  const parsed = schemaOf({ ...field, required: false, accepts: undefined }).safeParse(
    field.kind === "money" ? text.replace(/^[A-Z]{3}\u00a0/, "") : text,
  );
  if (!parsed.success) return `${text}: ${parsed.error.issues[0]!.message}`;
  return field.kind === "json" && typeof parsed.data === "string" ? JSON.parse(parsed.data) : parsed.data;
}

const asKept = (field: Field, value: unknown): unknown =>
  value === null || value === undefined || value === ""
    ? field.kind === "list"
      ? []
      : null
    : field.kind === "moment"
      ? toSecond(String(value))
      : value;

/** What a person reads of a moment. */
const toSecond = (value: string) => new Date(value).toISOString().replace(/\.\d+/, "");

async function exported(resource: Resource, id: string): Promise<Parsed> {
  const stream = await exportRows(boss, resource, readQuery(resource, new URLSearchParams()), "csv");
  const { header, lines } = await parseCsv(Buffer.from(await new Response(stream).text()));
  return { header: header.map((_, index) => `${index}`), lines: lines.filter((line) => line.cells[0] === id) };
}

describe("every field is read back as it was typed", () => {
  it.each(made.map((resource) => [resource.name, resource] as const))(
    "%s: form, cell, edit, filter, export, import",
    async (_name, resource) => {
      const { id, typed } = await makeByForm(resource, {}, true);
      const before = (await get({ ctx: boss, input: { resource: resource.name, id } })).row;
      for (const field of writable(resource)) {
        if (!(field.key in typed)) continue;
        const wanted = schemaOf(field).parse(typed[field.key]);
        const kept = before.values[field.key];
        if (field.kind === "json") expect(kept, field.key).toEqual(JSON.parse(typed[field.key]!));
        else if (field.kind === "moment") expect(new Date(String(kept)), field.key).toEqual(wanted);
        else expect(kept, field.key).toEqual(wanted);
      }
      for (const field of resource.fields)
        if (field.kind !== "ref" && field.kind !== "id")
          expect(readAgain(field, before.values[field.key], before.values["currency"]), `${field.key} from its cell`).toEqual(
            asKept(field, before.values[field.key]),
          );
      for (const key of resource.filters) {
        const field = resource.fields.find((field) => field.key === key)!;
        const value = asTyped({ ...field, filter: null }, before.values[key]);
        if (value === "") continue;
        const found = await list({
          ctx: boss,
          input: {
            resource: resource.name,
            query: readQuery(resource, new URLSearchParams({ [`f.${key}`]: value, limit: "500" })),
          },
        });
        expect(
          found.rows.map((row) => row.id),
          `filter ${key}`,
        ).toContain(id);
      }

      // An edit that changes nothing leaves every value as it is.
      const form = Object.fromEntries(
        writable(resource)
          .filter((field) => !field.fixed && (field.kind !== "bool" || before.values[field.key] === true))
          .map((field) => [
            field.key,
            field.kind === "bool" ? "on" : asTyped({ ...field, filter: null }, before.values[field.key]),
          ]),
      );
      // What is issued, like a certificate, has nothing that an edit may touch.
      if (Object.keys(form).length > 0)
        await update({ ctx: boss, input: { resource: resource.name, id, version: before.version, values: form } });
      const after = (await get({ ctx: boss, input: { resource: resource.name, id } })).row;
      const same = (values: Record<string, unknown>) =>
        Object.fromEntries(writable(resource).map((field) => [field.key, asKept(field, values[field.key])]));
      expect(same(after.values)).toEqual(same(before.values));

      // Out by the export and in again, where the row itself has gone.
      const file = await exported(resource, id);
      expect(file.lines).toHaveLength(1);
      await db.owner.query(`delete from ${resource.table} where id = $1`, [id]);
      const mapping = Object.fromEntries(
        writable(resource).map((field) => [field.key, String(2 + resource.fields.indexOf(field))]),
      );
      const outcome = await importRows(boss, resource, college, file, mapping, { dry: false }, async () => undefined);
      expect(outcome.errors).toEqual([]);
      const newest = await list({
        ctx: boss,
        input: { resource: resource.name, query: readQuery(resource, new URLSearchParams("limit=25")) },
      });
      const again = (await get({ ctx: boss, input: { resource: resource.name, id: newest.rows[0]!.id } })).row;
      expect(same(again.values)).toEqual(same(before.values));
    },
  );

  it.each(others.map((resource) => [resource.name, resource] as const))("%s: cell and export", async (_name, resource) => {
    const id = await raw(resource);
    const ctx = resource.tenantColumn === "id" ? ctxFor(boss.actor, everywhere) : boss;
    const { row } = await get({ ctx, input: { resource: resource.name, id } });
    const stream = await exportRows(ctx, resource, readQuery(resource, new URLSearchParams()), "csv");
    const { lines } = await parseCsv(Buffer.from(await new Response(stream).text()));
    const cells = lines.find((line) => line.cells[0] === id)!.cells;
    for (const [index, field] of resource.fields.entries()) {
      if (field.kind === "ref" || field.kind === "id") continue;
      const kept = asKept(field, row.values[field.key]);
      expect(readAgain(field, row.values[field.key], row.values["currency"]), `${field.key} from its cell`).toEqual(kept);
      const parsed = schemaOf({ ...field, required: false, accepts: undefined }).parse(cells[2 + index] ?? "");
      const read = field.kind === "moment" && parsed ? toSecond((parsed as Date).toISOString()) : parsed;
      expect(JSON_KINDS.has(field.kind) && typeof read === "string" ? JSON.parse(read) : read, `${field.key} exported`).toEqual(
        field.kind in SCALE && kept !== null ? Number(kept) : kept,
      );
    }
  });
});
