import { z } from "zod";
import { may, type Permission } from "~/access/policy.ts";
import { decimalsOf, SCALE } from "./scale.ts";

/**
 * A resource says once what a table is to people. List, detail, form, import, export and bulk acts follow from it, with no
 * further code. `column` is the name in the database; the key is the name everywhere else.
 */
export type FieldKind =
  | "text"
  | "longtext"
  | "int"
  | "hundredths"
  | "thousandths"
  | "money"
  | "bool"
  | "date"
  | "moment"
  | "choice"
  | "ref"
  | "json"
  | "list"
  | "id";

export type Field = {
  key: string;
  column: string;
  label: string;
  kind: FieldKind;
  required: boolean;
  /** Never changed by a form: kept by verbs, triggers or the platform. */
  readOnly: boolean;
  /** Kept in no column: read by this SQL of the row `t`. */
  computed?: string;
  /** Said when the record is created, and never changed by a form afterwards. */
  fixed?: boolean;
  options?: readonly string[];
  /** Of the options those that have an effect today; the others are shown where they are stored, and not accepted. */
  accepts?: readonly string[];
  /** The resource that a reference points to. */
  to?: string;
  /** The id of a member of staff, who is shown by name. */
  staff?: boolean;
  min?: number;
  max?: number;
  pattern?: { matches: RegExp; says: string };
  hint?: string;
  /** Who may change it, where that is not everybody who may change the row. */
  write?: Permission;
  /** Personal data: left out for roles that may not see it, and masked in exports they make. */
  personal: boolean;
};

type Spec = Omit<Partial<Field>, "key" | "column" | "kind">;

const field =
  (kind: FieldKind) =>
  (column: string, label: string, spec: Spec = {}): Omit<Field, "key"> => ({
    column,
    label,
    kind,
    required: false,
    readOnly: false,
    personal: false,
    ...spec,
  });

export const text = field("text");
export const longText = field("longtext");
export const int = field("int");
/** Kept as hundredths, shown with two decimals: marks, percentages, grades. */
export const hundredths = field("hundredths");
/** Kept as thousandths, shown with three decimals: logarithms, expected numbers. */
export const thousandths = field("thousandths");
export const money = field("money");
export const bool = field("bool");
export const date = field("date");
export const moment = field("moment");
export const json = field("json");
export const list = field("list");
export const plainId = field("id");
export const staffId = (column: string, label: string, spec: Spec = {}) => plainId(column, label, { staff: true, ...spec });
export const choice = (column: string, label: string, options: readonly string[], spec: Spec = {}) =>
  field("choice")(column, label, { options, ...spec });
/** A state that follows from several columns and from what they point to; it is shown and exported, never typed. */
export const computedChoice = (computed: string, label: string, options: readonly string[], spec: Spec = {}) =>
  field("choice")("", label, { options, computed, readOnly: true, ...spec });
export const ref = (to: string, column: string, label: string, spec: Spec = {}) => field("ref")(column, label, { to, ...spec });

export type Sort = { key: string; label: string; field: string | null; descending?: boolean };

export type BulkAct = {
  key: string;
  label: string;
  danger?: boolean;
  /** The one field it sets, with what it may be set to. Without it, a verb of the domain does it (domains/acts). */
  sets?: string;
  /** Who may, where it is not who may change the row's fields. */
  permission?: Permission;
  says: string;
  /** The former values of the row's fields take it back whole. */
  undo?: "fields";
};

export type Resource = {
  name: string;
  table: string;
  one: string;
  many: string;
  /** Of the console (routes/areas), in whose tabs and under whose entry of the navigation it is. */
  area: string;
  read: Permission;
  write: Permission | null;
  /** Who may trash, restore and purge, where that is not who may change its fields. */
  remove: Permission | null;
  fields: Field[];
  /** What a row is called: the field whose value names it. */
  title: string;
  /** Other fields by which people name a row: an e-mail, a roll number, a code. */
  lookup: string[];
  columns: string[];
  filters: string[];
  sorts: Sort[];
  search: { view: string } | null;
  softDelete: boolean;
  tenantColumn: "college_id" | "id";
  bulk: BulkAct[];
  importable: boolean;
  /** Rows come to be by a verb of its domain only (domains/creators): the form, imports and the API all go through it. */
  createdByVerb: boolean;
  /** Where its records have a page of their own; the id follows. */
  page: string;
};

type Definition = {
  name: string;
  table?: string;
  one: string;
  many: string;
  area: Resource["area"];
  read?: Permission;
  write?: Permission | null;
  remove?: Permission | null;
  fields: Record<string, Omit<Field, "key">>;
  title: string;
  lookup?: string[];
  columns: string[];
  filters?: string[];
  sorts?: Sort[];
  search?: string;
  softDelete?: boolean;
  tenantColumn?: Resource["tenantColumn"];
  bulk?: BulkAct[];
  importable?: boolean;
  createdByVerb?: boolean;
  page?: string;
};

const KEPT: Record<string, Omit<Field, "key">> = {
  createdAt: moment("created_at", "Created", { readOnly: true }),
  updatedAt: moment("updated_at", "Changed", { readOnly: true }),
};

export function resource(definition: Definition): Resource {
  const all = { ...definition.fields, ...KEPT };
  const fields = Object.entries(all).map(([key, one]) => ({ ...one, key }));
  for (const key of [...definition.columns, ...(definition.filters ?? []), definition.title, ...(definition.lookup ?? [])]) {
    if (!(key in all)) throw new Error(`${definition.name}: there is no field ${key}`);
  }
  return {
    read: "platform.read",
    write: "platform.manage",
    remove: definition.write === undefined ? "platform.manage" : definition.write,
    table: `public."${definition.name}"`,
    lookup: [],
    filters: [],
    softDelete: false,
    tenantColumn: "college_id",
    bulk: [],
    importable: definition.write !== null,
    createdByVerb: false,
    page: `/data/${definition.name}/`,
    ...definition,
    fields,
    search: definition.search ? { view: definition.search } : null,
    sorts: [
      { key: "newest", label: "Newest first", field: null, descending: true },
      { key: "oldest", label: "Oldest first", field: null },
      ...(definition.sorts ?? []),
    ],
  };
}

export const fieldOf = (resource: Resource, key: string): Field | undefined => resource.fields.find((field) => field.key === key);

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** 30 February reads as a date and is none. */
function isDay(value: string): boolean {
  const at = new Date(`${value}T00:00:00Z`);
  return DAY.test(value) && !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === value;
}

// Control characters, and the marks that turn the direction of text around, have no place in a name.
// oxlint-disable-next-line no-control-regex -- naming them is the point
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069]/;

/** 1,234.5 as the lists write it, and 1234,5 as much of Europe does; the other comma is between thousands. */
const GROUPED = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/;

function numeric(one: Field, says: string) {
  const scale = SCALE[one.kind]!;
  const decimals = decimalsOf(one.kind);
  const shape = decimals === 0 ? /^-?\d{1,15}$/ : new RegExp(`^-?\\d{1,13}(\\.\\d{1,${decimals}})?$`);
  const min = one.min ?? (one.kind === "money" ? 0 : -2_147_483_648);
  const max = one.max ?? (one.kind === "money" ? 1e13 : 2_147_483_647);
  const shown = (value: number) => (value / scale).toLocaleString("en-GB", { maximumFractionDigits: decimals });
  return z
    .string()
    .trim()
    .transform((value) => value.replace(/^\u2212/, "-"))
    .transform((value) => (GROUPED.test(value) ? value.replaceAll(",", "") : value.replace(",", ".")))
    .refine((value) => shape.test(value), { message: says, abort: true })
    .transform((value) => Math.round(Number(value) * scale))
    .refine((value) => value >= min, `At least ${shown(min)}`)
    .refine((value) => value <= max, `At most ${shown(max)}`);
}

/** A list as a form writes it (a line each), as a cell shows it (with semicolons), and as JSON where an item holds either. */
function readList(value: string): string[] {
  const parts: unknown = /^\s*\[/.test(value) ? parsedOr(value, null) : null;
  const items = Array.isArray(parts) && parts.every((part) => typeof part === "string") ? parts : value.split(/[\n;]/);
  return items.map((part) => part.trim()).filter(Boolean);
}

function parsedOr(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
}

function fieldSchema(one: Field): z.ZodType<unknown, string> {
  switch (one.kind) {
    case "text":
    case "longtext": {
      const max = one.max ?? (one.kind === "text" ? 200 : 20_000);
      let schema = z
        .string()
        .trim()
        .max(max, `At most ${max.toLocaleString("en-GB")} characters`)
        .refine((value) => !UNPRINTABLE.test(value), "Contains characters that can't be shown");
      if (one.min) schema = schema.min(one.min, `At least ${one.min} characters`);
      return one.pattern ? schema.regex(one.pattern.matches, one.pattern.says) : schema;
    }
    case "int":
      return numeric(one, "Enter a whole number");
    case "hundredths":
      return numeric(one, "Enter a number with at most two decimals");
    case "thousandths":
      return numeric(one, "Enter a number with at most three decimals");
    case "money":
      return numeric(one, "Enter an amount, for example 120.50");
    case "bool":
      return z.string().transform((value, ctx) => {
        if (["on", "true", "1", "yes"].includes(value.trim().toLowerCase())) return true;
        if (["", "off", "false", "0", "no"].includes(value.trim().toLowerCase())) return false;
        ctx.addIssue({ code: "custom", message: "Enter yes or no" });
        return z.NEVER;
      });
    case "date":
      return z.string().trim().refine(isDay, "Enter a valid date as YYYY-MM-DD");
    case "moment":
      return z
        .string()
        .trim()
        .transform((value, ctx) => {
          const withZone = /(Z|[+-]\d{2}:?\d{2})$/.test(value) ? value : `${value}Z`;
          const at = new Date(withZone);
          if (
            !Number.isNaN(at.getTime()) &&
            isDay(value.slice(0, 10)) &&
            at.getUTCFullYear() > 1900 &&
            at.getUTCFullYear() < 2200
          )
            return at;
          ctx.addIssue({ code: "custom", message: "Enter a valid date and time in UTC" });
          return z.NEVER;
        });
    case "choice":
      return z
        .string()
        .trim()
        .transform((value, ctx) => {
          const accepted = one.accepts ?? one.options;
          const found = one.options?.find((option) => option.toLowerCase() === value.toLowerCase().replaceAll(/[ -]/g, "_"));
          if (found && accepted?.includes(found)) return found;
          const known = found ? `${found} has no effect here yet. ` : "";
          ctx.addIssue({ code: "custom", message: `${known}Enter one of ${accepted?.join(", ") ?? ""}` });
          return z.NEVER;
        });
    case "list":
      return z.string().max(5000, "Too long").transform(readList);
    case "json":
      return z.string().transform((value, ctx) => {
        try {
          return JSON.stringify(JSON.parse(value));
        } catch {
          ctx.addIssue({ code: "custom", message: "Not valid JSON" });
          return z.NEVER;
        }
      });
    case "id":
      return z.uuid("Not an ID");
    case "ref":
      return z.string().trim().max(300, "Too long");
  }
}

/** What a form or an import line may hold for this field: always text, empty where nothing is said. */
export function schemaOf(one: Field): z.ZodType<unknown, string> {
  return z.string().transform((value, ctx): unknown => {
    if (value.trim() === "" && one.kind !== "bool") {
      if (one.kind === "list") return [];
      if (one.required) {
        ctx.addIssue({ code: "custom", message: `${one.label} is required` });
        return z.NEVER;
      }
      return null;
    }
    const parsed = fieldSchema(one).safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) ctx.addIssue({ code: "custom", message: issue.message });
    return z.NEVER;
  });
}

/** Which fields a form or a file may set: of anyone, and of someone with this role. */
export const writable = (resource: Resource): Field[] => resource.fields.filter((field) => !field.readOnly);

export const writableBy = (resource: Resource, role: string): Field[] =>
  writable(resource).filter((field) => !field.write || may(role, field.write));
